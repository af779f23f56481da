"""A database that would lose letters is refused before it does."""

import psycopg
import pytest
from django.core import checks
from django.db import connection
from psycopg import sql

from cmdm.database.checks import fit_database
from tests.support import databases, server


def found() -> list[str]:
    return [fault.id for fault in fit_database(databases=["default"])]


def test_the_check_runs_with_those_of_the_database():
    assert fit_database in checks.registry.registry.get_checks()


def test_the_embedded_database_is_fit(db):
    assert found() == []


def test_nothing_is_asked_of_a_database_that_is_not_named():
    assert fit_database(databases=None) == []


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc", "cmdm.E014"),
        ("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc", "cmdm.E013"),
    ],
)
def test_a_database_without_letters_is_told(options, fault, django_db_blocker, django_db_setup):
    database = databases.Database(f"{django_db_setup.name}_bad")
    with psycopg.connect(server.urls()[1], autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + options).format(sql.Identifier(database.name)))
        try:
            with django_db_blocker.unblock(), databases.connected_to(database):
                assert found() == [fault]
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))


def test_a_server_that_is_too_old_is_told(db, monkeypatch):
    monkeypatch.setattr("cmdm.database.checks.OLDEST", 99)
    assert found() == ["cmdm.E012"]


def test_a_server_that_does_not_answer_is_told(django_db_blocker, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with django_db_blocker.unblock():
        assert found() == ["cmdm.E011"]
