"""From scores to groups, with conscience: before a union, every pair that it would bring together is looked at.

Strong pairs tie rows to groups of candidates for one party. Within each, all pairs are scored, those that share no
block too; a pair that the model itself calls related or strangers keeps its two sides apart.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.scoring import Scorer, Scores
from matching.engine.clustering import Clusters, Edge, Pair, cluster, contradicts
from matching.engine.comparing import conflict as differing

LARGEST = 150  # rows of one group of candidates up to which all pairs are scored
AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Grouped:
    """The groups of nodes; `best` names for each pair of nodes (the smaller first) its best pair in `scores`."""

    clusters: Clusters
    scores: Scores
    best: dict[Pair, int]
    apart: frozenset[Pair]


def best_pairs(scores: Scores, node: Ints) -> dict[Pair, int]:
    """The best scored pair between each two nodes."""
    one, other = node[scores.left], node[scores.right]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((scores.right, scores.left, -scores.weight, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    chosen = order[first]
    pairs = zip(low[chosen].tolist(), high[chosen].tolist(), strict=True)
    return dict(zip(pairs, chosen.tolist(), strict=True))


def group(
    scorer: Scorer,
    scores: Scores,
    node: Ints,
    *,
    forbidden: Collection[Pair] = frozenset(),
    conflict: Callable[[int, int], bool] | None = None,
) -> Grouped:
    """Groups of nodes (customers or single rows; `node` names that of each row, -1 for none), best evidence first."""
    model = scorer.model
    best = best_pairs(scores, node)
    probability = scores.probability.tolist()
    strong = [pair for pair, place in best.items() if probability[place] >= model.automatic]
    apart = frozenset(forbidden) | _apart(scorer, scores, node, _tied(strong))
    if conflict is not None:
        left, right = scores.left.tolist(), scores.right.tolist()
        apart |= {pair for pair in strong if conflict(left[best[pair]], right[best[pair]])}
    nodes = sorted({each for pair in strong for each in pair})
    # By bits, not by probability: many probabilities are one to the last digit.
    weight = scores.weight.tolist()
    edges = [Edge(*pair, weight[best[pair]]) for pair in strong]
    made = cluster(nodes, edges, automatic=-math.inf, forbidden=apart, apart=-math.inf)
    return Grouped(made, scores, best, apart)


def _tied(strong: Sequence[Pair]) -> list[list[int]]:
    """Nodes that strong pairs tie together, directly or through others."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in strong:
        parent[root(one)] = root(other)
    found: dict[int, list[int]] = {}
    for one in parent:
        found.setdefault(root(one), []).append(one)
    return list(found.values())


def _apart(scorer: Scorer, scores: Scores, node: Ints, tied: Sequence[Sequence[int]]) -> frozenset[Pair]:
    """Pairs of nodes in one group of candidates of which some rows are related, strangers or in conflict."""
    order = np.argsort(node, kind="stable")
    order = order[node[order] >= 0]
    rows_of = Lists.of(node[order], order, int(node.max(initial=-1)) + 1)
    inside = Lists.nested(tied).through(rows_of)
    counts = inside.counts
    exclusive = inside.keep(_exclusive(scorer)[inside.values])
    found: set[Pair] = set()
    for place in np.flatnonzero((counts > 2) & (exclusive.counts > 1)).tolist():
        found |= _opposed(scorer, exclusive.row(place), node)
    for size in range(3, min(LARGEST, int(counts.max(initial=0))) + 1):
        one, other = np.triu_indices(size, 1)
        of_size = inside.take(np.flatnonzero(counts == size)).values.reshape(-1, size)
        step = max(1, AT_ONCE // len(one))
        for first in range(0, len(of_size), step):
            some = of_size[first : first + step]
            found |= strangers(scorer, some[:, one].ravel(), some[:, other].ravel(), node)
    return frozenset(found)


def _exclusive(scorer: Scorer) -> Ints:
    """The rows that hold a verified identifier of an exclusive scheme."""
    own = scorer.columns.identifiers
    telling = own.verified & own.schemes.series.gather(own.scheme).is_in(scorer.model.exclusive_schemes).to_numpy()
    found: Ints = np.diff(own.lists.keep(telling[own.lists.values]).starts) > 0
    return found


def _opposed(scorer: Scorer, ends: Sequence[int], node: Ints) -> set[Pair]:
    """The pairs of nodes of these rows whose exclusive identifiers differ: no third record may tie them together."""
    owner = node[ends].tolist()
    return {
        (min(owner[a], owner[b]), max(owner[a], owner[b]))
        for a in range(len(ends))
        for b in range(a + 1, len(ends))
        if owner[a] != owner[b] and differing(scorer.model, scorer.features(ends[a]), scorer.features(ends[b]))
    }


def strangers(scorer: Scorer, left: Ints, right: Ints, node: Ints) -> set[Pair]:
    """The pairs of nodes of which some of these pairs of rows are related, or speak against being the same."""
    across = node[left] != node[right]
    made = scorer.score(left[across], right[across])
    review = scorer.model.review
    kin = (made.household >= 0.5) & (made.probability < review)
    bad = kin | contradicts(made.probability, made.household, made.weight, scorer.model.prior)
    one, other = node[made.left[bad]], node[made.right[bad]]
    pairs = zip(np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), strict=True)
    return set(pairs)
