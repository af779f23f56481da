"""The audit log and the outbox take INSERT only, whoever asks."""

import psycopg
import pytest

from tests.kit.making import make_domain, make_user

STATEMENTS = {
    "cmdm_auditentry": ("UPDATE cmdm_auditentry SET deed = 'x'", "DELETE FROM cmdm_auditentry"),
    "cmdm_outboxevent": ("UPDATE cmdm_outboxevent SET topic = 'x'", "DELETE FROM cmdm_outboxevent"),
}


@pytest.fixture
def filled(committing):
    make_user("rita", make_domain(), "reader")
    return committing


@pytest.mark.parametrize("table", STATEMENTS)
@pytest.mark.parametrize("whose", ["url_app", "url_owner"])
def test_no_statement_changes_or_removes_a_row(filled, table, whose):
    with psycopg.connect(getattr(filled, whose), autocommit=True) as connection:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert count
        for statement in (*STATEMENTS[table], f"TRUNCATE {table} CASCADE"):
            with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)):
                connection.execute(statement)
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count


def test_the_owner_is_stopped_by_the_trigger_not_by_his_rights(filled):
    with psycopg.connect(filled.url_owner, autocommit=True) as connection:
        for table in STATEMENTS:
            with pytest.raises(psycopg.errors.RestrictViolation, match="INSERT only"):
                connection.execute(f"TRUNCATE {table} CASCADE")


def test_the_application_owns_no_table(filled):
    with psycopg.connect(filled.url_app) as connection:
        owned = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        ).fetchone()[0]
        separate = connection.execute("SELECT current_user <> %s", [filled.url_owner.split("//")[1].split(":")[0]])
        assert owned == 0 or not separate.fetchone()[0]
