"""What comparing needs most of a record, side by side: sixteen numbers, one line of the processor's cache."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.strings import LONGEST

GIVEN, WHOLE, GIVEN_WRITTEN, MIDDLE, FAMILY, FAMILY_WRITTEN, DOUBLE, GENERATION, FLAGS, THERE = range(10)
DATES: Final = 10  # the first of the dates that the model compares
WOMAN, LONG, KNOWN, GIVEN_ASCII, FAMILY_ASCII, GIVEN_FOREIGN, FAMILY_FOREIGN, SEVERAL = (
    1 << place for place in range(8)
)


def rows_of(columns: Columns, dates: Sequence[str], there: Ints) -> Ints:
    """The numbers of each record; `there` has a bit for each comparison that has a value of it, `dates` follow."""
    names = columns.names
    wide = max(16, DATES + len(dates))
    found = np.zeros((len(columns), wide), dtype=np.int32)
    for place, column in (
        (GIVEN, names.given),
        (WHOLE, names.given_whole),
        (GIVEN_WRITTEN, names.given_written),
        (MIDDLE, names.middle),
        (FAMILY, names.family),
        (FAMILY_WRITTEN, names.family_written),
        (DOUBLE, names.double),
        (GENERATION, names.generation),
        (FLAGS, _flags(columns)),
        (THERE, there),
        *((DATES + nth, columns.dates[name]) for nth, name in enumerate(dates)),
    ):
        found[:, place] = column
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
