"""What an answer about several customers says: who belongs together, who is related; all others are different."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

SAME, DIFFERENT, RELATED, UNSURE, PARTITION = "same", "different", "related", "unsure", "partition"
Related = tuple[int, int, str]


class Malformed(Exception):
    """What is said cannot be meant: the field, and the code of its fault."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True)
class Partition:
    """Everybody is in one group; ``related`` names customers of two groups and how they are related."""

    groups: tuple[tuple[int, ...], ...] = ()
    related: tuple[Related, ...] = ()

    def kinds(self) -> dict[tuple[int, int], str]:
        """By two groups (places, the lower one first): how they are related."""
        place = {customer: number for number, group in enumerate(self.groups) for customer in group}
        return {
            (min(place[one], place[other]), max(place[one], place[other])): kind for one, other, kind in self.related
        }

    def stored(self) -> dict[str, Any]:
        """As an answer keeps it."""
        return {"groups": [list(group) for group in self.groups], "related": [list(one) for one in self.related]}


def read(
    customers: Sequence[int],
    decision: str,
    *,
    groups: Iterable[Sequence[int]] = (),
    related: Iterable[Sequence[Any]] = (),
    kind: str = "",
    kinds: Iterable[str] = (),
) -> tuple[str, Partition]:
    """What is decided, by its simplest name, and the partition that it means.

    :param kind: of all relations, for "related". :param kinds: those that there are.
    :raises Malformed: customers that were not asked about, or twice; a relation inside a group; an unknown kind.
    """
    everybody = tuple(sorted(customers))
    alone = tuple((customer,) for customer in everybody)
    if decision == SAME:
        return SAME, Partition((everybody,))
    if decision == DIFFERENT:
        return DIFFERENT, Partition(alone)
    if decision == RELATED:
        found = [(one, other, kind) for one, other in combinations(everybody, 2)]
        return RELATED, Partition(alone, _related(found, alone, set(kinds)))
    if decision == UNSURE:
        return UNSURE, Partition()
    whole = _groups(everybody, groups)
    return _simplest(Partition(whole, _related(related, whole, set(kinds))))


def _groups(everybody: Sequence[int], groups: Iterable[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    given = [tuple(sorted(group)) for group in groups if group]
    named = [customer for group in given for customer in group]
    if set(named) - set(everybody):
        raise Malformed("groups", "unknown")
    if len(named) > len(set(named)):
        raise Malformed("groups", "twice")
    return tuple(sorted([*given, *[(customer,) for customer in everybody if customer not in named]]))


def _related(related: Iterable[Sequence[Any]], groups: Sequence[Sequence[int]], kinds: set[str]) -> tuple[Related, ...]:
    place = {customer: number for number, group in enumerate(groups) for customer in group}
    found: dict[tuple[int, int], Related] = {}
    for one, other, kind in related:
        if one not in place or other not in place:
            raise Malformed("related", "unknown")
        if kind not in kinds:
            raise Malformed("related", "kind")
        ends = (min(place[one], place[other]), max(place[one], place[other]))
        if ends[0] == ends[1]:
            raise Malformed("related", "together")
        if found.setdefault(ends, (min(one, other), max(one, other), kind))[2] != kind:
            raise Malformed("related", "twice")
    return tuple(sorted(found.values()))


def _simplest(made: Partition) -> tuple[str, Partition]:
    if len(made.groups) == 1:
        return SAME, made
    if any(len(group) > 1 for group in made.groups):
        return PARTITION, made
    if not made.related:
        return DIFFERENT, made
    every = len(made.groups) * (len(made.groups) - 1) // 2
    one_kind = len({kind for _one, _other, kind in made.related}) == 1
    return (RELATED if one_kind and len(made.related) == every else PARTITION), made
