"""Many rows at once: COPY instead of INSERT, some ten times faster and with the same result."""

from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from cmdm.database.kept import kept

Row = TypeVar("Row", bound=models.Model)
FEW = 8
# Fields whose values are written as they stand: the way through the field changes nothing of them, and takes longest.
AS_THEY_STAND = (
    models.BigAutoField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.PositiveIntegerField,
    models.BigIntegerField,
    models.PositiveSmallIntegerField,
    models.SmallIntegerField,
    models.SlugField,
    models.TextField,
    models.UUIDField,
)


def insert_many(rows: Iterable[Row]) -> list[Row]:
    """Insert rows of one model; their keys are drawn first, so that the instances have them.

    Every column is written from the instance: a column with a database default must be set. A few rows are inserted
    in the ordinary way.
    """
    chosen = list(rows)
    if not chosen:
        return []
    model: Any = type(chosen[0])
    if len(chosen) == 1 and _put_one(chosen[0]):
        return chosen
    if len(chosen) < FEW:
        return list(model._default_manager.bulk_create(chosen))
    _draw_keys(model, chosen)
    fields = model._meta.local_concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    # The connection itself: through the proxy every single value would look it up anew.
    place = connections[DEFAULT_DB_ALIAS]
    columns = [_values(field, chosen, place) for field in fields]
    with place.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as lines:
        for line in zip(*columns, strict=True):
            lines.write_row(line)
    for row in chosen:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return chosen


def _put_one(row: models.Model) -> bool:
    """Insert a row by a statement that the server keeps; not where the database is to make one of its values."""
    model: Any = type(row)
    fields = [field for field in model._meta.local_concrete_fields if field is not model._meta.pk]
    key = model._meta.pk
    if row.pk is not None or not isinstance(key, models.AutoField | models.BigAutoField):
        return False
    given = [field.pre_save(row, True) for field in fields]
    if any(hasattr(value, "resolve_expression") for value in given):
        return False
    place = connections[DEFAULT_DB_ALIAS]
    with kept() as cursor:
        cursor.execute(_one(model), [field.get_db_prep_save(v, place) for field, v in zip(fields, given, strict=True)])
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return True


@cache
def _one(model: Any) -> str:
    columns = [field.column for field in model._meta.local_concrete_fields if field is not model._meta.pk]
    names, values = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({values}) RETURNING "{model._meta.pk.column}"'


def _values(field: Any, rows: list[Row], place: BaseDatabaseWrapper) -> Iterator[Any]:
    """What is written of each row in the column of a field."""
    if type(field) in AS_THEY_STAND:
        return map(attrgetter(field.attname), rows)
    return (field.get_db_prep_save(field.pre_save(row, True), place) for row in rows)


def _draw_keys(model: Any, rows: list[Row]) -> None:
    key = model._meta.pk
    if not isinstance(key, models.AutoField | models.BigAutoField):
        return
    without = [row for row in rows if row.pk is None]
    for row, number in zip(without, drawn(model, len(without)), strict=True):
        row.pk = number


def drawn(model: type[models.Model], count: int) -> list[int]:
    """New keys of a model, in order; one statement."""
    if not count:
        return []
    with kept() as cursor:
        # The sequence is looked up once: in the same select it would be looked up for every key.
        cursor.execute(
            "SELECT nextval(s) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS s OFFSET 0) AS named, "
            "generate_series(1, %s::int)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return sorted(number for (number,) in cursor.fetchall())
