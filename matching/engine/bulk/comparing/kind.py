"""What every kind of comparison in arrays has."""

from typing import Any, Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.strings import HEAD, LENGTH, SIGNATURE, SOUND, START
from matching.engine.bulk.texts import Texts

MISSING: Final = -1
UNDECIDED: Final = -2


class Kind:
    """One comparison over columns where numba is absent; its kernel stands beside it."""

    def __init__(self, columns: Columns, attribute: str) -> None:
        self.columns, self.attribute = columns, attribute

    def levels(self, left: Ints, right: Ints) -> Ints:
        """The level of each pair of rows."""
        found: Ints = self.quick(left, right).astype(np.int8)
        return found

    def quick(self, left: Ints, right: Ints) -> Ints:
        """What equality decides; the rest is undecided."""
        raise NotImplementedError


def fixed(array: Ints, kind: type[Any]) -> Ints:
    """The array as kernels take it: of one type, in one piece, writable. Of another, a kernel is compiled anew."""
    found: Ints = np.ascontiguousarray(array, dtype=kind)
    return found if found.flags.writeable else found.copy()


def listed(lists: Lists) -> tuple[Ints, Ints]:
    """Lists as kernels take them."""
    return fixed(lists.starts, np.int64), fixed(lists.values, np.int32)


def pool_of(texts: Texts, sounds: Ints | None = None) -> tuple[Ints, Ints]:
    """A pool as kernels take it: the letters, and the head of each text."""
    heads = np.zeros((len(texts), HEAD), dtype=np.int64)
    heads[:, START], heads[:, LENGTH], heads[:, SIGNATURE] = texts.starts[:-1], texts.lengths, texts.signatures
    if sounds is not None:
        heads[:, SOUND] = sounds
    return fixed(texts.letters, np.uint8), heads


def equal(one: Ints, other: Ints, level: int = 0) -> Ints:
    """MISSING where either is 0, `level` where both are equal, else UNDECIDED."""
    return np.where((one == 0) | (other == 0), MISSING, np.where(one == other, level, UNDECIDED))


def present(lists: Lists, left: Ints, right: Ints) -> Ints:
    """MISSING where either row has no value, else UNDECIDED."""
    counts = lists.counts
    return np.where((counts[left] == 0) | (counts[right] == 0), MISSING, UNDECIDED)
