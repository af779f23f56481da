"""Keys in columns: for every rule of the model the keys of all records, as 64-bit numbers.

Two records share a number when they share the key's text, within one match space. The text itself is made only
where it is asked for.
"""

from collections.abc import Callable, Sequence
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

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


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
    with np.errstate(over="ignore"):
        found = one.astype(np.uint64) * _GOLDEN + other.astype(np.uint64) + np.uint64(1)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            found = (found ^ (found >> np.uint64(shift))) * np.uint64(factor)
        return (found ^ (found >> np.uint64(31))).view(np.int64)


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

    def finer(self, large: RuleKeys) -> list[RuleKeys]:
        """What stands for the keys of large blocks: each key with one more value, for every further value."""
        parts = self.model.rules[large.rule].parts
        implied = {each for part in parts for each in reference.IMPLIED.get(part, (part,))}
        made = []
        for place, name in enumerate(self.model.finer):
            if name in implied:
                continue
            part = self.part(name)
            rows, keys, values = cross(large.rows, np.arange(len(large.rows)), part.lists)
            numbers = mixed(mixed(large.numbers[keys], np.full(len(rows), place + 1)), values)
            labelled = Texts(name + "=" + part.pool.series)
            codes = (*(each[keys] for each in large.codes), values)
            made.append(RuleKeys(large.rule, rows, numbers, codes, (*large.pools, labelled)))
        return [each.where(distinct(each.rows, each.numbers, len(self.columns))) for each in made]


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


def joined(several: Sequence[RuleKeys]) -> tuple[Ints, Ints]:
    """Rows and numbers of several sets of keys of one rule, by row and number."""
    rows = np.concatenate([each.rows for each in several])
    numbers = np.concatenate([each.numbers for each in several])
    order = np.lexsort((numbers, rows))
    return rows[order], numbers[order]
