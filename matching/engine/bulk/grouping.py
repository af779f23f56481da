"""From scores to groups, with conscience: before a union, every pair that it would bring together is looked at.

Strong pairs tie rows to groups of candidates for one party. Within each, all pairs are scored, those that share no
block too; a pair that the model itself calls related or strangers keeps its two sides apart.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from matching.engine.bulk.components import components
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.scoring import Scorer, Scores
from matching.engine.clustering import Edge, Pair, cluster, contradicts
from matching.engine.comparing import conflict as differing

LARGEST = 150  # rows of one group of candidates up to which all pairs are scored
AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Best:
    """The best scored pair between each two nodes: the nodes, the lesser first, and its place in the scores."""

    low: Ints
    high: Ints
    places: Ints

    def pairs(self) -> dict[Pair, int]:
        """The place by the nodes."""
        ends = zip(self.low.tolist(), self.high.tolist(), strict=True)
        return dict(zip(ends, self.places.tolist(), strict=True))

    def where(self, chosen: Ints) -> "Best":
        """Those where a mask holds."""
        return Best(self.low[chosen], self.high[chosen], self.places[chosen])


@dataclass(frozen=True)
class Grouped:
    """Groups of nodes. ``lying`` names for each node the least one of its group; -1 for one that no pair joins to any.

    ``found`` holds the best pair between each two nodes; ``apart`` those that were kept apart.
    """

    lying: Ints
    scores: Scores
    found: Best
    apart: frozenset[Pair]

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The nodes of each group in order, groups in the order of their first nodes."""
        members = _members(self.lying)
        starts, nodes = members.starts.tolist(), members.values.tolist()
        return tuple(tuple(nodes[start:end]) for start, end in pairwise(starts))

    @cached_property
    def best(self) -> dict[Pair, int]:
        """The place in ``scores`` of the best pair between each two nodes (the lesser first)."""
        return self.found.pairs()


def best_pairs(scores: Scores, node: Ints) -> Best:
    """The best scored pair between each two nodes."""
    one, other = node[scores.left], node[scores.right]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((scores.right, scores.left, -scores.weight, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    chosen = order[first]
    return Best(low[chosen], high[chosen], chosen)


def group(
    scorer: Scorer,
    scores: Scores,
    node: Ints,
    *,
    forbidden: Collection[Pair] = frozenset(),
    conflict: Callable[[int, int], bool] | None = None,
) -> Grouped:
    """Groups of nodes (customers or single rows; `node` names that of each row, -1 for none), best evidence first."""
    best = best_pairs(scores, node)
    strong = best.where(scores.probability[best.places] >= scorer.model.automatic)
    tied = _tied(strong, int(node.max(initial=-1)) + 1)
    apart = frozenset(forbidden) | _apart(scorer, scores, node, tied)
    if conflict is not None:
        ends = zip(scores.left[strong.places].tolist(), scores.right[strong.places].tolist(), strict=True)
        differ = np.array([conflict(*each) for each in ends], dtype=bool)
        apart |= strong.where(differ).pairs().keys()
    return Grouped(_parted(tied, strong, scores, apart), scores, best, apart)


def _tied(strong: Best, count: int) -> Ints:
    """For each node the least that strong pairs tie it to, directly or through others; -1 where they tie it to none."""
    tied = components(count, strong.low, strong.high)
    alone = np.ones(count, dtype=bool)
    alone[strong.low] = alone[strong.high] = False
    tied[alone] = -1
    return tied


def _parted(tied: Ints, strong: Best, scores: Scores, apart: Collection[Pair]) -> Ints:
    """What is tied together is one group, unless two of it are kept apart: there union by union is looked at."""
    ends = np.array(list(apart), dtype=np.int64).reshape(-1, 2)
    ends = ends[((ends >= 0) & (ends < len(tied))).all(axis=1)]
    ends = ends[(tied[ends[:, 0]] >= 0) & (tied[ends[:, 0]] == tied[ends[:, 1]])]
    if not len(ends):
        return tied
    doubted = np.zeros(len(tied), dtype=bool)
    doubted[tied[ends[:, 0]]] = True
    looked = strong.where(doubted[tied[strong.low]])
    # By bits, not by probability: many probabilities are one to the last digit.
    ties = zip(looked.low.tolist(), looked.high.tolist(), scores.weight[looked.places].tolist(), strict=True)
    nodes = np.unique(np.concatenate([looked.low, looked.high])).tolist()
    inside = {(min(pair), max(pair)) for pair in ends.tolist()}
    made = cluster(nodes, [Edge(*each) for each in ties], automatic=-math.inf, forbidden=inside, apart=-math.inf)
    lying = tied.copy()
    for members in made.groups:
        lying[list(members)] = members[0]
    return lying


def _members(lying: Ints) -> Lists:
    """The nodes of each group in order, groups in the order of their first nodes."""
    nodes = np.flatnonzero(lying >= 0)
    nodes = nodes[np.argsort(lying[nodes], kind="stable")]
    begins = np.flatnonzero(np.diff(lying[nodes], prepend=-1))
    return Lists(np.append(begins, len(nodes)), nodes)


def _apart(scorer: Scorer, scores: Scores, node: Ints, tied: Ints) -> frozenset[Pair]:
    """Pairs of nodes in one group of candidates of which some rows are related, strangers or in conflict."""
    order = np.argsort(node, kind="stable")
    order = order[node[order] >= 0]
    rows_of = Lists.of(node[order], order, int(node.max(initial=-1)) + 1)
    inside = _members(tied).through(rows_of)
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
