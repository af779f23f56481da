"""Comparing dates, web sites, organisations and plain values in arrays."""

from typing import Final

import numpy as np

from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, equal, present
from matching.engine.bulk.comparing.names import meets
from matching.engine.bulk.comparing.rows import PLAIN
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.strings import counted

_DIGITS: Final = 0x11111111
_LAST_TWO: Final = 0xFF
_WHOLE: Final = 0xFFFFFFFF


@inlined
def _edits(one: int, other: int) -> int:
    """0 equal, 1 one digit off or two neighbours exchanged within year, month or day, 2 more."""
    apart = one ^ other
    places = (apart | apart >> 1 | apart >> 2 | apart >> 3) & _DIGITS
    differing = counted(places)
    if differing != 2:
        return min(differing, 2)
    low = places & -places
    # Neighbours, and not the last digit of one part with the first of the next.
    if places != low * 0x11 or low == 0x10 or low == 0x1000:
        return 2
    shift = counted(low - 1)
    mine, yours = one >> shift, other >> shift
    exchanged = mine & 15 == yours >> 4 & 15 and mine >> 4 & 15 == yours & 15
    return 1 if exchanged else 2


@inlined
def _year(spread: int) -> int:
    return ((spread >> 12) * 10 + (spread >> 8 & 15)) * 100 + (spread >> 4 & 15) * 10 + (spread & 15)


@inlined
def date_level(one: int, other: int) -> int:
    """exact 0, swapped 1, near 2, partial 3, month 4, day 5, year 6, different 7; of dates as rows have them."""
    if one == 0 or other == 0:
        return MISSING
    one, other = one & _WHOLE, other & _WHOLE
    y1, m1, d1 = one >> 16, one >> 8 & _LAST_TWO, one & _LAST_TWO
    y2, m2, d2 = other >> 16, other >> 8 & _LAST_TWO, other & _LAST_TWO
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
    return 5 if m1 == m2 and d1 == d2 and abs(_year(y1) - _year(y2)) <= 10 else 7


@inlined
def shared_level(rows: Ints, slot: int, starts: Ints, values: Ints, i: int, j: int, otherwise: int) -> int:
    """0 where two values are equal, `otherwise` where none is."""
    if slot == 0 and rows[i, PLAIN] >= 0 and rows[j, PLAIN] >= 0:
        return 0 if rows[i, PLAIN] == rows[j, PLAIN] else otherwise
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
        """The values of each record, as numbers."""
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
