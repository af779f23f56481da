"""Statements that the server keeps: it reads and plans them once a connection, not with every call.

For statements that stand in the code word for word and are asked with every record; planning one took longer than
answering it. A statement put together for one call gains nothing, and takes the place of one that is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

FEW = 200


class _Keeping(psycopg.Cursor[Any]):
    """Binds values by the server. (Django's own cursors put them into the text, of which nothing is worth keeping.)"""

    _waits = True

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # What makes texts of values is found once a connection, not for every cursor.
        made = self._query_cls(connection.telling)  # type: ignore[attr-defined]
        made.convert(query, params)
        return made

    def _maybe_prepare_gen(self, pgq: Any, **options: Any) -> Any:
        yield from super()._maybe_prepare_gen(pgq, **options)
        if self._waits and self._conn._pipeline:
            # The answer is asked for together with the question: by themselves they would be sent one after the other.
            commands = self._conn._pipeline.command_queue
            commands.append(partial(_both, commands.pop(), self._pgconn.send_flush_request))

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Keeping":
        # Only for this call: while it is set, the connection remembers the text of whatever it is asked.
        self.connection.prepare_threshold = 0 if settings.PREPARED else None
        try:
            super().execute(query, params, **options)
            if self._waits and self._conn._pipeline:
                with self._conn.lock:
                    self._conn.wait(self._conn._pipeline._fetch_gen(flush=False))
            return self
        finally:
            self.connection.prepare_threshold = None
            if connection.queries_logged:
                # What Django tells of a statement: of a kept one psycopg knows no text.
                text = psycopg.ClientCursor(self.connection).mogrify(query, params)
                self._query = SimpleNamespace(query=text.encode())  # type: ignore[assignment]


def kept() -> CursorWrapper:
    """A cursor like ``connection.cursor()`` whose statements the server keeps (unless ``CMDM_PREPARED`` says no).

    Values are bound by the server: where nothing beside it says its type, a value needs one (``%s::bigint[]``).
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # Its wrapper is made as that of any cursor: statements are counted, and errors are Django's.
    made: CursorWrapper = connection._prepare_cursor(_Keeping(connection.connection))  # type: ignore[attr-defined]
    return made


def _both(one: Callable[[], None], other: Callable[[], None]) -> None:
    one()
    other()


class _Sending(_Keeping):
    """Does not wait for the answer."""

    _waits = False


def send(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
    """Send a statement that the server keeps and whose answer nobody needs; inside a transaction nobody waits for it.

    (Unless ``CMDM_PREPARED`` says no: not every pooler hands such statements on.)
    What comes after it is done after it. Where it is refused, the next statement or the end of the transaction says so.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    if not (connection.in_atomic_block and settings.PREPARED):
        with kept() as cursor:
            cursor.execute(statement, values)
        return
    connection.go_ahead()  # type: ignore[attr-defined]
    connection._prepare_cursor(_Sending(connection.connection)).execute(statement, values)  # type: ignore[attr-defined]


_BY_INDEX = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
_PLANS = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in ("plan_cache_mode", *_BY_INDEX))


@contextmanager
def few_rows() -> Iterator[None]:
    """Inside, in a transaction, a few rows are read and written: statements that the server keeps are planned once.

    Of a few values named in an array it would expect more of another call, and plan each call by itself; that took
    longer than answering it. What is planned once holds while tables grow: by indexes, however small they are by then.
    """
    send(_PLANS, ["force_generic_plan", *["off"] * len(_BY_INDEX)])
    yield  # an error takes it back with everything else
    send(_PLANS, ["auto", *["on"] * len(_BY_INDEX)])


def put(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows: a few by one kept statement, where COPY takes three turns; many by COPY. One statement.

    :param columns: the type of each column of a row. Values of ``jsonb`` and of arrays come as text.
    """
    if not rows:
        return
    if len(rows) <= FEW:
        send(_insert(table, tuple(columns.items())), [list(each) for each in zip(*rows, strict=True)])
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as lines:
        for row in rows:
            lines.write_row(row)


@cache
def _insert(table: str, columns: tuple[tuple[str, str], ...]) -> str:
    as_text = {name for name, kind in columns if kind == "jsonb" or kind.endswith("[]")}
    names = ", ".join(name for name, _kind in columns)
    values = ", ".join(f"n.{name}::{kind}" if name in as_text else f"n.{name}" for name, kind in columns)
    given = ", ".join(f"%s::{'text' if name in as_text else kind}[]" for name, kind in columns)
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest({given}) AS n({names})"
