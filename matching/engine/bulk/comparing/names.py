"""Comparing names of persons in arrays; each kernel mirrors its function of `matching.engine.comparing.names`."""

from typing import Any

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, equal
from matching.engine.bulk.comparing.rows import (
    DOUBLE,
    FAMILY,
    FAMILY_ASCII,
    FAMILY_FOREIGN,
    FLAGS,
    GENERATION,
    GIVEN,
    GIVEN_ASCII,
    GIVEN_FOREIGN,
    KNOWN,
    LONG,
    MIDDLE,
    SEVERAL,
    WHOLE,
    WOMAN,
)
from matching.engine.bulk.fast import inlined, kernel
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.strings import LENGTH, SOUND, START, may_reach, similar, within_one

NEAR_LINE = 0.92
ALIKE_LINE = 0.84
NEAR, ALIKE, DIFFERENT = 0, 1, 2


@kernel
def near(pool: Any, one: int, other: int) -> int:
    """How close two names of the pool are that are not equal."""
    heads = pool[1]
    first, second = heads[one, LENGTH], heads[other, LENGTH]
    if min(first, second) > 3 and within_one(pool, one, other):
        return NEAR
    if may_reach(pool, one, other, ALIKE_LINE):
        close = similar(pool, one, other)
        if close >= NEAR_LINE and abs(first - second) <= 2:
            return NEAR
        if close >= ALIKE_LINE:
            return ALIKE
    return ALIKE if heads[one, SOUND] == heads[other, SOUND] else DIFFERENT


@kernel
def is_near(pool: Any, one: int, other: int) -> bool:
    """Whether two names of the pool are nearly the same."""
    heads = pool[1]
    first, second = heads[one, LENGTH], heads[other, LENGTH]
    if abs(first - second) > 2:
        return False
    if min(first, second) > 3 and within_one(pool, one, other):
        return True
    return may_reach(pool, one, other, NEAR_LINE) and similar(pool, one, other) >= NEAR_LINE


@inlined
def meets(starts: Ints, values: Ints, one: int, other: int) -> bool:
    """Whether two lists have a value in common."""
    for i in range(starts[one], starts[one + 1]):
        for j in range(starts[other], starts[other + 1]):
            if values[i] == values[j]:
                return True
    return False


@inlined
def crosses(pool: Any, given: int, family: int) -> bool:
    """Whether a given name and a family name are the same, or nearly."""
    if given == 0 or family == 0:
        return False
    if given == family:
        return True
    return pool[1][given, LENGTH] > 2 and is_near(pool, given, family)


@inlined
def crossed(pool: Any, rows: Ints, i: int, j: int) -> bool:
    """Given and family name exchanged in one of the two."""
    there = crosses(pool, rows[i, WHOLE], rows[j, FAMILY])
    if not there and rows[i, GIVEN] and rows[j, FAMILY]:
        return False
    back = crosses(pool, rows[i, FAMILY], rows[j, WHOLE])
    if there and back:
        return True
    if there and not (rows[i, FAMILY] and rows[j, GIVEN]):
        return True
    return back and not (rows[i, GIVEN] and rows[j, FAMILY])


@inlined
def is_word(starts: Ints, values: Ints, text: int, word: int) -> bool:
    """Whether a word stands in a text; both as numbers."""
    place, end = starts[text], starts[text + 1]
    while place < end and values[place] != word:
        place += 1
    return place < end


@inlined
def _both(rows: Ints, i: int, j: int, flag: int) -> bool:
    return (rows[i, FLAGS] & rows[j, FLAGS] & flag) != 0


@inlined
def _either(rows: Ints, i: int, j: int, flag: int) -> bool:
    return ((rows[i, FLAGS] | rows[j, FLAGS]) & flag) != 0


@inlined
def _heard(pool: Any, rows: Ints, one: int, other: int, i: int, j: int, strange: int) -> bool:
    """Names in two scripts that sound alike."""
    return pool[1][one, SOUND] == pool[1][other, SOUND] and ((rows[i, FLAGS] ^ rows[j, FLAGS]) & strange) != 0


@inlined
def _given(pool: Any, rows: Ints, words: Any, i: int, j: int) -> int:
    """Given names of more than one letter that share no full name."""
    one, other = rows[i, GIVEN], rows[j, GIVEN]
    if not _both(rows, i, j, KNOWN) and (
        _heard(pool, rows, one, other, i, j, GIVEN_FOREIGN)
        or _heard(pool, rows, rows[i, WHOLE], rows[j, WHOLE], i, j, GIVEN_FOREIGN)
    ):
        return 4
    close = near(pool, one, other)
    if close == NEAR and _both(rows, i, j, KNOWN):
        close = ALIKE
    if close == NEAR:
        return 4
    if crossed(pool, rows, i, j):
        return 3
    if pool[1][one, SOUND] == pool[1][other, SOUND] and not _both(rows, i, j, KNOWN):
        return 6
    if is_word(words[0], words[1], rows[j, MIDDLE], one) or is_word(words[0], words[1], rows[i, MIDDLE], other):
        return 7
    return 8 if close == ALIKE else 9


@inlined
def given_level(pool: Any, rows: Ints, written: Ints, full: Any, words: Any, i: int, j: int) -> int:
    """exact 0, transliterated 1, nickname 2, swapped 3, near 4, initial 5, heard 6, middle 7, alike 8, different 9."""
    if _either(rows, i, j, SEVERAL | LONG):
        return UNDECIDED
    letters, heads = pool
    one, other = rows[i, GIVEN], rows[j, GIVEN]
    if one == 0 or other == 0:
        return MISSING
    if one == other or rows[i, WHOLE] == rows[j, WHOLE]:
        if heads[one, LENGTH] == 1:
            return 5
        return 0 if _both(rows, i, j, GIVEN_ASCII) or written[i, 0] == written[j, 0] else 1
    if meets(full[0], full[1], one, other):
        return 1 if _heard(pool, rows, one, other, i, j, GIVEN_FOREIGN) else 2
    if min(heads[one, LENGTH], heads[other, LENGTH]) == 1:
        return 5 if letters[heads[one, START]] == letters[heads[other, START]] else 9
    return _given(pool, rows, words, i, j)


@inlined
def _before(pool: Any, words: Any, family: int, middle: int) -> bool:
    """Whether a family name is a word of the other's middle name."""
    return pool[1][family, LENGTH] > 2 and is_word(words[0], words[1], middle, family)


@inlined
def family_level(pool: Any, rows: Ints, written: Ints, parts: Any, words: Any, i: int, j: int) -> int:
    """exact 0, transliterated 1, swapped 2, part 3, near 4, alike 5, married 6, different 7."""
    if _either(rows, i, j, SEVERAL | LONG):
        return UNDECIDED
    one, other = rows[i, FAMILY], rows[j, FAMILY]
    if one == 0 or other == 0:
        return MISSING
    if one == other:
        return 0 if _both(rows, i, j, FAMILY_ASCII) or written[i, 1] == written[j, 1] else 1
    mine, yours = rows[i, DOUBLE], rows[j, DOUBLE]
    if (mine or yours) and (
        meets(parts[0], parts[1], mine, yours)
        or is_word(parts[0], parts[1], mine, other)
        or is_word(parts[0], parts[1], yours, one)
    ):
        return 3
    if _heard(pool, rows, one, other, i, j, FAMILY_FOREIGN):
        return 4
    close = near(pool, one, other)
    if close == NEAR:
        return 4
    if crossed(pool, rows, i, j):
        return 2
    if _before(pool, words, one, rows[j, MIDDLE]) or _before(pool, words, other, rows[i, MIDDLE]):
        return 3
    if close == DIFFERENT:
        return 6 if _both(rows, i, j, WOMAN) else 7
    return 5


@inlined
def middle_level(pool: Any, rows: Ints, words: Any, long: Ints, i: int, j: int) -> int:
    """exact 0, near 1, initial 2, different 3."""
    letters, heads = pool
    one, other = rows[i, MIDDLE], rows[j, MIDDLE]
    if one == 0 or other == 0 or (rows[i, WHOLE] == rows[j, WHOLE] and rows[i, WHOLE] != rows[i, GIVEN]):
        return MISSING
    first, second = heads[one, LENGTH], heads[other, LENGTH]
    if one == other:
        return 0 if first > 1 else 2
    if letters[heads[one, START]] == letters[heads[other, START]] and (first == 1 or second == 1):
        return 2
    if meets(words[0], words[1], one, other):
        return 1
    if long[one] or long[other]:
        return UNDECIDED
    return 1 if is_near(pool, one, other) else 3


@inlined
def suffix_level(rows: Ints, i: int, j: int) -> int:
    """same 0, one-sided 1, different 2."""
    one, other = rows[i, GENERATION], rows[j, GENERATION]
    if one == other:
        return 0 if one > 0 else MISSING
    return 2 if one > 0 and other > 0 else 1


class _Named(Kind):
    """Names of both kinds: what they share."""

    def __init__(self, columns: Columns, attribute: str) -> None:
        super().__init__(columns, attribute)
        self.names = columns.names
        self.plain = columns.names.written.plain

    def _spelt(self, numbers: Ints, written: Ints, left: Ints, right: Ints) -> Ints:
        """The level of names that are equal when folded, where both are plain or written the same."""
        found = equal(numbers[left], numbers[right])
        ours, theirs = written[left], written[right]
        unsure = (found == 0) & (ours != theirs) & ~(self.plain[ours] & self.plain[theirs])
        return np.where(unsure, 1, found)

    def levels(self, left: Ints, right: Ints) -> Ints:
        """Of persons with several names the reference tells."""
        several = self.columns.several
        return np.where(several[left] | several[right], UNDECIDED, super().levels(left, right)).astype(np.int8)


class GivenName(_Named):
    """Given names: spelling, nicknames, initials, exchanged and middle names."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        own = self.names
        found = self._spelt(own.given, own.given_written, left, right)
        initial = own.pool.lengths[own.given[left]] == 1
        return np.where((found >= 0) & initial, 5, found)


class FamilyName(_Named):
    """Family names: spelling, double names, marriage, exchanged names."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return self._spelt(self.names.family, self.names.family_written, left, right)


class MiddleName(Kind):
    """Middle names, mostly initials."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        own = self.columns.names
        found = equal(own.middle[left], own.middle[right])
        whole = own.given_whole[left]
        told = (whole == own.given_whole[right]) & (whole != own.given[left])
        found = np.where(told, MISSING, found)
        return np.where((found == 0) & (own.middles.lengths[own.middle[left]] == 1), 2, found)


class Suffix(Kind):
    """Junior or senior: same 0, one-sided 1, different 2."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        one, other = self.columns.names.generation[left], self.columns.names.generation[right]
        apart = np.where((one > 0) & (other > 0), 2, 1)
        return np.where(one == other, np.where(one > 0, 0, MISSING), apart)
