"""Which rows of a file say what their records say already: found by keys and digests alone, before anything else."""

from collections.abc import Sequence

import polars as pl
from django.db import connection, transaction

from cmdm import crypto
from customers.models import Source
from customers.rules.applying import Bound
from customers.rules.columns import contents, fits
from customers.rules.reading import RejectedRow, Row
from customers.rules.slabs import Slab

_STAGE = "DROP TABLE IF EXISTS cmdm_said; CREATE TEMP TABLE cmdm_said (line bigint, key text, digest bytea)"
_SAME = """
    SELECT s.line FROM cmdm_said s JOIN customers_sourcerecord r ON r.source_id = %s AND r.key = s.key
     WHERE r.digest = s.digest AND r.closed_at IS NULL
"""


def rest_of(slab: Slab, source: Source, bound: Bound) -> tuple[list[Row | RejectedRow], int]:
    """The rows that have to be taken in, in the order of their lines, and how many of the others there are."""
    width = slab.frame.width - 1
    same = _same(slab, source, bound) if fits(bound) and slab.frame.height else []
    left = slab.frame.filter(~pl.col("line").is_in(same)) if same else slab.frame
    rows: list[Row | RejectedRow] = [Row(cells[width], cells[width], list(cells[:width])) for cells in left.iter_rows()]
    rows += slab.batch.rows
    return sorted(rows, key=lambda row: row.line), len(same)


def _same(slab: Slab, source: Source, bound: Bound) -> list[int]:
    """The lines whose record is open and was made of this very content."""
    stated = contents(slab.frame, bound).drop_nulls()
    odd = {row.values[bound.key].strip() for row in slab.batch.rows if isinstance(row, Row)}
    if odd:
        # The last of several rows with one key counts; that is judged where all of them are seen.
        stated = stated.filter(~pl.col("key").is_in(sorted(odd)))
    digests = crypto.digests(stated["content"], "record")
    return _known(source, stated["line"].to_list(), stated["key"].to_list(), digests)


def _known(source: Source, lines: Sequence[int], keys: Sequence[str], digests: Sequence[bytes]) -> list[int]:
    if not lines:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("COPY cmdm_said (line, key, digest) FROM STDIN") as rows:
            for row in zip(lines, keys, digests, strict=True):
                rows.write_row(row)
        cursor.execute("ANALYZE cmdm_said")
        cursor.execute(_SAME, [source.pk])
        found = [line for (line,) in cursor.fetchall()]
        cursor.execute("DROP TABLE cmdm_said")
        return found
