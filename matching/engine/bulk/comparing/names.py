"""Comparing names of persons in arrays; each kernel mirrors its function of `matching.engine.comparing.names`."""

from typing import Any

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, equal
from matching.engine.bulk.fast import kernel
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.strings import LONGEST, may_reach, similar, within_one

NEAR_LINE = 0.92
ALIKE_LINE = 0.84
NEAR, ALIKE, DIFFERENT = 0, 1, 2


@kernel
def near(pool: Any, one: int, other: int) -> int:
    """How close two names of the pool are that are not equal."""
    letters, starts, signatures, sounds = pool
    first, second = starts[one + 1] - starts[one], starts[other + 1] - starts[other]
    if min(first, second) > 3 and within_one(letters, starts, one, other):
        return NEAR
    if may_reach(letters, starts, signatures, one, other, ALIKE_LINE):
        close = similar(letters, starts, one, other)
        if close >= NEAR_LINE and abs(first - second) <= 2:
            return NEAR
        if close >= ALIKE_LINE:
            return ALIKE
    return ALIKE if sounds[one] == sounds[other] else DIFFERENT


@kernel
def is_near(pool: Any, one: int, other: int) -> bool:
    """Whether two names of the pool are nearly the same."""
    letters, starts, signatures, _sounds = pool
    first, second = starts[one + 1] - starts[one], starts[other + 1] - starts[other]
    if abs(first - second) > 2:
        return False
    if min(first, second) > 3 and within_one(letters, starts, one, other):
        return True
    if not may_reach(letters, starts, signatures, one, other, NEAR_LINE):
        return False
    return similar(letters, starts, one, other) >= NEAR_LINE


@kernel
def meets(starts: Ints, values: Ints, one: int, other: int) -> bool:
    """Whether two lists have a value in common."""
    for i in range(starts[one], starts[one + 1]):
        for j in range(starts[other], starts[other + 1]):
            if values[i] == values[j]:
                return True
    return False


@kernel
def crosses(pool: Any, given: int, family: int) -> bool:
    if given == 0 or family == 0:
        return False
    if given == family:
        return True
    starts = pool[1]
    return starts[given + 1] - starts[given] > 2 and is_near(pool, given, family)


@kernel
def crossed(pool: Any, given: Ints, whole: Ints, family: Ints, i: int, j: int) -> bool:
    """Given and family name exchanged in one of the two."""
    there = crosses(pool, whole[i], family[j])
    if not there and given[i] and family[j]:
        return False
    back = crosses(pool, family[i], whole[j])
    if there and back:
        return True
    return (there and not (family[i] and given[j])) or (back and not (given[i] and family[j]))


@kernel
def is_word(starts: Ints, values: Ints, text: int, word: int) -> bool:
    place, end = starts[text], starts[text + 1]
    while place < end and values[place] != word:
        place += 1
    return place < end


@kernel
def _spelt(same: bool, one: bool, other: bool) -> int:
    """The level of names that fold to the same: exact 0, transliterated 1."""
    return 0 if same or (one and other) else 1


@kernel
def _given(pool: Any, names: Any, words: Any, i: int, j: int) -> int:
    """Given names of more than one letter that share no full name."""
    given, whole, _written, family, middle, _ascii, known, _long = names
    one, other = given[i], given[j]
    close = near(pool, one, other)
    if close == NEAR and known[one] and known[other]:
        close = ALIKE
    if close == NEAR:
        return 4
    if crossed(pool, given, whole, family, i, j):
        return 3
    if is_word(words[0], words[1], middle[j], one) or is_word(words[0], words[1], middle[i], other):
        return 6
    return 7 if close == ALIKE else 8


@kernel
def given_levels(pool: Any, names: Any, full: Any, words: Any, left: Ints, right: Ints, found: Ints) -> None:
    """exact 0, transliterated 1, nickname 2, swapped 3, near 4, initial 5, middle 6, alike 7, different 8."""
    given, whole, written, _family, _middle, plain, _known, long = names
    letters, starts = pool[0], pool[1]
    for n in range(len(left)):
        i, j = left[n], right[n]
        one, other = given[i], given[j]
        if one == 0 or other == 0:
            found[n] = MISSING
        elif one == other or whole[i] == whole[j]:
            spelt = _spelt(written[i] == written[j], plain[written[i]], plain[written[j]])
            found[n] = 5 if starts[one + 1] - starts[one] == 1 else spelt
        elif meets(full[0], full[1], one, other):
            found[n] = 2
        elif min(starts[one + 1] - starts[one], starts[other + 1] - starts[other]) == 1:
            found[n] = 5 if letters[starts[one]] == letters[starts[other]] else 8
        elif long[i] or long[j]:
            found[n] = UNDECIDED
        else:
            found[n] = _given(pool, names, words, i, j)


@kernel
def _before(pool: Any, words: Any, family: int, middle: int) -> bool:
    """Whether a family name is a word of the other's middle name."""
    starts = pool[1]
    return starts[family + 1] - starts[family] > 2 and is_word(words[0], words[1], middle, family)


@kernel
def family_levels(pool: Any, names: Any, parts: Any, words: Any, left: Ints, right: Ints, found: Ints) -> None:
    """exact 0, transliterated 1, swapped 2, part 3, near 4, alike 5, married 6, different 7."""
    given, whole, written, family, middle, double, ascii_, woman, long = names
    part_starts, part_values = parts
    for n in range(len(left)):
        i, j = left[n], right[n]
        one, other = family[i], family[j]
        if one == 0 or other == 0:
            found[n] = MISSING
        elif one == other:
            same = written[i] == written[j] or (ascii_[written[i]] and ascii_[written[j]])
            found[n] = 0 if same else 1
        elif (double[i] or double[j]) and (
            meets(part_starts, part_values, double[i], double[j])
            or is_word(part_starts, part_values, double[i], other)
            or is_word(part_starts, part_values, double[j], one)
        ):
            found[n] = 3
        elif long[i] or long[j]:
            found[n] = UNDECIDED
        else:
            close = near(pool, one, other)
            if close == NEAR:
                found[n] = 4
            elif crossed(pool, given, whole, family, i, j):
                found[n] = 2
            elif _before(pool, words, one, middle[j]) or _before(pool, words, other, middle[i]):
                found[n] = 3
            elif close == DIFFERENT:
                found[n] = 6 if woman[i] and woman[j] else 7
            else:
                found[n] = 5


@kernel
def middle_levels(pool: Any, middle: Ints, words: Any, long: Ints, left: Ints, right: Ints, found: Ints) -> None:
    """exact 0, near 1, initial 2, different 3."""
    letters, starts = pool[0], pool[1]
    word_starts, word_values = words
    for n in range(len(left)):
        one, other = middle[left[n]], middle[right[n]]
        if one == 0 or other == 0:
            found[n] = MISSING
            continue
        first, second = starts[one + 1] - starts[one], starts[other + 1] - starts[other]
        if one == other:
            found[n] = 0 if first > 1 else 2
        elif letters[starts[one]] == letters[starts[other]] and (first == 1 or second == 1):
            found[n] = 2
        elif meets(word_starts, word_values, one, other):
            found[n] = 1
        elif long[one] or long[other]:
            found[n] = UNDECIDED
        else:
            found[n] = 1 if is_near(pool, one, other) else 3


def pool_of(columns: Columns) -> tuple[Ints, Ints, Ints, Ints]:
    """What the kernels need of the pool of names."""
    names = columns.names
    return names.pool.letters, names.pool.starts, names.pool.signatures, names.sounds[1]


class _Named(Kind):
    """Names of both kinds: what they share."""

    def __init__(self, columns: Columns, attribute: str, *, fast: bool) -> None:
        super().__init__(columns, attribute, fast=fast)
        names = columns.names
        self.names = names
        self.plain = names.written.plain
        if fast:
            self.pool = pool_of(columns)
            long = names.pool.lengths > LONGEST
            self.long = long[names.given_whole] | long[names.given] | long[names.family]

    def _spelt(self, numbers: Ints, written: Ints, left: Ints, right: Ints) -> Ints:
        """The level of names that are equal when folded, where both are plain or written the same."""
        found = equal(numbers[left], numbers[right])
        ours, theirs = written[left], written[right]
        unsure = (found == 0) & (ours != theirs) & ~(self.plain[ours] & self.plain[theirs])
        return np.where(unsure, 1, found)


class GivenName(_Named):
    """Given names: spelling, nicknames, initials, exchanged and middle names."""

    def compiled(self, left: Ints, right: Ints, found: Ints) -> None:
        own = self.names
        columns = (own.given, own.given_whole, own.given_written, own.family, own.middle)
        full, words = (own.full.starts, own.full.values), (own.words.starts, own.words.values)
        given_levels(self.pool, (*columns, self.plain, own.known, self.long), full, words, left, right, found)

    def quick(self, left: Ints, right: Ints) -> Ints:
        own = self.names
        found = self._spelt(own.given, own.given_written, left, right)
        initial = own.pool.lengths[own.given[left]] == 1
        return np.where((found >= 0) & initial, 5, found)


class FamilyName(_Named):
    """Family names: spelling, double names, marriage, exchanged names."""

    def compiled(self, left: Ints, right: Ints, found: Ints) -> None:
        own = self.names
        woman = (own.genders.series == "f").to_numpy()[own.gender]
        columns = (own.given, own.given_whole, own.family_written, own.family, own.middle, own.double)
        parts, words = (own.parts.starts, own.parts.values), (own.words.starts, own.words.values)
        family_levels(self.pool, (*columns, self.plain, woman, self.long), parts, words, left, right, found)

    def quick(self, left: Ints, right: Ints) -> Ints:
        return self._spelt(self.names.family, self.names.family_written, left, right)


class MiddleName(Kind):
    """Middle names, mostly initials."""

    def compiled(self, left: Ints, right: Ints, found: Ints) -> None:
        own = self.columns.names
        middles = own.middles
        sounds = np.zeros(len(middles), dtype=np.int32)
        pool = (middles.letters, middles.starts, middles.signatures, sounds)
        long = middles.lengths > LONGEST
        middle_levels(pool, own.middle, (own.words.starts, own.words.values), long, left, right, found)

    def quick(self, left: Ints, right: Ints) -> Ints:
        own = self.columns.names
        found = equal(own.middle[left], own.middle[right])
        return np.where((found == 0) & (own.middles.lengths[own.middle[left]] == 1), 2, found)


class Suffix(Kind):
    """Junior or senior: same 0, one-sided 1, different 2."""

    def levels(self, left: Ints, right: Ints) -> Ints:
        one, other = self.columns.names.generation[left], self.columns.names.generation[right]
        apart = np.where((one > 0) & (other > 0), 2, 1)
        return np.where(one == other, np.where(one > 0, 0, MISSING), apart).astype(np.int8)
