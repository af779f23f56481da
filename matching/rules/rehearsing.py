"""What a model says of customers, from scored pairs alone: which pairs it gains and loses, and how large they get.

Rows are records; each has a customer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]
MOST_INSIDE = 40  # records of one customer that are compared with each other pair by pair


@dataclass(frozen=True)
class Pairs:
    """Scored pairs of rows, in arrays."""

    left: Array
    right: Array
    probability: Array


def inside(customers: Array) -> tuple[Array, Array]:
    """The pairs of rows within each customer; of a very large one each row with its neighbours."""
    order = np.argsort(customers, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(customers[order]) != 0])) if len(order) else order
    ends = np.concatenate([starts[1:], [len(order)]])
    left: list[Array] = []
    right: list[Array] = []
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        rows = np.sort(order[start:end])
        first, second = np.triu_indices(len(rows), 1)
        near = second - first < MOST_INSIDE
        left.append(rows[first[near]])
        right.append(rows[second[near]])
    nothing = np.zeros(0, dtype=np.int64)
    return (np.concatenate(left), np.concatenate(right)) if left else (nothing, nothing)


def shape(customers: Array, groups: Collection[Collection[int]]) -> dict[str, int]:
    """How many customers there are once these groups are joined, how many of several records, and the largest."""
    known, sizes = np.unique(customers, return_counts=True)
    size_of = dict(zip(known.tolist(), sizes.tolist(), strict=True))
    joined = [sum(size_of.pop(one) for one in group) for group in groups]
    final = [*size_of.values(), *joined]
    return {"customers": len(final), "several": sum(size > 1 for size in final), "largest": max(final, default=0)}


def moved(before: Pairs, after: Pairs, *, line_before: float, line_after: float) -> tuple[list[Pair], list[Pair]]:
    """Pairs of rows gained and lost at the automatic lines."""
    old = _above(before, line_before)
    new = _above(after, line_after)
    return sorted(new - old), sorted(old - new)


def _above(pairs: Pairs, line: float) -> set[Pair]:
    chosen = pairs.probability >= line
    return set(zip(pairs.left[chosen].tolist(), pairs.right[chosen].tolist(), strict=True))
