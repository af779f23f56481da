"""The fused kernel: pairs in, those out that can reach the floor, with their levels and sums.

For each pair the comparisons are run in the order of the plan, the cheap and telling ones first. With s the sums so far
(the weight of *same* alone, and its lead over every other explanation) and r the most that all comparisons to come can
add to each, a pair is dropped as soon as s + r < floor for one of them. Most pairs are dropped before a text is
compared.
"""

from typing import Any, Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing import UNDECIDED
from matching.engine.bulk.comparing.addresses import address_level, addresses_of
from matching.engine.bulk.comparing.contacts import (
    email_level,
    emails_of,
    identifier_level,
    identifiers_of,
    phone_level,
)
from matching.engine.bulk.comparing.kind import fixed, listed, pool_of
from matching.engine.bulk.comparing.names import family_level, given_level, middle_level, suffix_level
from matching.engine.bulk.comparing.plain import date_level, shared_level
from matching.engine.bulk.comparing.rows import DATES, rows_of
from matching.engine.bulk.fast import inlined, kernel
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.plan import Plan, bounds
from matching.engine.bulk.strings import LONGEST

(_IDENTIFIER, _DATE, _SUFFIX, _PHONE, _GIVEN, _FAMILY, _EMAIL, _MIDDLE, _ADDRESS, _SHARED, _EQUAL) = range(11)
_BRANCHES: Final = {
    "identifier": _IDENTIFIER,
    "date": _DATE,
    "suffix": _SUFFIX,
    "phone": _PHONE,
    "given_name": _GIVEN,
    "family_name": _FAMILY,
    "email": _EMAIL,
    "middle_name": _MIDDLE,
    "address": _ADDRESS,
    "website": _SHARED,
    "exact": _SHARED,
    "text": _EQUAL,
    "organisation_name": _EQUAL,
}


@inlined
def _level(branch: int, slot: int, content: Any, i: int, j: int) -> int:
    """The level of one comparison of one pair; `slot` tells several of one kind apart."""
    rows, names, phones, identifiers, emails, addresses, shared = content
    pool, full, words, parts, middles, long = names
    if branch == _IDENTIFIER:
        return identifier_level(identifiers, i, j)
    if branch == _DATE:
        return date_level(rows[i, slot], rows[j, slot])
    if branch == _SUFFIX:
        return suffix_level(rows, i, j)
    if branch == _PHONE:
        return phone_level(phones[0], phones[1], i, j)
    if branch == _GIVEN:
        return given_level(pool, rows, full, words, i, j)
    if branch == _FAMILY:
        return family_level(pool, rows, parts, words, i, j)
    if branch == _EMAIL:
        return email_level(emails, i, j)
    if branch == _MIDDLE:
        return middle_level(middles, rows, words, long, i, j)
    if branch == _ADDRESS:
        return address_level(addresses, i, j)
    return shared_level(shared[0][slot], shared[1], i, j, 1 if branch == _SHARED else UNDECIDED)


@kernel
def _run(
    left: Ints, right: Ints, lines: Ints, start: Ints, gains: Ints, rest: Ints, floor: float, content: Any, out: Any
) -> int:
    """Fill `out` (places of pairs, levels, sums) with what can reach the floor; how many."""
    places, levels, sums = out
    kept = 0
    for n in range(len(left)):
        for k in range(len(start)):
            sums[kept, k] = start[k]
        reached = True
        for line in range(len(lines)):
            branch, slot, place, missing = lines[line]
            level = _level(branch, slot, content, left[n], right[n])
            code = level if level >= 0 else missing - 1 - level
            levels[kept, place] = level
            for k in range(len(start)):
                sums[kept, k] += gains[line, k, code]
                if sums[kept, k] + rest[line, k] < floor:
                    reached = False
            if not reached:
                break
        if reached:
            places[kept] = n
            kept += 1
    return kept


class Fused:
    """A plan over columns, compiled once for all models."""

    def __init__(self, plan: Plan, columns: Columns) -> None:
        slots = _Slots(columns)
        self.lines = np.zeros((len(plan.lines), 4), dtype=np.int64)
        for number, line in enumerate(plan.lines):
            kind = line.comparison.kind
            slot = slots.of(kind, line.comparison.attribute)
            self.lines[number] = _BRANCHES[kind], slot, line.place, len(line.bits) - 1
        self.start = fixed(plan.start, np.float64)
        self.rest = fixed(np.array(plan.rest).reshape(-1, len(plan.start)), np.float64)
        self.gains = _gains(plan)
        self.content = slots.content()

    def run(self, left: Ints, right: Ints, floor: float) -> tuple[Ints, Ints, Ints]:
        """Of the pairs that can reach the floor: their places, levels (in the model's order) and sums."""
        count = len(left)
        out = (
            np.empty(count, dtype=np.int64),
            np.empty((count, len(self.lines)), dtype=np.int8),
            np.empty((count, len(self.start))),
        )
        pairs = fixed(left, np.int64), fixed(right, np.int64)
        kept = _run(*pairs, self.lines, self.start, self.gains, self.rest, floor, self.content, out)
        return out[0][:kept], out[1][:kept], out[2][:kept]


def _gains(plan: Plan) -> Ints:
    """What each level of each line adds at most, missing and undecided last; one array for all."""
    tables = [bounds(line) for line in plan.lines]
    wide = max((table.shape[1] for table in tables), default=0)
    found = np.zeros((len(tables), len(plan.start), wide))
    for place, table in enumerate(tables):
        found[place, :, : table.shape[1]] = table
    return found


class _Slots:
    """Which dates and lists of values a plan compares, and all that its kernels need of the columns."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.dates: list[str] = []
        self.shared: list[Lists] = []

    def of(self, kind: str, attribute: str) -> int:
        if kind == "date":
            self.dates.append(attribute)
            return DATES + len(self.dates) - 1
        lists = {"website": self.columns.websites, "organisation_name": self.columns.organisations}.get(kind)
        if lists is None and kind in ("exact", "text"):
            lists = self.columns.texts[attribute]
        if lists is None:
            return 0
        self.shared.append(lists.lists)
        return len(self.shared) - 1

    def content(self) -> tuple[Any, ...]:
        columns = self.columns
        return (
            rows_of(columns, self.dates),
            self._names(),
            (fixed(columns.phones.starts, np.int64), fixed(columns.phones.values, np.int64)),
            identifiers_of(columns),
            emails_of(columns),
            addresses_of(columns),
            self._lists(),
        )

    def _names(self) -> tuple[Any, ...]:
        own = self.columns.names
        pool = pool_of(own.pool, own.sounds[1])
        long = fixed(own.middles.lengths > LONGEST, np.bool_)
        return pool, listed(own.full), listed(own.words), listed(own.parts), pool_of(own.middles), long

    def _lists(self) -> tuple[Ints, Ints]:
        """All lists of values in one array, those of each slot from where its starts say."""
        starts = np.zeros((max(1, len(self.shared)), len(self.columns) + 1), dtype=np.int64)
        done = 0
        for slot, lists in enumerate(self.shared):
            starts[slot] = lists.starts + done
            done += len(lists.values)
        values = [lists.values for lists in self.shared] or [np.zeros(0)]
        return starts, fixed(np.concatenate(values), np.int32)
