"""What any database must be able to do, told by `manage.py check --database default` and by every `migrate`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

OLDEST = 15

_FOLDS = r"SELECT lower('ÉRIC') = 'éric' AND 'é' ~ '^\w$'"
_HAS_TRIGRAMS = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')"
_COMPARES = "SELECT similarity('Иван', 'Иван') = 1 AND similarity('王小明', '王小明') = 1"
_CTYPE = "SELECT datctype NOT IN ('C', 'POSIX') FROM pg_database WHERE datname = current_database()"
_ENCODING = "SELECT pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = current_database()"


@checks.register(checks.Tags.database)
def fit_database(
    app_configs: Sequence[AppConfig] | None = None, databases: Iterable[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """PostgreSQL, new enough, and with a locale under which letters beyond ASCII are letters."""
    return [fault for alias in databases or () if alias == DEFAULT_DB_ALIAS for fault in _faults(alias)]


def _faults(alias: str) -> list[checks.CheckMessage]:
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return [checks.Error("The hub runs on PostgreSQL only; DATABASE_URL names another database.", id="cmdm.E010")]
    try:
        connection.ensure_connection()
        return _of_version(connection) + _of_letters(connection)
    except DatabaseError as fault:
        return [checks.Error(f"The database does not answer: {fault}".strip(), id="cmdm.E011")]


def _of_version(connection: BaseDatabaseWrapper) -> list[checks.CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        major: int = cursor.fetchone()[0]
    if major >= OLDEST:
        return []
    return [checks.Error(f"This is PostgreSQL {major}; the hub needs {OLDEST} or newer.", id="cmdm.E012")]


def _of_letters(connection: BaseDatabaseWrapper) -> list[checks.CheckMessage]:
    hint = (
        "Make the database with a UTF-8 locale, for example "
        "CREATE DATABASE cmdm TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'."
    )
    if not _true(connection, _ENCODING):
        return [checks.Error("The database does not store text as UTF-8.", hint=hint, id="cmdm.E013")]
    if not (_true(connection, _FOLDS) and _true(connection, _CTYPE)):
        sentence = "The database takes only ASCII letters for letters: names such as Éric or Иван would not be found."
        return [checks.Error(sentence, hint=hint, id="cmdm.E014")]
    if _true(connection, _HAS_TRIGRAMS) and not _true(connection, _COMPARES):
        sentence = "pg_trgm drops letters beyond ASCII in this database: similar names such as Иван would not be found."
        return [checks.Error(sentence, hint=hint, id="cmdm.E015")]
    return []


def _true(connection: BaseDatabaseWrapper, question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return bool(cursor.fetchone()[0])
