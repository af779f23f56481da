"""The two roles of an installation: an owner that makes the tables, and an application that owns nothing."""

from psycopg import Connection, sql

OWNER = "cmdm_owner"
APPLICATION = "cmdm_app"

_PRIVILEGES = (
    ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
    ("SEQUENCES", "USAGE, SELECT"),
    ("FUNCTIONS", "EXECUTE"),
)


def create(superuser: Connection, role: str, password: str, *, may_create_databases: bool = False) -> None:
    """Make a role that may sign in and is not a superuser; one that exists gets the password."""
    known = superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    superuser.execute(
        sql.SQL("{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS {databases} PASSWORD {password}").format(
            verb=sql.SQL("ALTER" if known else "CREATE"),
            role=sql.Identifier(role),
            databases=sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB"),
            password=sql.Literal(password),
        )
    )


def let_in(owner: Connection, application: str) -> None:
    """Let the application role use whatever the connected owner makes from now on in the schema `public`.

    Tables that exist keep their grants: some are insert-only, and a grant on all of them would undo that.
    """
    role = sql.Identifier(application)
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    for kind, privileges in _PRIVILEGES:
        owner.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {privileges} ON {kind} TO {role}").format(
                privileges=sql.SQL(privileges), kind=sql.SQL(kind), role=role
            )
        )
