"""Versions: rows copied set-based from a table into its history table, with the change id that made them."""

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db import connection, models

from cmdm import clock
from cmdm.database.kept import send

ADDED, CHANGED, REMOVED = "+", "~", "-"


@cache
def table_of(model: Any) -> Any:
    """The model of a history table: ``.history`` makes a class of managers anew with every look at it."""
    return model.history.model


def keep(model: type[models.Model], ids: Collection[Any], kind: str) -> None:
    """Copy the rows of ``ids`` as they stand now into the history table; one statement.

    For customers and set-up nouns call it after writing. For records call it before a version is replaced: their
    history holds the earlier versions only.

    :param kind: ``+`` added, ``~`` changed, ``-`` about to be removed.
    """
    if not ids:
        return
    live_table: Any = model
    versions = table_of(live_table)
    columns = [field.column for field in versions.tracked_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    live, past, key = model._meta.db_table, versions._meta.db_table, live_table._meta.pk.column
    send(
        f'INSERT INTO "{past}" ({names}, history_date, history_type) '
        f'SELECT {names}, %s, %s FROM "{live}" WHERE "{key}" = ANY(%s)',
        [clock.now(), kind, list(ids)],
    )


def write(row: Any, *fields: str) -> None:
    """Save these fields of a row as they are, and keep the version that this makes; one statement."""
    written = [row._meta.get_field(name) for name in fields]
    given = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in written]
    live, key = row._meta.db_table, row._meta.pk.column
    model: Any = type(row)
    past = table_of(model)
    names = ", ".join(f'"{field.column}"' for field in past.tracked_fields)
    assigned = ", ".join(f'"{field.column}" = %s' for field in written)
    with connection.cursor() as cursor:
        cursor.execute(
            f'WITH written AS (UPDATE "{live}" SET {assigned} WHERE "{key}" = %s RETURNING {names}) '
            f'INSERT INTO "{past._meta.db_table}" ({names}, history_date, history_type) '
            f"SELECT {names}, %s, %s FROM written",
            [*given, row.pk, clock.now(), CHANGED],
        )


def versions_of(thing: Any) -> models.QuerySet[Any]:
    """The kept versions of one row, newest first."""
    return type(thing).history.filter(**{thing._meta.pk.attname: thing.pk}).order_by("-history_id")
