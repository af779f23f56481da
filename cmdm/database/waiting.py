"""Indexes that wait: while a hub is filled they are set aside, and built over all rows at once when it is full.

Kept up row by row they cost such a load more than the rows themselves. One that is unique may wait only where a second
row would say the same as the first: building it takes such rows away. Each has two functions of the tables' owner,
``set_aside_<index>`` and ``build_<index>``, through which the application role can drop and make this one index, as its
model says; it may not make or drop anything else.

Nothing is written down: an index that has these functions and is not there, waits. Dropping is one transaction, making
another, so whatever dies in between leaves it waiting. Whoever fills the hub stands in :func:`filling`. What waits
while nobody does was left by somebody who died: the next load, relay or migration builds it, and ``verify`` says so.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from django.db import DatabaseError, OperationalError, connection, transaction

from cmdm.database.beside import beside
from cmdm.database.kept import send

ROOM = "64MB"  # the rows of a slice, old and new
_LOCK = 0x6D776169  # held, shared, by all who fill the hub
_TURN = 0x6D776170  # first half of the two-part advisory lock: one builds at a time on each table
_names: dict[str, str] = {}

_WAITING = """
    SELECT n FROM unnest(%s::text[]) WITH ORDINALITY AS t(n, place)
     WHERE to_regclass('public.' || n) IS NULL AND to_regproc('public.build_' || n) IS NOT NULL ORDER BY place
"""
_FILLED = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


def may_wait(name: str, table: str) -> None:
    """Say that an index of a table may wait; its two functions come with the migrations of the table."""
    _names[name] = table


def names() -> list[str]:
    """All that may wait."""
    return list(_names)


def waiting() -> list[str]:
    """The indexes that are not there; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [names()])
        return [name for (name,) in cursor.fetchall()]


def left() -> list[str]:
    """Those that wait though nobody fills the hub."""
    with connection.cursor() as cursor:
        cursor.execute(_FILLED, [_LOCK])
        return [] if cursor.fetchone()[0] else waiting()


@contextmanager
def filling() -> Iterator[None]:
    """Inside, nobody takes what waits for left behind; what triggers see of a slice is kept in memory."""
    _ask("pg_advisory_lock_shared", _LOCK)
    try:
        _run(f"SET work_mem = '{ROOM}'")
        yield
    finally:
        with suppress(DatabaseError):
            _ask("pg_advisory_unlock_shared", _LOCK)
            _run("RESET work_mem")


def have_room() -> None:
    """In a transaction of another connection that fills the hub: what triggers see of it is kept in memory, too."""
    send("SELECT set_config('work_mem', %s, true)", [ROOM])


def set_aside() -> None:
    """Drop the indexes that may wait; one whose table is in use for longer than a moment stays."""
    for name in _names:
        with suppress(OperationalError), transaction.atomic():
            _ask(f"set_aside_{name}")


def build(*chosen: str) -> None:
    """Make the indexes that wait, or those of them; writers of their tables wait meanwhile, readers do not.

    Those of two tables are made beside each other: much of a build is one process that waits for no other.
    """
    of_table: dict[str, list[str]] = {}
    for name in waiting():
        if not chosen or name in chosen:
            of_table.setdefault(_names[name], []).append(name)
    if len(of_table) < 2:
        for table, names_of in of_table.items():
            _build(table, names_of)
        return
    longest = max(of_table, key=lambda table: len(of_table[table]))
    with beside() as others:
        coming = [others.submit(_build, table, of_table[table]) for table in of_table if table != longest]
        _build(longest, of_table[longest])
        for each in coming:
            each.result()


def _build(table: str, chosen: Sequence[str]) -> None:
    for name in chosen:
        with transaction.atomic():
            send("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_TURN, table])
            _ask(f"build_{name}")


def build_left() -> None:
    """Make those that wait though nobody fills the hub."""
    if not waiting() or not _ask("pg_try_advisory_lock", _LOCK):
        return
    try:
        build()
    finally:
        with suppress(DatabaseError):
            _ask("pg_advisory_unlock", _LOCK)


def _ask(function: str, *given: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({', '.join('%s' for _one in given)})", given)
        return bool(cursor.fetchone()[0])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
