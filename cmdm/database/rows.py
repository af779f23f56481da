"""Rows of one table by a statement that is put together once: for what is read with every answer of a steward.

Putting the statement of a query set together takes longer than the database takes for it. Here the text is made once,
and what comes back are instances as a query set gives them.
"""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

from cmdm.database.kept import kept

M = TypeVar("M", bound=models.Model)


class Rows(Generic[M]):
    """The rows of a model that a statement names: ``Rows(Task, "WHERE t.id = ANY(%s) ORDER BY t.id FOR UPDATE")``.

    :param tail: what follows the table, which is called ``t``; its rows are found by the values of each call.
    :param without: fields that are read only when they are asked for.
    :param only: fields that are read, beside the key; without a word all.
    """

    def __init__(
        self, model: type[M], tail: str, *, without: Collection[str] = (), only: Collection[str] | None = None
    ) -> None:
        self.model, self.tail, self.without, self.only = model, tail, without, only

    def __call__(self, *given: Any) -> list[M]:
        """The rows; one query."""
        statement, names, converters = self._made
        with kept() as cursor:
            cursor.execute(statement, given)
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for place, convert in converters:
                row[place] = convert(row[place], None, connection)
        return [self.model.from_db(connection.alias, names, row) for row in found]

    @cached_property
    def _made(self) -> tuple[str, list[str], list[tuple[int, Callable[..., Any]]]]:
        fields: list[Any] = [one for one in self.model._meta.concrete_fields if self._reads(one)]
        columns = ", ".join(f't."{field.column}"' for field in fields)
        read = [(place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
        statement = f'SELECT {columns} FROM "{self.model._meta.db_table}" t {self.tail}'
        return statement, [field.attname for field in fields], read

    def _reads(self, field: Any) -> bool:
        return field.primary_key or (field.name not in self.without and (self.only is None or field.name in self.only))
