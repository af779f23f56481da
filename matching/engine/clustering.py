"""Clustering: pairs become groups, the strongest evidence first.

Following every link blindly would join whole families through one doubtful pair. A union is
refused where it would put two records together that a person kept apart, that conflict, or whose
own score says that they are related or strangers. What is refused is returned, to be asked about.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

Pair = tuple[int, int]
Conflict = Callable[[int, int], bool]


class Edge(NamedTuple):
    """A scored pair. Scores far below the line count too: they keep groups apart."""

    a: int
    b: int
    probability: float


class Clusters(NamedTuple):
    """The groups, each sorted, in the order of their first node; and the edges not followed."""

    groups: tuple[tuple[int, ...], ...]
    refused: tuple[Edge, ...]


def cluster(
    nodes: Iterable[int],
    edges: Sequence[Edge],
    *,
    automatic: float,
    forbidden: Collection[Pair] = frozenset(),
    conflict: Conflict | None = None,
    apart: float = 0.001,
) -> Clusters:
    """Groups of nodes joined by edges at or above `automatic`; the same for any order of the input."""
    groups = _Groups(nodes)
    for one, other in forbidden:
        groups.keep_apart(one, other)
    for edge in edges:
        if edge.probability <= apart:
            groups.keep_apart(edge.a, edge.b)
    strong = [Edge(min(e.a, e.b), max(e.a, e.b), e.probability) for e in edges if e.probability >= automatic]
    strong.sort(key=lambda edge: (-edge.probability, edge.a, edge.b))
    refused = [edge for edge in strong if not groups.join(edge.a, edge.b, conflict)]
    return Clusters(groups.sorted(), tuple(refused))


class _Groups:
    """A partition that knows which nodes must not come together."""

    def __init__(self, nodes: Iterable[int]) -> None:
        self._group: dict[int, int] = {node: node for node in nodes}
        self._members: dict[int, list[int]] = {node: [node] for node in self._group}
        self._foes: dict[int, set[int]] = {}

    def keep_apart(self, one: int, other: int) -> None:
        self._foes.setdefault(one, set()).add(other)
        self._foes.setdefault(other, set()).add(one)

    def join(self, one: int, other: int, conflict: Conflict | None) -> bool:
        """Put both in one group; False, and nothing done, where that is not allowed."""
        target, source = self._group[one], self._group[other]
        if target == source:
            return True
        if len(self._members[target]) < len(self._members[source]):
            target, source = source, target
        if self._opposed(target, source, conflict):
            return False
        for node in self._members[source]:
            self._group[node] = target
        self._members[target].extend(self._members.pop(source))
        return True

    def sorted(self) -> tuple[tuple[int, ...], ...]:
        return tuple(sorted(tuple(sorted(members)) for members in self._members.values()))

    def _opposed(self, target: int, source: int, conflict: Conflict | None) -> bool:
        for node in self._members[source]:
            if any(self._group.get(foe) == target for foe in self._foes.get(node, ())):
                return True
        if conflict is None:
            return False
        return any(conflict(a, b) for a in self._members[target] for b in self._members[source])
