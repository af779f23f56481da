"""The fused kernel: pairs in, those out that can reach the floor, with their levels and sums.

For each pair the comparisons for which both have a value are run in the order of the plan, the cheap and telling ones
first. With s the sums so far (the weight of *same* alone, and its lead over every other explanation) and r the most
that these comparisons to come can add to each, a pair is dropped as soon as s + r < floor for one of them. Most pairs
are dropped before a text is compared.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from matching.engine.bulk.aside import side_by_side
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing import MISSING, UNDECIDED
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
from matching.engine.bulk.comparing.rows import DATES, THERE, rows_of
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


LAST: Final = 30  # the last bit of a number that has no sign
LANES: Final = 4  # numbers that a processor adds in one step


@inlined
def _level(branch: int, slot: int, content: Any, i: int, j: int) -> int:
    """The level of one comparison of one pair; `slot` tells several of one kind apart."""
    rows, names, phones, identifiers, emails, addresses, shared = content
    pool, written, full, words, parts, middles, long = names
    if branch == _IDENTIFIER:
        return identifier_level(rows, identifiers, i, j)
    if branch == _DATE:
        return date_level(rows[i, slot], rows[j, slot])
    if branch == _SUFFIX:
        return suffix_level(rows, i, j)
    if branch == _PHONE:
        return phone_level(rows, phones[0], phones[1], i, j)
    if branch == _GIVEN:
        return given_level(pool, rows, written, full, words, i, j)
    if branch == _FAMILY:
        return family_level(pool, rows, written, parts, words, i, j)
    if branch == _EMAIL:
        return email_level(rows, emails, i, j)
    if branch == _MIDDLE:
        return middle_level(middles, rows, words, long, i, j)
    if branch == _ADDRESS:
        return address_level(rows, addresses, i, j)
    otherwise = 1 if branch == _SHARED else UNDECIDED
    return shared_level(rows, slot, shared[0][slot], shared[1], i, j, otherwise)


@inlined
def _lowered(bound: Ints, drops: Ints, line: int, code: int, floor: float) -> bool:
    """Take from the bounds what a level leaves unreached; whether all of them still reach the floor."""
    reached = True
    for block in range(0, len(bound), LANES):
        for lane in range(LANES):
            bound[block + lane] += drops[line, code, block + lane]
            reached &= bound[block + lane] >= floor
    return reached


@inlined
def _opened(
    bound: Ints, start: Ints, drops: Ints, lines: Ints, there: int, floor: float, levels: Ints, pair: int
) -> bool:
    """The bounds of a pair before anything is compared, without the lines that have nothing to compare."""
    for k in range(len(start)):
        bound[k] = start[k]
    reached = True
    for line in range(len(lines)):
        if not (there >> min(line, LAST)) & 1:
            levels[pair, lines[line, 2]] = MISSING
            reached = _lowered(bound, drops, line, lines[line, 3], floor)
    return reached


@kernel
def _run(left: Ints, right: Ints, lines: Ints, start: Ints, drops: Ints, floor: float, content: Any, out: Any) -> int:
    """Fill `out` (places of pairs, levels, sums) with what can reach the floor; how many."""
    places, levels, sums, bound = out
    rows = content[0]
    kept = 0
    for n in range(len(left)):
        i, j = left[n], right[n]
        there = rows[i, THERE] & rows[j, THERE]
        reached = _opened(bound, start, drops, lines, there, floor, levels, kept)
        line = 0
        while reached and line < len(lines):
            if (there >> min(line, LAST)) & 1:
                branch, slot, place, missing = lines[line]
                level = _level(branch, slot, content, i, j)
                levels[kept, place] = level
                reached = _lowered(bound, drops, line, level if level >= 0 else missing - 1 - level, floor)
            line += 1
        if reached:
            for k in range(len(bound)):
                sums[kept, k] = bound[k]
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
        self.known = len(plan.start)
        self.start, self.drops = _drops(plan)
        self.content = slots.content(_there(plan, columns))

    def run(self, left: Ints, right: Ints, floor: float) -> tuple[Ints, Ints, Ints]:
        """Of the pairs that can reach the floor: their places, levels (in the model's order) and sums."""
        count = len(left)
        out = (
            np.empty(count, dtype=np.int64),
            np.empty((count, len(self.lines)), dtype=np.int8),
            np.empty((count, len(self.start))),
            np.empty_like(self.start),
        )
        pairs = fixed(left, np.int64), fixed(right, np.int64)
        kept = _run(*pairs, self.lines, self.start, self.drops, floor, self.content, out)
        return out[0][:kept], out[1][:kept], out[2][:kept, : self.known]


def _drops(plan: Plan) -> tuple[Ints, Ints]:
    """The bounds of a pair of which everything may still agree, and by how much each level of each line lowers them.

    Missing and undecided come last among the levels; explanations are filled up to whole `LANES`, which no floor meets.
    """
    tables = [bounds(line) - most[:, None] for line, most in zip(plan.lines, plan.most, strict=True)]
    lanes = -(-len(plan.start) // LANES) * LANES
    drops = np.zeros((len(tables), max((table.shape[1] for table in tables), default=0), lanes))
    for place, table in enumerate(tables):
        drops[place, : table.shape[1], : len(table)] = table.T
    start = np.full(lanes, np.inf)
    start[: len(plan.start)] = plan.start + np.sum(plan.most, axis=0)
    return start, drops


def _there(plan: Plan, columns: Columns) -> Ints:
    """By record a bit for each line that can find something to compare; those from `LAST` on share one."""
    found = np.zeros(len(columns), dtype=np.int32)
    for number, line in enumerate(plan.lines):
        if number >= LAST:
            found |= 1 << LAST
        else:
            found |= np.where(_has(columns, line.comparison.kind, line.comparison.attribute), 1 << number, 0)
    return found


def _has(columns: Columns, kind: str, attribute: str) -> Ints:
    """Which records have a value of a comparison; a suffix is compared with none, too."""
    names = columns.names
    if kind == "suffix":
        return np.ones(len(columns), dtype=bool)
    if kind == "date":
        return columns.dates[attribute] > 0
    if kind == "given_name":
        return (names.given > 0) | columns.several
    if kind == "family_name":
        return (names.family > 0) | columns.several
    if kind == "middle_name":
        return names.middle > 0
    return _lists(columns, kind, attribute).counts > 0


def _lists(columns: Columns, kind: str, attribute: str) -> Lists:
    found = {
        "phone": columns.phones,
        "identifier": columns.identifiers.lists,
        "email": columns.emails.lists,
        "address": columns.addresses.lists,
        "website": columns.websites.lists,
        "organisation_name": columns.organisations.lists,
    }
    return found[kind] if kind in found else columns.texts[attribute].lists


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

    def content(self, there: Ints) -> tuple[Any, ...]:
        columns, phones = self.columns, self.columns.phones
        # The letters of the largest pools first, each by itself.
        mails = columns.emails
        side_by_side(len(columns), [lambda: mails.whole.signatures, lambda: mails.users.signatures])
        steps: list[Callable[[], Any]] = [
            lambda: rows_of(columns, self.dates, next(iter(self.shared), None), there),
            self._names,
            lambda: (fixed(phones.starts, np.int64), fixed(phones.values, np.int64)),
            lambda: identifiers_of(columns),
            lambda: emails_of(columns),
            lambda: addresses_of(columns),
            self._lists,
        ]
        return tuple(side_by_side(len(columns), steps))

    def _names(self) -> tuple[Any, ...]:
        own = self.columns.names
        pool = pool_of(own.pool, own.sounds[1])
        long = fixed(own.middles.lengths > LONGEST, np.bool_)
        written = fixed(np.stack([own.given_written, own.family_written], axis=1), np.int32)
        return pool, written, listed(own.full), listed(own.words), listed(own.parts), pool_of(own.middles), long

    def _lists(self) -> tuple[Ints, Ints]:
        """All lists of values in one array, those of each slot from where its starts say."""
        starts = np.zeros((max(1, len(self.shared)), len(self.columns) + 1), dtype=np.int64)
        done = 0
        for slot, lists in enumerate(self.shared):
            starts[slot] = lists.starts + done
            done += len(lists.values)
        values = [lists.values for lists in self.shared] or [np.zeros(0)]
        return starts, fixed(np.concatenate(values), np.int32)
