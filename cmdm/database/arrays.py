"""Whole numbers as an array: told to the server in one text, where psycopg dumps and examines each by itself.

A batch names some hundred thousand ids and digests.
"""

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class Lists(ListDumper):
    """What psycopg makes of a list; the same sooner where all that is in it are whole numbers."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        if set(map(type, obj)) == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        return super().dump(obj)


def register() -> None:
    """Have connections that are opened from now on dump lists so."""
    psycopg.adapters.register_dumper(list, Lists)
