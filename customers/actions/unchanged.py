"""Which rows of a file say what their records say already: found by keys and digests alone, before anything else."""

from collections.abc import Iterable, Sequence
from itertools import count
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

    # Keys are found by their hashes, in order: what is asked of a piece of the file takes the time of that piece, not
    # of everything that the source has said.
    def __init__(self, keys: pl.Series, digests: pl.Series) -> None:
        self._seed = next(seed for seed in count() if keys.hash(seed).n_unique() == len(keys))
        hashes = keys.hash(self._seed)
        order = hashes.arg_sort()
        self._hashes, self._keys, self._digests = hashes[order], keys[order], digests[order]
        self._told = pl.repeat(value=False, n=len(keys), dtype=pl.Boolean, eager=True)

    @classmethod
    def by(cls, source: Source) -> Self:
        """What the source has said. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_SAID, [source.pk])
            texts = pl.Series([text for (text,) in cursor.fetchall()], dtype=pl.String)
        both = texts.str.split("\n").explode(empty_as_null=False)
        return cls(both.str.slice(_HEX), both.str.head(_HEX).str.decode("hex"))

    @classmethod
    def nothing(cls) -> Self:
        """What a source has said that has not said anything."""
        return cls(pl.Series(dtype=pl.String), pl.Series(dtype=pl.Binary))

    def __len__(self) -> int:
        return len(self._keys)

    def lines_of(self, stated: pl.DataFrame) -> pl.DataFrame:
        """Those of ``line``, ``key`` and ``content`` whose record was made of this very content."""
        if not len(self):
            return stated.head(0)
        rows = stated.drop_nulls()
        places = self._places(rows["key"])
        known, found = rows.filter(places.is_not_null()), self._digests.gather(places.drop_nulls())
        digests = pl.Series(crypto.digests(known["content"].cast(pl.Binary).to_list(), "record"), dtype=pl.Binary)
        return known.filter(found == digests)

    def knows(self, keys: Sequence[str]) -> Sequence[bool]:
        """Of which of these keys there was an open record."""
        if not len(self) or not keys:
            return [False] * len(keys)
        known: list[bool] = self._places(pl.Series(keys, dtype=pl.String)).is_not_null().to_list()
        return known

    def forget(self, keys: Iterable[str]) -> None:
        """What a row of the file has said since is not what was known when the load began."""
        told = pl.Series(list(keys), dtype=pl.String)
        if len(self) and len(told):
            self._told.scatter(self._places(told).drop_nulls(), True)

    def _places(self, keys: pl.Series) -> pl.Series:
        """Where each key stands; nothing where it does not, or was told of since."""
        places = self._hashes.search_sorted(keys.hash(self._seed)).clip(0, len(self) - 1)
        here = (self._keys.gather(places) == keys) & ~self._told.gather(places)
        return pl.select(pl.when(here).then(places)).to_series()


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
