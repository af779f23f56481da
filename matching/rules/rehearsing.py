"""What a model would do, from scored pairs alone: which customers it would join, ask about, or doubt.

Rows are records; each has a customer. Unions go by the rules of ``match``: in order of evidence, never against a
person's word, and never where a pair of records is related or surely not the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine.clustering import Edge, cluster, contradicts
from matching.engine.model import Model

Array = NDArray[Any]
Pair = tuple[int, int]
MOST_INSIDE = 40  # records of one customer that are compared with each other pair by pair


@dataclass(frozen=True)
class Pairs:
    """Scored pairs of rows, in arrays."""

    left: Array
    right: Array
    probability: Array
    related: Array


@dataclass(frozen=True)
class Outcome:
    """Customers (ids) that would be joined, group by group; pairs that would be asked; customers to be doubted."""

    groups: Sequence[tuple[int, ...]]
    asked: Sequence[Pair]
    doubted: Sequence[int]


def outcome(
    model: Model,
    pairs: Pairs,
    customers: Array,
    *,
    apart: Collection[Pair],
    together: Collection[int],
    inner: Pairs,
    barred: Collection[Pair] = (),
) -> Outcome:
    """What the model would do with the customers of these rows.

    :param apart: customers (ids in order) that a person keeps apart. :param barred: customers that no machine may join,
        and that are asked about. :param together: rows that a person holds in
        their customer. :param inner: the pairs of rows within one customer.
    """
    best, forbidden = _between(model, pairs, customers)
    edges = [Edge(a, b, probability) for (a, b), probability in best.items()]
    nodes = sorted({node for edge in edges for node in (edge.a, edge.b)})
    made = cluster(nodes, edges, automatic=model.automatic, forbidden={*apart, *barred, *forbidden})
    groups = [group for group in made.groups if len(group) > 1]
    group_of = {customer: number for number, group in enumerate(groups) for customer in group}
    asked = [pair for pair in best if pair not in apart and (group_of.get(pair[0], -1) != group_of.get(pair[1], -2))]
    return Outcome(groups, asked, _doubted(model, inner, customers, together))


def _between(model: Model, pairs: Pairs, customers: Array) -> tuple[dict[Pair, float], set[Pair]]:
    """By customers in order: the best score at or above the review line; and those that some pair keeps apart."""
    one, other = customers[pairs.left], customers[pairs.right]
    crossing = one != other
    low, high = np.minimum(one, other)[crossing], np.maximum(one, other)[crossing]
    probability, related = pairs.probability[crossing], pairs.related[crossing]
    best: dict[Pair, float] = {}
    for place in np.flatnonzero(probability >= model.review):
        ends = (int(low[place]), int(high[place]))
        best[ends] = max(best.get(ends, 0.0), float(probability[place]))
    weight = np.log2(np.maximum(probability, np.finfo(np.float32).tiny))  # as good as the log odds where it counts
    against = np.flatnonzero(related | contradicts(probability, related, weight, model.prior))
    forbidden = {ends for ends in zip(low[against].tolist(), high[against].tolist(), strict=True) if ends in best}
    return best, forbidden


def _doubted(model: Model, inner: Pairs, customers: Array, together: Collection[int]) -> list[int]:
    """Customers with a record that nothing ties to the others any more; a person's "same" ties."""
    strongest = np.full(len(customers), -1.0)
    np.maximum.at(strongest, inner.left, inner.probability)
    np.maximum.at(strongest, inner.right, inner.probability)
    lacking = (strongest >= 0) & (strongest < model.review)
    if together:
        lacking[np.array(sorted(together), dtype=np.int64)] = False
    return [int(customer) for customer in np.unique(customers[lacking])]


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
