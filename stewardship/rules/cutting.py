"""Cutting what hangs together into groups of a size that one can look at, at its weakest links.

Groups grow by the strongest link between two of them. A link is the sum of all pairs between both, and a pair counts
for more by every third one that both resemble: so dense parts stay together and what hangs on one thread falls off.
Pairs across groups are grouped in the same way by themselves, so that every pair is in exactly one group.
"""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

Pair = tuple[int, int]
LARGEST = 6


def connected(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs that hang together, each part sorted, in the order of their first pairs."""
    near: dict[int, set[int]] = {}
    for one, other in pairs:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    part: dict[int, int] = {}
    for start in sorted(near):
        reached = [] if start in part else [start]
        while reached:
            node = reached.pop()
            if node not in part:
                part[node] = start
                reached += [other for other in near[node] if other not in part]
    found: dict[int, list[Pair]] = {}
    for pair in sorted(pairs):
        found.setdefault(part[pair[0]], []).append(pair)
    return list(found.values())


def cut(strengths: Mapping[Pair, float], largest: int = LARGEST) -> list[list[Pair]]:
    """The pairs of one connected part as groups of at most ``largest`` nodes; each pair is in one of them.

    The same for any order of the input.
    """
    rest = _supported(strengths)
    made: list[list[Pair]] = []
    while rest:
        group = _clusters(rest, largest)
        inside: dict[int, list[Pair]] = {}
        for pair in sorted(rest):
            if group[pair[0]] == group[pair[1]]:
                inside.setdefault(group[pair[0]], []).append(pair)
        for pairs in inside.values():
            made += connected(pairs)
        rest = {pair: strength for pair, strength in rest.items() if group[pair[0]] != group[pair[1]]}
    return made


def _supported(strengths: Mapping[Pair, float]) -> dict[Pair, float]:
    """Each pair with what its triangles add to it."""
    near: dict[int, dict[int, float]] = {}
    for (one, other), strength in strengths.items():
        near.setdefault(one, {})[other] = strength
        near.setdefault(other, {})[one] = strength
    return {
        (one, other): round(
            strength
            + sum(min(near[one][third], near[other][third]) for third in near[one].keys() & near[other].keys()),
            9,
        )
        for (one, other), strength in strengths.items()
    }


def _clusters(strengths: Mapping[Pair, float], largest: int) -> dict[int, int]:
    """The group of each node, named by its least node."""
    members = {node: [node] for pair in strengths for node in pair}
    between: dict[int, dict[int, float]] = {node: {} for node in members}
    for (one, other), strength in sorted(strengths.items()):
        between[one][other] = between[other][one] = strength
    waiting = [(-strength, one, other) for (one, other), strength in strengths.items()]
    heapify(waiting)
    while waiting:
        strength, one, other = heappop(waiting)
        if one not in members or other not in members or between[one].get(other) != -strength:
            continue
        if len(members[one]) + len(members[other]) > largest:
            continue
        members[one] += members.pop(other)
        near = between.pop(other)
        del between[one][other], near[one]
        for third, more in sorted(near.items()):
            total = round(between[one].get(third, 0.0) + more, 9)
            del between[third][other]
            between[one][third] = between[third][one] = total
            heappush(waiting, (-total, min(one, third), max(one, third)))
    return {node: name for name, nodes in members.items() for node in nodes}
