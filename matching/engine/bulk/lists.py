"""Lists: some numbers for each row, side by side in one array."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine.bulk.fast import kernel, pays

Ints = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Lists:
    """The numbers of row i are `values[starts[i]:starts[i + 1]]`."""

    starts: Ints
    values: Ints

    @classmethod
    def of(cls, rows: Ints, values: Ints, count: int) -> Self:
        """From values with their rows in ascending order."""
        starts = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=count), out=starts[1:])
        return cls(starts, np.ascontiguousarray(values))

    @classmethod
    def single(cls, values: Ints, present: Ints) -> Self:
        """One number for each row where there is one."""
        starts = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(present, out=starts[1:])
        return cls(starts, np.ascontiguousarray(values[present]))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> Ints:
        return np.diff(self.starts)

    @property
    def rows(self) -> Ints:
        """The row of each value."""
        return np.repeat(np.arange(len(self)), self.counts)

    def row(self, index: int) -> list[int]:
        """The values of one row."""
        found: list[int] = self.values[self.starts[index] : self.starts[index + 1]].tolist()
        return found

    def take(self, rows: Ints) -> Self:
        """The lists of these rows, in this order."""
        return self.__class__(*self._gather(rows))

    def through(self, table: Self) -> Self:
        """Each value replaced by the list that the table has for it."""
        starts, values = table._gather(self.values)
        return self.__class__(starts[self.starts], values)

    def keep(self, wanted: Ints) -> Self:
        """Only the values that are wanted."""
        starts = np.zeros(len(wanted) + 1, dtype=np.int64)
        np.cumsum(wanted, out=starts[1:])
        return self.__class__(starts[self.starts], self.values[wanted])

    def joined(self, other: Self) -> Self:
        """The values of both, row by row."""
        starts = self.starts + other.starts
        values = np.empty(len(self.values) + len(other.values), dtype=self.values.dtype)
        values[np.arange(len(self.values)) + other.starts[self.rows]] = self.values
        values[np.arange(len(other.values)) + self.starts[1:][other.rows]] = other.values
        return self.__class__(starts, values)

    def positions(self, rows: Ints) -> tuple[Ints, Ints]:
        """Where the values of these rows lie, and how many each row has."""
        counts = self.counts[rows]
        firsts = np.repeat(self.starts[rows] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        return firsts + np.arange(counts.sum()), counts

    def _gather(self, rows: Ints) -> tuple[Ints, Ints]:
        if not len(rows):
            return np.zeros(1, dtype=np.int64), self.values[:0]
        counts = self.counts[rows]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(counts, out=starts[1:])
        if pays(len(rows)):
            values = np.empty(starts[-1], dtype=self.values.dtype)
            _gathered(self.starts, self.values, rows, values)
            return starts, values
        return starts, self.values[self.positions(rows)[0]]


@kernel
def _gathered(starts: Ints, values: Ints, rows: Ints, found: Ints) -> None:
    at = 0
    for row in rows:
        for place in range(starts[row], starts[row + 1]):
            found[at] = values[place]
            at += 1


def empty(count: int) -> Lists:
    """No value in any row."""
    return Lists(np.zeros(count + 1, dtype=np.int64), np.zeros(0, dtype=np.int32))


def grouped(values: Ints) -> tuple[Ints, Ints, Ints]:
    """The group of equal values that each belongs to, groups in the order of their values; a place and the size of each
    group.
    """
    order = np.argsort(values)
    ordered = values[order]
    first = np.ones(len(order), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    groups = np.empty(len(order), dtype=np.int64)
    groups[order] = np.cumsum(first) - 1
    begins = np.flatnonzero(first)
    return groups, order[begins], np.diff(np.append(begins, len(order)))
