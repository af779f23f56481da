"""What a full file no longer has: the open records of its source whose key is in none of its rows.

The keys lie in a temporary table of the session, built from the file in one pass; a run that was cut off builds it
again. A row that could not be read protects every key that it may have been about. Records that came in after the
file was uploaded are not touched: the file cannot know them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from customers.models import Load
from customers.queries.files import bound, reader_of
from customers.rules.reading import RejectedRow

LIMIT = 0.2
AT_ONCE = 20_000

_ABSENT = """
      FROM customers_sourcerecord r
     WHERE r.source_id = %(source)s AND r.closed_at IS NULL AND r.received_at < %(before)s
       AND NOT EXISTS (SELECT 1 FROM cmdm_file_keys k WHERE k.key = r.key)
"""


class Absent(NamedTuple):
    """How many open records a file would close, of how many."""

    closing: int
    open: int

    @property
    def too_many(self) -> bool:
        """More than a person should let go without a look."""
        return self.closing > LIMIT * self.open


@contextmanager
def staged(load: Load) -> Iterator[Absent]:
    """Inside, the keys of the file are known to the session; counts what it lacks."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS cmdm_file_keys; CREATE TEMP TABLE cmdm_file_keys (key text)")
        keys = _keys(load)
        # Reading the file asks this same connection, which answers nothing during a COPY.
        while some := list(islice(keys, AT_ONCE)):
            with cursor.copy("COPY cmdm_file_keys (key) FROM STDIN") as rows:
                for key in some:
                    rows.write_row((key,))
        cursor.execute("ANALYZE cmdm_file_keys")
        cursor.execute(f"SELECT count(*) {_ABSENT}", _parameters(load))
        closing = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM customers_sourcerecord WHERE source_id = %s AND closed_at IS NULL", [load.source_id]
        )
        found = Absent(closing, cursor.fetchone()[0])
    try:
        yield found
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS cmdm_file_keys")


def next_absent(load: Load, limit: int) -> list[str]:
    """Some keys of open records that the staged file lacks."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT r.key {_ABSENT} ORDER BY r.id LIMIT %(limit)s", {**_parameters(load), "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def _parameters(load: Load) -> dict[str, Any]:
    return {"source": load.source_id, "before": load.created_at}


def _keys(load: Load) -> Iterator[str]:
    reader = reader_of(load)
    place = bound(load, reader.header).key
    for row in reader:
        if isinstance(row, RejectedRow):
            yield from (_text(cell) for cell in row.raw.split(reader.delimiter))
        else:
            yield row.values[place].strip()


def _text(cell: str) -> str:
    return cell.replace("\0", "").strip().strip('"').strip()[:500]
