"""What comparing needs most of a record, side by side: sixteen numbers, one line of the processor's cache."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.strings import LONGEST

GIVEN, WHOLE, MIDDLE, FAMILY, DOUBLE, GENERATION, FLAGS, THERE = range(8)
# Of those who have one value of a kind: that one. The number of an e-mail, an identifier, an address, one of the first
# plain values that the model compares, and a phone in two parts. Else `SEVERAL_OF`: the lists tell.
EMAIL, IDENTIFIER, ADDRESS, PLAIN, PHONE_HIGH, PHONE_LOW = range(8, 14)
DATES: Final = 14  # the first of the dates that the model compares
SEVERAL_OF: Final = -1
PHONE_BITS: Final = 31
WOMAN, LONG, KNOWN, GIVEN_ASCII, FAMILY_ASCII, GIVEN_FOREIGN, FAMILY_FOREIGN, SEVERAL = (
    1 << place for place in range(8)
)


def rows_of(columns: Columns, dates: Sequence[str], plain: Lists | None, there: Ints) -> Ints:
    """The numbers of each record; `there` has a bit for each comparison that has a value of it, `plain` is the first
    list of plain values that is compared, `dates` follow.
    """
    names = columns.names
    wide = max(16, DATES + len(dates))
    found = np.zeros((len(columns), wide), dtype=np.int32)
    phones = _only(columns.phones)
    for place, column in (
        (GIVEN, names.given),
        (WHOLE, names.given_whole),
        (MIDDLE, names.middle),
        (FAMILY, names.family),
        (DOUBLE, names.double),
        (GENERATION, names.generation),
        (FLAGS, _flags(columns)),
        (THERE, there),
        (EMAIL, _only(columns.emails.lists)),
        (IDENTIFIER, _only(columns.identifiers.lists)),
        (ADDRESS, _only(columns.addresses.lists)),
        (PLAIN, SEVERAL_OF if plain is None else _only(plain)),
        (PHONE_HIGH, phones >> PHONE_BITS),
        (PHONE_LOW, phones & ((1 << PHONE_BITS) - 1)),
        *((DATES + nth, _spread(columns.dates[name])) for nth, name in enumerate(dates)),
    ):
        found[:, place] = column
    return found


def _spread(dates: Ints) -> Ints:
    """Dates with four bits for each of their digits, so that digits are compared without dividing."""
    found, left = np.zeros(len(dates), dtype=np.int64), dates.astype(np.int64)
    for place in range(0, 32, 4):
        found |= (left % 10) << place
        left //= 10
    return found.astype(np.uint32).view(np.int32)


def _only(lists: Lists) -> Ints:
    """The value of those who have one."""
    single = lists.counts == 1
    found = np.full(len(lists), SEVERAL_OF, dtype=np.int64)
    found[single] = lists.values[lists.starts[:-1][single]]
    return found


def _flags(columns: Columns) -> Ints:
    """Facts about the names: whether a text is too long for a kernel, known as a given name, written in ASCII
    or in other letters than Latin ones, and whether there are further names.
    """
    names = columns.names
    woman = (names.genders.series == "f").to_numpy()[names.gender]
    over = names.pool.lengths > LONGEST
    plain, strange = names.written.plain, names.foreign
    facts = (
        (WOMAN, woman),
        (LONG, over[names.given_whole] | over[names.given] | over[names.family]),
        (KNOWN, names.known[names.given]),
        (GIVEN_ASCII, plain[names.given_written]),
        (FAMILY_ASCII, plain[names.family_written]),
        (GIVEN_FOREIGN, strange[names.given_written]),
        (FAMILY_FOREIGN, strange[names.family_written]),
        (SEVERAL, columns.several),
    )
    found = np.zeros(len(columns), dtype=np.int32)
    for flag, holds in facts:
        found |= np.where(holds, flag, 0).astype(np.int32)
    return found


@inlined
def spans(starts: Ints, one: int, other: int, i: int, j: int) -> tuple[int, int, int, int, bool]:
    """Which values of two lists are compared, and whether both records have the one that stands in their row."""
    if one >= 0 and other >= 0:
        return 0, 1, 0, 1, True
    return starts[i], starts[i + 1], starts[j], starts[j + 1], False
