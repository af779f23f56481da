"""Keys in columns: for every rule of the model the keys of all records, as 64-bit numbers.

Two records share a number when they share the key's text, within one match space. The text itself is made only
where it is asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from matching.engine import keys as reference
from matching.engine.bulk.aside import side_by_side
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.fast import kernel, pays
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.parts import Part, cross, part_of, texts_of
from matching.engine.bulk.texts import Texts
from matching.engine.model import Model

# The last steps of splitmix64 (Steele, Lea & Flood 2014).
_GOLDEN, _ONE = np.uint64(0x9E3779B97F4A7C15), np.uint64(1)
_FIRST, _SECOND, _LAST = np.uint64(30), np.uint64(27), np.uint64(31)
_BY_FIRST, _BY_SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class RuleKeys:
    """The keys of one rule, by row: each one's number, and the numbers of its parts in their pools."""

    rule: int
    rows: Ints
    numbers: Ints
    codes: tuple[Ints, ...]
    pools: tuple[Texts, ...]

    def where(self, chosen: Ints) -> "RuleKeys":
        """Those of these places, or where a mask holds."""
        return RuleKeys(
            self.rule,
            self.rows[chosen],
            self.numbers[chosen],
            tuple(each[chosen] for each in self.codes),
            self.pools,
        )

    def texts(self) -> pl.Series:
        """The text of each key."""
        return texts_of(zip(self.codes, self.pools, strict=True))


def mixed(one: Ints, other: Ints) -> Ints:
    """Two numbers mixed into one of 64 bits, so that another pair hardly ever gives the same."""
    if pays(len(one)):
        whole = np.empty(len(one), dtype=np.uint64)
        first, second = (np.ascontiguousarray(each, dtype=np.int64).view(np.uint64) for each in (one, other))
        _mix(first, second, whole)
        return whole.view(np.int64)
    with np.errstate(over="ignore"):
        found = one.astype(np.uint64) * _GOLDEN + other.astype(np.uint64) + _ONE
        for shift, factor in ((_FIRST, _BY_FIRST), (_SECOND, _BY_SECOND)):
            found = (found ^ (found >> shift)) * factor
        return (found ^ (found >> _LAST)).view(np.int64)


@kernel
def _mix(one: Ints, other: Ints, found: Ints) -> None:
    for place in range(len(found)):
        mix = one[place] * _GOLDEN + other[place] + _ONE
        mix = (mix ^ (mix >> _FIRST)) * _BY_FIRST
        mix = (mix ^ (mix >> _SECOND)) * _BY_SECOND
        found[place] = mix ^ (mix >> _LAST)


class KeyMaker:
    """Makes the keys of a model over columns; each part is made once."""

    def __init__(self, model: Model, columns: Columns) -> None:
        self.model, self.columns = model, columns
        parts = list(dict.fromkeys(part for rule in model.rules for part in rule.parts))
        named = [part for part in parts if part in reference.OF_NAMES]
        others = [part for part in parts if part not in reference.OF_NAMES]
        # What the parts of names stand on is made once, in Python and so beside the others, before they meet.
        steps: list[Callable[[], Any]] = [columns.names.listen, *(partial(part_of, columns, name) for name in others)]
        _heard, *made = side_by_side(len(columns), steps)
        made += side_by_side(len(columns), [partial(part_of, columns, name) for name in named])
        self._parts: dict[str, Part] = dict(zip([*others, *named], made, strict=True))

    def part(self, name: str) -> Part:
        """The values of a part, made once."""
        if name not in self._parts:
            self._parts[name] = part_of(self.columns, name)
        return self._parts[name]

    def rule(self, index: int) -> RuleKeys:
        """All keys of one rule, by row, none twice in a row."""
        parts = [self.part(name) for name in self.model.rules[index].parts]
        rows, codes = parts[0].lists.rows, [parts[0].lists.values]
        for part in parts[1:]:
            again, place, more = cross(rows, np.arange(len(rows)), part.lists)
            rows, codes = again, [*(each[place] for each in codes), more]
        numbers = mixed(np.full(len(rows), index), self.columns.spaces[rows])
        for each in codes:
            numbers = mixed(numbers, each)
        made = RuleKeys(index, rows, numbers, tuple(codes), tuple(part.pool for part in parts))
        return made.where(distinct(rows, numbers, len(self.columns)))

    def finer(self, large: RuleKeys) -> Iterator[RuleKeys]:
        """What stands for the keys of large blocks: each key with one more value, for every further value.

        By part; without `codes` of the large ones these have none either, and no text.
        """
        parts = self.model.rules[large.rule].parts
        implied = {each for part in parts for each in reference.IMPLIED.get(part, (part,))}
        for place, name in enumerate(self.model.finer):
            if name in implied:
                continue
            part = self.part(name)
            rows, keys, values = cross(large.rows, np.arange(len(large.rows)), part.lists)
            numbers = mixed(mixed(large.numbers[keys], np.full(len(rows), place + 1)), values)
            made = RuleKeys(large.rule, rows, numbers, (), ())
            if large.codes:
                labelled = Texts(name + "=" + part.pool.series)
                codes = (*(each[keys] for each in large.codes), values)
                made = RuleKeys(large.rule, rows, numbers, codes, (*large.pools, labelled))
            yield made.where(distinct(rows, numbers, len(self.columns)))


def distinct(rows: Ints, numbers: Ints, count: int) -> Ints:
    """The places of keys without repeats in a row, ordered by row and number."""
    if pays(len(rows)):
        places = np.empty(len(rows), dtype=np.int64)
        return places[: _sorted(rows, numbers, places)]
    several = np.bincount(rows, minlength=count)[rows] > 1
    places = np.arange(len(rows))
    if not several.any():
        return places
    chosen = np.flatnonzero(several)
    ordered = chosen[np.lexsort((numbers[chosen], rows[chosen]))]
    places[chosen] = ordered
    repeated = np.zeros(len(rows), dtype=bool)
    repeated[1:] = (rows[places][1:] == rows[places][:-1]) & (numbers[places][1:] == numbers[places][:-1])
    return places[~repeated]


@kernel
def _sorted(rows: Ints, numbers: Ints, places: Ints) -> int:
    """Put in each place among those of its row, which are few; how many there are without repeats."""
    found, first = 0, 0
    for place in range(len(rows)):
        if place and rows[place] != rows[place - 1]:
            first = found
        number, at = numbers[place], found
        while at > first and numbers[places[at - 1]] > number:
            at -= 1
        if at > first and numbers[places[at - 1]] == number:
            continue
        for later in range(found, at, -1):
            places[later] = places[later - 1]
        places[at] = place
        found += 1
    return found


def common(numbers: Ints) -> Ints:
    """The places of all numbers that come again, in their order, and of few others; the numbers are mixed ones."""
    if not pays(len(numbers)):
        return np.arange(len(numbers))
    slots = 1 << max(10, 2 + len(numbers).bit_length())
    places = np.empty(len(numbers), dtype=np.int64)
    return places[: _again(numbers, slots - 1, np.zeros(slots >> 2, dtype=np.uint8), places)].copy()


@kernel
def _again(numbers: Ints, mask: int, met: Ints, places: Ints) -> int:
    """Two bits for each slot say whether a number was met, and whether again: small enough to stay in the cache."""
    for number in numbers:
        slot = number & mask
        shift = (slot & 3) << 1
        seen = met[slot >> 2] >> shift
        if seen & 3 < 2:
            met[slot >> 2] |= ((seen & 3) + 1) << shift
    found = 0
    for place in range(len(numbers)):
        slot = numbers[place] & mask
        if (met[slot >> 2] >> ((slot & 3) << 1)) & 2:
            places[found] = place
            found += 1
    return found
