"""Texts: a pool of distinct texts. Their numbers stand in the order of the texts, and 0 is the empty one."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
import polars as pl

from matching.engine.bulk.fast import kernel
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.numbering import numbered

# The bits of a signature by byte: of a letter or digit that is there, and of a letter that comes again.
_FIRST, _AGAIN = np.zeros(256, dtype=np.int64), np.zeros(256, dtype=np.int64)
_FIRST[ord("a") : ord("z") + 1] = np.int64(1) << np.arange(0, 52, 2)
_FIRST[ord("0") : ord("9") + 1] = np.int64(1) << np.arange(52, 62)
_AGAIN[ord("a") : ord("z") + 1] = _FIRST[ord("a") : ord("z") + 1] << 1
_ASCII, _SCARCE = 128, 255


class Texts:
    """Distinct texts in order of their letters; for kernels also as bytes side by side."""

    def __init__(self, series: pl.Series) -> None:
        self.series = series

    @classmethod
    def of(cls, *columns: pl.Series) -> tuple[Self, list[Ints]]:
        """The pool of all values of these columns, and each column as numbers. Null is the empty text."""
        filled = [column.cast(pl.String).fill_null("").rename("") for column in columns]
        together = pl.concat([pl.Series("", [""], dtype=pl.String), *filled])
        pool, numbers = _pooled(together)
        ends = np.cumsum([1, *(len(each) for each in filled)])
        return cls(pool), [numbers[start:end] for start, end in pairwise(ends)]

    def numbers(self, column: pl.Series) -> Ints:
        """The numbers of texts that are all in the pool."""
        return column.cast(pl.Enum(self.series)).to_physical().to_numpy().astype(np.int32)

    def lists(self, texts: Sequence[Iterable[str]]) -> Lists:
        """The numbers of several texts for each row; all of them are in the pool."""
        rows = [list(each) for each in texts]
        numbers = self.numbers(pl.Series("", [text for each in rows for text in each], dtype=pl.String))
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(each) for each in rows], out=starts[1:])
        return Lists(starts, numbers)

    def words(self, texts: "Texts") -> Lists:
        """The words of each text, which are all in this pool."""
        split = texts.series.str.split(" ")
        counts = pl.select(pl.when(texts.series == "").then(0).otherwise(split.list.len())).to_series()
        starts = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(counts.to_numpy(), out=starts[1:])
        return Lists(starts, self.numbers(split.filter(texts.series != "").explode()))

    def __len__(self) -> int:
        return len(self.series)

    def __getitem__(self, number: int) -> str:
        text: str = self.series[int(number)]
        return text

    @cached_property
    def starts(self) -> Ints:
        """Where the letters of each text begin."""
        found = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(self.lengths, out=found[1:])
        return found

    @cached_property
    def letters(self) -> Ints:
        """The letters of all texts, a byte each: ASCII its own, the others those above it in their order.

        Letters for which no byte is left share one; `spelt` tells the texts that have none of them.
        """
        whole = self.series.str.join("").item()
        if whole.isascii():
            return np.frombuffer(whole.encode(), dtype=np.uint8).copy()
        points = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32)
        further = np.unique(points[points >= _ASCII])
        bytes_of = np.zeros(points.max() + 1, dtype=np.uint8)
        bytes_of[:_ASCII] = np.arange(_ASCII)
        bytes_of[further] = np.minimum(np.arange(len(further)) + _ASCII, _SCARCE)
        return bytes_of[points]

    @cached_property
    def spelt(self) -> Ints:
        """Which texts have a byte of its own for each of their letters."""
        scarce = self.letters == _SCARCE
        if not scarce.any():
            return np.ones(len(self), dtype=bool)
        scarce = np.concatenate([[0], np.cumsum(scarce)])
        found: Ints = scarce[self.starts[1:]] == scarce[self.starts[:-1]]
        return found

    @cached_property
    def lengths(self) -> Ints:
        return self.series.str.len_chars().to_numpy().astype(np.int64)

    @cached_property
    def plain(self) -> Ints:
        """Which texts are ASCII."""
        return (self.series.str.len_bytes() == self.series.str.len_chars()).to_numpy()

    @cached_property
    def signatures(self) -> Ints:
        """Which letters a text has: two bits a letter (one, two or more), one a digit."""
        found = np.zeros(len(self), dtype=np.int64)
        _sign(self.letters, self.starts, _FIRST, _AGAIN, found)
        return found


class Later(Texts):
    """Texts that are made when they are asked for; their numbers stand in no order."""

    def __init__(self, make: Callable[[], pl.Series]) -> None:
        self._make = make

    @cached_property
    def series(self) -> pl.Series:  # type: ignore[override]
        return self._make()


def _pooled(texts: pl.Series, hashed: Callable[[pl.Series], pl.Series] = pl.Series.hash) -> tuple[pl.Series, Ints]:
    """The distinct texts in order, and the number of each text among them."""
    hashes = hashed(texts).to_numpy()
    groups, places = numbered(hashes)
    pool = texts.gather(places).sort()
    # Sorting texts with their places takes four times as long; each finds its place by its hash.
    ranks = np.empty(len(places), dtype=np.int32)
    ranks[np.argsort(hashes[places])] = np.argsort(hashed(pool).to_numpy())
    numbers = ranks[groups]
    if (pool.gather(numbers) == texts).all():
        return pool, numbers
    # Two texts with one hash: rare, and the slower way does not mind.
    pool = texts.unique().sort()
    return pool, texts.cast(pl.Enum(pool)).to_physical().to_numpy().astype(np.int32)


@kernel
def _sign(letters: Ints, starts: Ints, first: Ints, again: Ints, found: Ints) -> None:
    for text in range(len(found)):
        bits = 0
        for place in range(starts[text], starts[text + 1]):
            letter = letters[place]
            bits |= again[letter] if bits & first[letter] else first[letter]
        found[text] = bits
