"""What every kind of comparison in arrays has."""

from typing import Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints, Lists

MISSING: Final = -1
UNDECIDED: Final = -2


class Kind:
    """One comparison over columns. A subclass supplies `compiled`, and `quick` where numba is absent."""

    def __init__(self, columns: Columns, attribute: str, *, fast: bool) -> None:
        self.columns, self.attribute, self.fast = columns, attribute, fast

    def levels(self, left: Ints, right: Ints) -> Ints:
        """The level of each pair of rows."""
        found: Ints = np.empty(len(left), dtype=np.int8)
        if self.fast:
            self.compiled(left, right, found)
        else:
            found[:] = self.quick(left, right)
        return found

    def compiled(self, left: Ints, right: Ints, found: Ints) -> None:
        """Fill in the levels by a kernel."""
        raise NotImplementedError

    def quick(self, left: Ints, right: Ints) -> Ints:
        """What equality decides; the rest is undecided."""
        raise NotImplementedError


def equal(one: Ints, other: Ints, level: int = 0) -> Ints:
    """MISSING where either is 0, `level` where both are equal, else UNDECIDED."""
    return np.where((one == 0) | (other == 0), MISSING, np.where(one == other, level, UNDECIDED))


def present(lists: Lists, left: Ints, right: Ints) -> Ints:
    """MISSING where either row has no value, else UNDECIDED."""
    counts = lists.counts
    return np.where((counts[left] == 0) | (counts[right] == 0), MISSING, UNDECIDED)
