"""Comparing dates, web sites, organisations and plain values in arrays."""

import numpy as np

from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, equal, present
from matching.engine.bulk.comparing.names import meets
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints, Lists


@inlined
def _edits(one: int, other: int) -> int:
    """0 equal, 1 one digit off or two neighbours exchanged within year, month or day, 2 more."""
    differing, first, second = 0, -1, -1
    a, b = one, other
    for place in range(8):
        if a % 10 != b % 10:
            differing += 1
            if first < 0:
                first = place
            else:
                second = place
        a //= 10
        b //= 10
    if differing <= 1:
        return differing
    if differing > 2 or second != first + 1 or second == 2 or second == 4:
        return 2
    low, high = 10**first, 10**second
    exchanged = one // low % 10 == other // high % 10 and one // high % 10 == other // low % 10
    return 1 if exchanged else 2


@inlined
def date_level(one: int, other: int) -> int:
    """exact 0, swapped 1, near 2, partial 3, month 4, day 5, year 6, different 7."""
    if one == 0 or other == 0:
        return MISSING
    y1, m1, d1 = one // 10_000, one // 100 % 100, one % 100
    y2, m2, d2 = other // 10_000, other // 100 % 100, other % 100
    if (m1 == 0 and d1 > 0) or (m2 == 0 and d2 > 0):
        return UNDECIDED
    if one == other:
        return 0 if d1 > 0 else 3
    if d1 == 0 or d2 == 0:
        return 3 if y1 == y2 and (m1 == 0 or m2 == 0 or m1 == m2) else 7
    if y1 == y2 and m1 == d2 and d1 == m2:
        return 1
    if _edits(one, other) <= 1:
        return 2
    if y1 == y2:
        return 4 if m1 == m2 else 6
    return 5 if m1 == m2 and d1 == d2 and abs(y1 - y2) <= 10 else 7


@inlined
def shared_level(starts: Ints, values: Ints, i: int, j: int, otherwise: int) -> int:
    """0 where two values are equal, `otherwise` where none is."""
    if starts[i] == starts[i + 1] or starts[j] == starts[j + 1]:
        return MISSING
    return 0 if meets(starts, values, i, j) else otherwise


class Date(Kind):
    """Dates: day and month exchanged, one keying error, parts that agree."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        column = self.columns.dates[self.attribute]
        found = equal(column[left], column[right])
        whole = (column[left] % 100 > 0) & (column[left] // 100 % 100 > 0)
        return np.where((found == 0) & ~whole, UNDECIDED, found)


class _Shared(Kind):
    """One of several values in common is enough."""

    def lists(self) -> Lists:
        raise NotImplementedError

    def quick(self, left: Ints, right: Ints) -> Ints:
        lists = self.lists()
        counts = lists.counts
        single = (counts[left] == 1) & (counts[right] == 1)
        found = present(lists, left, right)
        same = lists.values[lists.starts[left[single]]] == lists.values[lists.starts[right[single]]]
        found[single] = np.where(same, 0, 1)
        return found


class Website(_Shared):
    """Web sites."""

    def lists(self) -> Lists:
        return self.columns.websites.lists


class Exact(_Shared):
    """Values that are the same or not."""

    def lists(self) -> Lists:
        return self.columns.texts[self.attribute].lists


class Text(Exact):
    """Values of which two may be nearly the same; where none is equal the reference looks."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return present(self.lists(), left, right)


class Organisation(Text):
    """Names of organisations: equal ones at once, the words of others by the reference."""

    def lists(self) -> Lists:
        return self.columns.organisations.lists
