"""What was said and what was shown stay as they were, whoever asks."""

import psycopg
import pytest

from tests.consent.test_recording import Scene

STATEMENTS = (
    "UPDATE consent_consentevent SET act = 'granted'",
    "DELETE FROM consent_consentevent",
    "TRUNCATE consent_consentevent CASCADE",
    "UPDATE consent_notice SET text = 'Something else' WHERE state = 'published'",
    "UPDATE consent_notice SET state = 'draft' WHERE state = 'published'",
    "DELETE FROM consent_notice WHERE state = 'published'",
    "TRUNCATE consent_notice CASCADE",
)


def test_no_statement_changes_an_act_or_a_text_that_was_shown(committing):
    Scene().grant()
    for url in (committing.url_app, committing.url_owner):
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in STATEMENTS:
                with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)):
                    connection.execute(statement)
            assert connection.execute("SELECT act FROM consent_consentevent").fetchall() == [("granted",)]
