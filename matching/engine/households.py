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


@dataclass(eq=False)
class _Group:
    members: set[int]
    household: int = 0


def at_home(model: Model) -> Model:
    """The model with the rules that find those who share an address or a number; its scores are the same."""
    return replace(model, rules=RULES, block_cap=min(model.block_cap, CAP))


def households(
    edges: Mapping[Pair, float],
    *,
    standing: Mapping[int, Collection[int]],
    apart: Collection[Pair],
    proposed: Mapping[int, Collection[int]] | None = None,
) -> list[tuple[int, frozenset[int]]]:
    """Groups of persons, each with the household (0: none) that it continues; those of one person are left out.

    :param edges: how surely two (the smaller number first) are related.
    :param standing: by household the persons of whom people said that they belong to it. They stay together, and who
        belongs to several stays in each: whoever is related to him comes to where he fits best.
    :param apart: pairs that are never brought together.
    :param proposed: by household who is proposed for it now; he stays there where he would fit as well elsewhere.
    """
    now = {(household, person) for household, persons in (proposed or {}).items() for person in persons}
    groups_of: dict[int, list[_Group]] = {}
    for household in sorted(standing):
        group = _Group(set(standing[household]), household)
        for person in group.members:
            groups_of.setdefault(person, []).append(group)
    for (one, other), _share in sorted(edges.items(), key=lambda edge: (-edge[1], edge[0])):
        lefts = groups_of.setdefault(one, [_Group({one})])
        rights = groups_of.setdefault(other, [_Group({other})])
        best = _best(lefts, rights, edges, apart, now)
        if best is not None:
            _join(*best, groups_of)
    groups = {id(group): group for mine in groups_of.values() for group in mine}
    told = [(group.household, frozenset(group.members)) for group in groups.values() if len(group.members) > 1]
    return sorted(told, key=lambda group: (min(group[1]), group[0]))


def _best(
    lefts: Iterable[_Group],
    rights: Collection[_Group],
    edges: Mapping[Pair, float],
    apart: Collection[Pair],
    now: Collection[tuple[int, int]],
) -> tuple[_Group, _Group] | None:
    """The two groups that become one; none where the two persons are together already, or nothing fits."""
    best, most = None, (0.0, -1)
    for left in lefts:
        for right in rights:
            if left is right:
                return None
            share = _fit(left, right, edges, apart)
            kept = sum((left.household or right.household, person) in now for person in left.members | right.members)
            if share and (share, kept) > most:
                best, most = (left, right), (share, kept)
    return best


def _fit(left: _Group, right: _Group, edges: Mapping[Pair, float], apart: Collection[Pair]) -> float:
    """The share of the pairs between them that are related; 0 where they do not become one."""
    if (left.household and right.household) or len(left.members) + len(right.members) > LARGEST:
        return 0.0
    pairs = [(min(a, b), max(a, b)) for a in left.members for b in right.members]
    if any(pair in apart for pair in pairs):
        return 0.0
    share = sum(pair in edges for pair in pairs) / len(pairs)
    return share if share >= SHARED else 0.0


def _join(left: _Group, right: _Group, groups_of: dict[int, list[_Group]]) -> None:
    """The smaller group goes into the larger, or into the one that is a household already."""
    into, gone = (right, left) if right.household or len(left.members) < len(right.members) else (left, right)
    if gone.household:
        into, gone = gone, into
    into.members |= gone.members
    for person in gone.members:
        groups_of[person] = [*(one for one in groups_of[person] if one not in (gone, into)), into]


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
