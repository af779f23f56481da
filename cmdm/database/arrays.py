"""Whole numbers, and texts, as an array: told to the server in one text, where psycopg examines each by itself.

A batch names some hundred thousand ids and digests, and thousands of keys and events.
"""

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class Lists(ListDumper):
    """What psycopg makes of a list; the same sooner where all that is in it are whole numbers, or texts."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        kinds = set(map(type, obj))
        if kinds == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        if kinds == {str}:
            # A sign that no text may hold stands between them, so that all are escaped at once.
            whole = "\0".join(obj)
            if whole.count("\0") == len(obj) - 1:
                whole = whole.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
                return f'{{"{whole}"}}'.encode()
        return super().dump(obj)


def register() -> None:
    """Have connections that are opened from now on dump lists so."""
    psycopg.adapters.register_dumper(list, Lists)
