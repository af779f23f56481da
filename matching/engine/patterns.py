"""Patterns: which levels came together in how many pairs. All that learning needs to know of the pairs.

A million records give millions of pairs, but only thousands of different patterns; learning over patterns costs the
same whatever the number of pairs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.scoring import score
from matching.engine.vocabulary import LEVELS, MISSING

Codes = NDArray[np.int8]
Counts = NDArray[np.int64]

UNKNOWN: Final = -1
SLICE: Final = 20_000


@dataclass(frozen=True)
class Patterns:
    """Distinct rows of level codes, one column a comparison, and how many pairs show each.

    A code is the place of the level in `vocabulary.LEVELS` of the comparison's kind; -1 is missing.
    """

    comparisons: tuple[str, ...]
    codes: Codes
    counts: Counts

    @property
    def pairs(self) -> int:
        return int(self.counts.sum())

    def for_model(self, model: Model) -> Self:
        """The columns in the order of the model; a comparison without a column is missing everywhere."""
        places = {code: place for place, code in enumerate(self.comparisons)}
        codes = np.full((len(self.codes), len(model.comparisons)), UNKNOWN, dtype=np.int8)
        for place, comparison in enumerate(model.comparisons):
            if comparison.code in places:
                codes[:, place] = self.codes[:, places[comparison.code]]
        return type(self)(tuple(each.code for each in model.comparisons), codes, self.counts)


def count(comparisons: Sequence[str], codes: Codes, counts: Counts | None = None) -> Patterns:
    """The distinct rows, each with the number of its pairs."""
    rows = np.ascontiguousarray(codes, dtype=np.int8)
    weights = np.ones(len(rows), dtype=np.int64) if counts is None else counts
    if not len(rows):
        return Patterns(tuple(comparisons), rows.reshape(0, len(comparisons)), weights)
    _values, first, place = np.unique(_numbered(rows), return_index=True, return_inverse=True)
    summed = np.bincount(place, weights=weights, minlength=len(first)).astype(np.int64)
    return Patterns(tuple(comparisons), rows[first], summed)


def _numbered(rows: Codes) -> NDArray[Any]:
    """One value for each row, the same for equal rows: a number where that can be, for numbers are sorted fastest."""
    base = int(rows.max()) + 2
    if base ** rows.shape[1] >= 2**63:
        return rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    found = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        found = found * base + (column + 1)
    return found


def merge(several: Sequence[Patterns]) -> Patterns:
    """The patterns of slices as those of the whole."""
    if not several:
        return count((), np.empty((0, 0), dtype=np.int8))
    codes = np.concatenate([each.codes for each in several])
    return count(several[0].comparisons, codes, np.concatenate([each.counts for each in several]))


def of(model: Model, pairs: Iterable[tuple[Features, Features]]) -> Patterns:
    """The patterns that the reference scorer finds; the bulk scorer finds the same, faster."""
    comparisons = tuple(each.code for each in model.comparisons)
    orders = [{level: place for place, level in enumerate(LEVELS[each.kind])} for each in model.comparisons]
    for order in orders:
        order[MISSING] = UNKNOWN
    left, made = iter(pairs), []
    while chunk := list(islice(left, SLICE)):
        rows = [
            [order[level.level] for order, level in zip(orders, found.levels, strict=False)]
            for found in score(model, chunk)
        ]
        made.append(count(comparisons, np.array(rows, dtype=np.int8)))
    return merge(made) if made else count(comparisons, np.empty((0, len(comparisons)), dtype=np.int8))
