"""Whether anybody has changed anything meanwhile."""

from cmdm.database.kept import kept


def snapshot() -> str:
    """What the running transaction sees now; the same text as before says that no other has committed since.

    One statement. At *read committed* every statement sees what is committed when it begins: what was read under an
    equal snapshot would be read again just so. https://www.postgresql.org/docs/current/functions-info.html
    """
    with kept() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])
