"""Which rows of a file say what their records say already: found by keys and digests alone, before anything else."""

from collections.abc import Iterable, Sequence
from typing import Self

import polars as pl
from django.db import connection

from cmdm import crypto
from customers.models import Source
from customers.rules.applying import Bound
from customers.rules.columns import contents, fits
from customers.rules.reading import RejectedRow, Row
from customers.rules.slabs import Slab

# Some thousand records to a row: a row each would cost ten times as much to fetch.
_SAID = """
    SELECT string_agg(encode(digest, 'hex') || key, E'\\n') FROM customers_sourcerecord
     WHERE source_id = %s AND closed_at IS NULL AND position(E'\\n' IN key) = 0
     GROUP BY id / 10000
"""
_HEX = 64


class Said:
    """What the open records of a source were made of when a load began: the digest of each key.

    A record that somebody else changes meanwhile has been changed after this load, which then says nothing of it.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    @classmethod
    def by(cls, source: Source) -> Self:
        """What the source has said. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_SAID, [source.pk])
            texts = pl.Series([text for (text,) in cursor.fetchall()], dtype=pl.String)
        both = texts.str.split("\n").explode(empty_as_null=False)
        digests = both.str.head(_HEX).str.decode("hex")
        return cls(pl.DataFrame({"key": both.str.slice(_HEX), "digest": digests}))

    def __len__(self) -> int:
        return self._frame.height

    def lines_of(self, stated: pl.DataFrame) -> pl.DataFrame:
        """Those of ``line``, ``key`` and ``content`` whose record was made of this very content."""
        if not len(self):
            return stated.head(0)
        rows = stated.drop_nulls()
        known = rows.join(self._frame, on="key", how="inner")
        digests = pl.Series(crypto.digests(known["content"].cast(pl.Binary).to_list(), "record"), dtype=pl.Binary)
        return known.filter(known["digest"] == digests)

    def knows(self, keys: Sequence[str]) -> Sequence[bool]:
        """Of which of these keys there was an open record."""
        if not len(self):
            return [False] * len(keys)
        known: list[bool] = pl.Series(keys, dtype=pl.String).is_in(self._frame["key"].implode()).to_list()
        return known

    def forget(self, keys: Iterable[str]) -> None:
        """What a row of the file has said since is not what was known when the load began."""
        told = pl.DataFrame({"key": list(keys)}, schema={"key": pl.String})
        if len(self) and told.height:
            self._frame = self._frame.join(told, on="key", how="anti")


def rest_of(slab: Slab, said: Said, bound: Bound) -> tuple[pl.DataFrame, int]:
    """Those of the columns that have to be taken in, and how many of the others there are."""
    same = _same(slab, said, bound) if len(said) and fits(bound) and slab.frame.height else []
    return slab.frame.filter(~pl.col("line").is_in(same)) if same else slab.frame, len(same)


def rows_in(frame: pl.DataFrame) -> list[Row | RejectedRow]:
    """Columns as the rows that they are."""
    width = frame.width - 1
    return [Row(cells[width], cells[width], list(cells[:width])) for cells in frame.iter_rows()]


def keys_of(frame: pl.DataFrame, bound: Bound) -> list[str]:
    """The keys of rows that lie in columns; none where no column holds them."""
    if bound.key < 0 or not frame.width:
        return [""] * frame.height
    return frame[str(bound.key)].str.strip_chars().to_list()


def _same(slab: Slab, said: Said, bound: Bound) -> list[int]:
    """The lines whose record is open and was made of this very content."""
    stated = contents(slab.frame, bound)
    odd = {row.values[bound.key].strip() for row in slab.batch.rows if isinstance(row, Row)}
    if odd:
        # The last of several rows with one key counts; that is judged where all of them are seen.
        stated = stated.filter(~pl.col("key").is_in(sorted(odd)))
    return said.lines_of(stated)["line"].to_list()
