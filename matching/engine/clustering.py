"""Clustering with conscience: pairs become groups, the strongest evidence first.

Following every link blindly (connected components) joins whole families through one doubtful pair. Here a union is
refused where it would put two records together that a person kept apart, that conflict, or whose own score calls them
related or strangers. What is refused is returned with the conflict named, to be asked about. What was joined only
through a single doubtful pair is returned as a *bridge*, with the two halves into which it would fall.

The result does not depend on the order in which anything arrives: unions go by evidence, and equal evidence goes by
`rank`, which the caller takes from the records (source and key) and not from when they came.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from matching.engine.splitting import Bridge, bridges
from matching.engine.vocabulary import UNRELATED

Pair = tuple[int, int]
Conflict = Callable[[int, int], bool]
Rank = Callable[[int], Any]

KEPT_APART: Final = "kept apart"
IDENTIFIERS: Final = "identifiers"
APART: Final = 0.001
AGAINST: Final = 3.0
DOUBTFUL: Final = 0.99


class Edge(NamedTuple):
    """A scored pair. Scores far below the line count too: they keep groups apart.

    `because` says what the score itself calls the pair where that is not the same: household, namesake, unrelated.
    """

    a: int
    b: int
    probability: float
    because: str = ""


class Refusal(NamedTuple):
    """An edge that was not followed, the first two records that forbid it, and why.

    `why` is `KEPT_APART` (a person said so), `IDENTIFIERS`, or what the score calls the two.
    """

    edge: Edge
    between: Pair
    why: str


class Clusters(NamedTuple):
    """The groups, each sorted, in the order of their first node; the edges not followed, and why; weak bridges."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Edge, ...]
    refusals: tuple[Refusal, ...] = ()
    bridges: tuple[Bridge, ...] = ()


def contradicts(probability: Any, household: Any, weight: Any, prior: float) -> Any:
    """Whether a score speaks against its pair, and does not merely say nothing for it; numbers or arrays.

    A pair without a value in common to compare has the probability of two strangers, and yet nothing against it. One
    that contradicts is below `APART` and either loses `AGAINST` bits by what was compared, or is better explained as
    relatives.
    """
    return (probability <= APART) & ((weight <= prior - AGAINST) | (household >= 0.5))


def cluster(
    nodes: Iterable[int],
    edges: Sequence[Edge],
    *,
    automatic: float,
    forbidden: Collection[Pair] | Mapping[Pair, str] = frozenset(),
    conflict: Conflict | None = None,
    apart: float = APART,
    rank: Rank | None = None,
    doubtful: float = DOUBTFUL,
) -> Clusters:
    """Groups of nodes joined by edges at or above `automatic`; the same for any order of the input.

    `forbidden` pairs never come together; as a mapping it says why. Edges at or below `apart` forbid, too.
    `doubtful` is the probability below which a bridge counts as weak.
    """
    groups = _Groups(nodes)
    place = rank or _itself
    for one, other in forbidden:
        groups.keep_apart(one, other, forbidden[one, other] if isinstance(forbidden, Mapping) else KEPT_APART)
    for edge in edges:
        if edge.probability <= apart:
            groups.keep_apart(edge.a, edge.b, edge.because or UNRELATED)
    strong = [_turned(edge, place) for edge in edges if edge.probability >= automatic]
    strong.sort(key=lambda edge: (-edge.probability, place(edge.a), place(edge.b)))
    refusals, followed = [], []
    for edge in strong:
        against = groups.join(edge.a, edge.b, conflict)
        if against is None:
            followed.append(edge)
        else:
            refusals.append(Refusal(edge, *against))
    weak = bridges([(edge.a, edge.b, edge.probability) for edge in followed], doubtful)
    return Clusters(groups.sorted(), tuple(each.edge for each in refusals), tuple(refusals), weak)


def _itself(node: int) -> Hashable:
    return node


def _turned(edge: Edge, place: Rank) -> Edge:
    return edge if place(edge.a) <= place(edge.b) else edge._replace(a=edge.b, b=edge.a)


class _Groups:
    """A partition that knows which nodes must not come together, and why."""

    def __init__(self, nodes: Iterable[int]) -> None:
        self._group: dict[int, int] = {node: node for node in nodes}
        self._members: dict[int, list[int]] = {node: [node] for node in self._group}
        self._foes: dict[int, dict[int, str]] = {}

    def keep_apart(self, one: int, other: int, why: str) -> None:
        """The first reason counts: a person's word is put in before what scores say."""
        self._foes.setdefault(one, {}).setdefault(other, why)
        self._foes.setdefault(other, {}).setdefault(one, why)

    def join(self, one: int, other: int, conflict: Conflict | None) -> tuple[Pair, str] | None:
        """Put both in one group; where that is not allowed nothing is done, and who opposes it is returned."""
        target, source = self._group[one], self._group[other]
        if target == source:
            return None
        if len(self._members[target]) < len(self._members[source]):
            target, source = source, target
        against = self._against(target, source, conflict)
        if against is not None:
            return against
        for node in self._members[source]:
            self._group[node] = target
        self._members[target].extend(self._members.pop(source))
        return None

    def sorted(self) -> tuple[tuple[int, ...], ...]:
        return tuple(sorted(tuple(sorted(members)) for members in self._members.values()))

    def _against(self, target: int, source: int, conflict: Conflict | None) -> tuple[Pair, str] | None:
        """The least pair of opponents: the same for any order in which the groups grew."""
        found = [
            ((min(node, foe), max(node, foe)), why)
            for node in self._members[source]
            for foe, why in self._foes.get(node, {}).items()
            if self._group.get(foe) == target
        ]
        if not found and conflict is not None:
            members = [(a, b) for a in self._members[target] for b in self._members[source]]
            found = [((min(a, b), max(a, b)), IDENTIFIERS) for a, b in members if conflict(a, b)]
        return min(found, default=None)
