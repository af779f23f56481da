"""Splitting: the pairs without which a group would fall in two.

A bridge is an edge on no cycle. They are found in one walk (Tarjan, "A Note on Finding the Bridges of a Graph", 1974):
an edge from a node to its child is a bridge when nothing below the child reaches the node or above by another edge.
A record that hangs on one edge alone is no bridge: every new record begins like that.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

Ends = tuple[int, int, float]


class Bridge(NamedTuple):
    """A single doubtful pair that holds two parts together, and the parts: the proposed split."""

    a: int
    b: int
    probability: float
    left: tuple[int, ...]
    right: tuple[int, ...]


def bridges(edges: Sequence[Ends], doubtful: float, least: int = 2) -> tuple[Bridge, ...]:
    """The bridges below `doubtful` with at least `least` records on either side, the weakest first."""
    if not any(probability < doubtful for _a, _b, probability in edges):
        return ()
    near: dict[int, list[tuple[int, int]]] = {}
    for number, (one, other, _probability) in enumerate(edges):
        near.setdefault(one, []).append((other, number))
        near.setdefault(other, []).append((one, number))
    found = []
    seen: set[int] = set()
    for start in sorted(near):
        if start not in seen:
            walk = _Walk(near, start)
            seen.update(walk.order)
            found += [bridge for bridge in walk.bridges(edges, least) if bridge.probability < doubtful]
    return tuple(sorted(found, key=lambda bridge: (bridge.probability, bridge.a, bridge.b)))


class _Walk:
    """One walk through a connected part, without recursion: groups may be long chains."""

    def __init__(self, near: dict[int, list[tuple[int, int]]], start: int) -> None:
        self.order = {start: 0}
        self.low = {start: 0}
        self.last = {start: 0}
        self.tree: list[tuple[int, int]] = []
        stack = [(start, -1, iter(near[start]))]
        while stack:
            node, came_by, left = stack[-1]
            step = next(((other, number) for other, number in left if number != came_by), None)
            if step is None:
                stack.pop()
                self.last[node] = len(self.order) - 1
                if stack:
                    parent = stack[-1][0]
                    self.low[parent] = min(self.low[parent], self.low[node])
                continue
            other, number = step
            if other in self.order:
                self.low[node] = min(self.low[node], self.order[other])
            else:
                self.order[other] = self.low[other] = len(self.order)
                self.tree.append((other, number))
                stack.append((other, number, iter(near[other])))

    def bridges(self, edges: Sequence[Ends], least: int) -> Iterator[Bridge]:
        """Every edge of the walk below which nothing reaches back."""
        visited = list(self.order)
        for child, number in self.tree:
            first, last = self.order[child], self.last[child]
            size = last - first + 1
            if self.low[child] < first or size < least or len(visited) - size < least:
                continue
            below = tuple(sorted(visited[first : last + 1]))
            above = tuple(sorted(visited[:first] + visited[last + 1 :]))
            left, right = (below, above) if below < above else (above, below)
            one, other, probability = edges[number]
            yield Bridge(min(one, other), max(one, other), probability, left, right)


def threads(
    nodes: Sequence[int], edges: Sequence[Ends], doubtful: float, least: int = 2
) -> tuple[tuple[int, int], ...]:
    """The pairs on which two parts of some records hang: a bridge that is doubtful, or nothing at all.

    `edges` are the pairs that speak for one party. Where two parts have none between them, their least nodes are named.
    """
    found = [(bridge.a, bridge.b) for bridge in bridges(edges, doubtful, least)]
    near = {node: {node} for node in nodes}
    for one, other, _probability in edges:
        if near[one] is not near[other]:
            near[one] |= near[other]
            near.update(dict.fromkeys(near[other], near[one]))
    parts = sorted({min(part): part for part in near.values() if len(part) >= least}.items())
    return tuple([(parts[0][0], other) for other, _part in parts[1:]] + found)


def halves(
    nodes: Sequence[int], edges: Sequence[Ends], one: int, other: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Everybody on the side of `one` or of `other`, by the strongest evidence first; the two never come together.

    Who has no evidence with anybody goes with the larger side; of two equal ones with that of the lower node.
    """
    side = {node: node for node in nodes}
    for a, b, _probability in sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1])):
        ends = {side[a], side[b]}
        if len(ends) > 1 and ends != {side[one], side[other]}:
            kept = side[one] if side[one] in ends else side[other] if side[other] in ends else min(ends)
            side.update({node: kept for node, group in side.items() if group in ends})
    found = [[node for node in side if side[node] == side[end]] for end in (one, other)]
    loose = [node for node in side if side[node] not in (side[one], side[other])]
    max(found, key=lambda group: (len(group), -min(group))).extend(loose)
    return tuple(sorted(found[0])), tuple(sorted(found[1]))
