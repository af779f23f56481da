"""Who of several belongs together: the partition that the scores speak for, and where it hangs by a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Pair = tuple[int, int]
JOINS = 0.5
WEAK = 0.7


@dataclass(frozen=True)
class Parted:
    """Groups of places, each in order; ``related``: first places of two groups that are kin."""

    groups: tuple[tuple[int, ...], ...]
    related: tuple[tuple[int, int], ...] = ()


def proposed(count: int, scores: Mapping[Pair, float], kin: Mapping[Pair, float]) -> Parted:
    """Join what is on the whole more likely one than not, the surest first; the largest group comes first.

    What looks like kin of the largest group is marked as related to it.

    Average linkage, so that one strong pair does not chain two people together.

    :param scores: the probability of each pair of places, the lower place first; ``kin``: that of being relatives.
    """
    groups: list[tuple[int, ...]] = [(place,) for place in range(count)]
    while len(groups) > 1:
        pairs = [(_between(one, other, scores), one, other) for one, other in combinations(groups, 2)]
        best, one, other = max(pairs, key=lambda pair: pair[0])
        if best < JOINS:
            break
        groups = sorted([group for group in groups if group not in (one, other)] + [tuple(sorted((*one, *other)))])
    groups.sort(key=lambda group: (-len(group), group))
    first = groups[0]
    related = [
        (first[0], other[0])
        for other in groups[1:]
        if _between(first, other, kin) > max(JOINS, _between(first, other, scores))
    ]
    return Parted(tuple(groups), tuple(related))


def apart(count: int) -> Parted:
    """Everybody by himself."""
    return Parted(tuple((place,) for place in range(count)))


def weak_link(groups: Sequence[Sequence[int]], scores: Mapping[Pair, float]) -> tuple[int, int, int] | None:
    """Two of one group that meet only through a third: the weakest such pair, and the one between them."""
    found = []
    for group in groups:
        for one, other in combinations(sorted(group), 2):
            own = scores.get((one, other), 0.0)
            rest = [by for by in group if by not in (one, other)]
            through = [(min(_of(one, by, scores), _of(by, other, scores)), by) for by in rest]
            if own < WEAK and through and max(through)[0] > own:
                found.append((own, one, other, max(through)[1]))
    return min(found)[1:] if found else None


def _between(one: Sequence[int], other: Sequence[int], scores: Mapping[Pair, float]) -> float:
    pairs = list(product(one, other))
    return sum(_of(left, right, scores) for left, right in pairs) / len(pairs)


def _of(one: int, other: int, scores: Mapping[Pair, float]) -> float:
    return scores.get((min(one, other), max(one, other)), 0.0)


def staged(fields: Mapping[str, str]) -> tuple[list[list[int]], list[tuple[int, int, str]]]:
    """What the fields of a card say: the customers of each group, and which are related to those of the first.

    ``part-12=2``: customer 12 is in group 2; ``kin-12=household``: his group is a household with group 1.
    """
    groups: dict[int, list[int]] = {}
    for name, value in fields.items():
        customer = _number(name.removeprefix("part-")) if name.startswith("part-") else None
        number = _number(value)
        if customer is not None and number is not None:
            groups.setdefault(number, []).append(customer)
    ordered = [groups[number] for number in sorted(groups)]
    related = []
    for group in ordered[1:]:
        kinds = [fields.get(f"kin-{customer}", "") for customer in group]
        found = [(customer, kind) for customer, kind in zip(group, kinds, strict=True) if kind]
        related += [(ordered[0][0], customer, kind) for customer, kind in found[:1]]
    return ordered, related


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
