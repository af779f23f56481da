"""Numbering equal values: by a table of hashes where numba is at hand, else by sorting."""

from typing import Final

import numpy as np

from matching.engine.bulk.fast import kernel, pays
from matching.engine.bulk.lists import Ints, grouped

_SMALLEST: Final = 1 << 16
# 2^64 over the golden ratio, with its sign: multiplied by it all bits come to tell in the upper half.
_GOLDEN: Final = 0x9E3779B97F4A7C15 - (1 << 64)


def numbered(values: Ints, smallest: int = _SMALLEST) -> tuple[Ints, Ints]:
    """Equal values have one number: the number of each, and for each number the place of one of its values.

    The table begins with `smallest` slots, a power of two, and doubles as often as half of it is taken.
    """
    if not pays(len(values)):
        groups, places, _sizes = grouped(values)
        return groups.astype(np.int32), places
    given = values.view(np.int64) if values.dtype == np.uint64 else values.astype(np.int64)
    # Of an array that may not be written to a kernel would be compiled anew.
    given = given if given.flags.writeable else given.copy()
    numbers, met = np.empty(len(given), dtype=np.int32), np.zeros(2, dtype=np.int64)
    slots, kept, places = _room(smallest)
    while not _number(given, numbers, slots, kept, places, met):
        wider = _room(2 * len(slots))
        for old, new in zip((kept, places), wider[1:], strict=True):
            new[: len(old)] = old
        slots, kept, places = wider
        _fill(slots, kept, int(met[1]))
    return numbers, places[: met[1]].copy()


def _room(slots: int) -> tuple[Ints, Ints, Ints]:
    """Empty slots; of each number its value and its place, for half as many."""
    half = slots // 2
    return np.full(slots, -1, dtype=np.int32), np.zeros(half, dtype=np.int64), np.zeros(half, dtype=np.int64)


@kernel
def _slot(value: int, slots: Ints, kept: Ints) -> int:
    """Where a value stands, or where it would."""
    mask = len(slots) - 1
    slot = ((value * _GOLDEN) >> 32) & mask
    while slots[slot] >= 0 and kept[slots[slot]] != value:
        slot = (slot + 1) & mask
    return slot


@kernel
def _number(values: Ints, numbers: Ints, slots: Ints, kept: Ints, places: Ints, met: Ints) -> bool:
    """Go on from the first without a number; `met`: how many have one, how many numbers there are. False when full."""
    place, count = met[0], met[1]
    while place < len(values):
        slot = _slot(values[place], slots, kept)
        if slots[slot] < 0:
            if count == len(kept):
                met[0], met[1] = place, count
                return False
            slots[slot] = count
            kept[count], places[count] = values[place], place
            count += 1
        numbers[place] = slots[slot]
        place += 1
    met[0], met[1] = place, count
    return True


@kernel
def _fill(slots: Ints, kept: Ints, count: int) -> None:
    for number in range(count):
        slots[_slot(kept[number], slots, kept)] = number
