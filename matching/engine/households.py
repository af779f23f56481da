"""Households: who is grouped with whom, of persons who are related but not the same.

Relatives are not a chain: the flatmate of one's cousin is not one's own. So two groups become one only while at least
half of the pairs between them are related themselves, the clearest pairs first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from matching.engine.model import Model, Rule

LARGEST = 12  # persons; more of one address are a home or a house of flats
CAP = 40  # records of a block, before it is divided
SHARED = 0.5  # of the pairs between two groups that must be related
# What those who live together share; who shares a key of these shares an address or a number.
RULES = (
    Rule("phone", ("phone",)),
    Rule("family_street", ("family", "street", "house")),
    Rule("home", ("street", "house", "postcode")),
)
Pair = tuple[int, int]


@dataclass
class _Group:
    members: set[int]
    household: int = 0


def at_home(model: Model) -> Model:
    """The model with the rules that find those who share an address or a number; its scores are the same."""
    return replace(model, rules=RULES, block_cap=min(model.block_cap, CAP))


def households(
    edges: Mapping[Pair, float], *, standing: Mapping[int, Collection[int]], apart: Collection[Pair]
) -> list[tuple[int, frozenset[int]]]:
    """Groups of persons, each with the household (0: none) that it continues; those of one person are left out.

    :param edges: how surely two (the smaller number first) are related.
    :param standing: by household the persons of whom people said that they belong to it. They stay together; who
        belongs to several counts for the first.
    :param apart: pairs that are never brought together.
    """
    group_of: dict[int, _Group] = {}
    for household in sorted(standing):
        mine = {person for person in standing[household] if person not in group_of}
        group = _Group(mine, household)
        group_of.update(dict.fromkeys(mine, group))
    for (one, other), _share in sorted(edges.items(), key=lambda edge: (-edge[1], edge[0])):
        left = group_of.setdefault(one, _Group({one}))
        right = group_of.setdefault(other, _Group({other}))
        if left is not right and _fit(left, right, edges, apart):
            _join(left, right, group_of)
    groups = {id(group): group for group in group_of.values()}
    told = [(group.household, frozenset(group.members)) for group in groups.values() if len(group.members) > 1]
    return sorted(told, key=lambda group: min(group[1]))


def _fit(left: _Group, right: _Group, edges: Mapping[Pair, float], apart: Collection[Pair]) -> bool:
    if (left.household and right.household) or len(left.members) + len(right.members) > LARGEST:
        return False
    pairs = [(min(a, b), max(a, b)) for a in left.members for b in right.members]
    return not any(pair in apart for pair in pairs) and sum(pair in edges for pair in pairs) >= SHARED * len(pairs)


def _join(left: _Group, right: _Group, group_of: dict[int, _Group]) -> None:
    """The smaller group goes into the larger, or into the one that is a household already."""
    into, gone = (right, left) if right.household or len(left.members) < len(right.members) else (left, right)
    if gone.household:
        into, gone = gone, into
    into.members |= gone.members
    group_of.update(dict.fromkeys(gone.members, into))


def continued(groups: Iterable[frozenset[int]], before: Mapping[int, Collection[int]]) -> list[int]:
    """Which household (0: none) each group goes on with: the one that it shares the most persons with, each once."""
    chosen = list(groups)
    of_person: dict[int, list[int]] = {}
    for household, persons in before.items():
        for person in persons:
            of_person.setdefault(person, []).append(household)
    shared: dict[tuple[int, int], int] = {}
    for place, group in enumerate(chosen):
        for person in group:
            for household in of_person.get(person, ()):
                shared[place, household] = shared.get((place, household), 0) + 1
    found, taken = [0] * len(chosen), set[int]()
    for (place, household), _count in sorted(shared.items(), key=lambda each: (-each[1], each[0][1], each[0][0])):
        if not found[place] and household not in taken:
            found[place] = household
            taken.add(household)
    return found
