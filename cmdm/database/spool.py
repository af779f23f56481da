"""Texts kept beside memory: in a file without a name, which nobody else can open and which ends with its writer."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PART = 32 << 20  # bytes: what is laid in order is read part by part
STRETCH = 64 << 20  # bytes of the file that are moved at once
HELD = 2  # parts: what is read together may lie on both sides of a bound


class Spool:
    """Texts one after the other, each found again by its place."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """In the first of some folders that takes a file.

        :raises OSError: none of them does.
        """
        self._folders, self._file = folders, _opened(folders)
        self._starts, self._ends = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        self._bounds = np.zeros(1, dtype=np.int64)
        self._held: dict[int, memoryview] = {}

    def append(self, texts: pl.Series, counts: Any = None) -> Any:
        """Keep texts; their places.

        :param counts: how many texts lie at each place, one after the other; one each by default.
        :raises OSError: there is no room for them.
        """
        first = sum(len(each) for each in self._ends)
        before = self._file.seek(0, os.SEEK_END)
        try:
            _put(self._file.fileno(), texts.str.join("").cast(pl.Binary).item(), before)
        except OSError:
            self._file.truncate(before)
            raise
        ends = before + np.cumsum(texts.str.len_bytes().to_numpy().astype(np.int64))
        if counts is not None:
            ends = np.concatenate([[before], ends])[np.cumsum(counts)]
        self._starts.append(np.concatenate([[before], ends])[:-1])
        self._ends.append(ends)
        return np.arange(first, first + len(ends), dtype=np.int64)

    def read(self, places: Any) -> bytes:
        """The texts at some places, one after the other; those that lie together are read at once."""
        starts, ends = (every[places] for every in self._every())
        starts, ends = starts[ends > starts], ends[ends > starts]
        if not len(starts):
            return b""
        parts = np.searchsorted(self._bounds, starts, side="right") - 1
        firsts, lasts = _runs((starts[1:] != ends[:-1]) | (parts[1:] != parts[:-1]))
        parts, starts, ends = parts[firsts], starts[firsts], ends[lasts]
        needed = np.unique(parts).tolist()
        if len(needed) > HELD or needed[-1] == len(self._bounds) - 1:
            return b"".join(map(self._read, parts.tolist(), starts.tolist(), ends.tolist()))
        held = {part: self._hold(part) for part in needed}
        begins = self._bounds[parts]
        places = zip(parts.tolist(), (starts - begins).tolist(), (ends - begins).tolist(), strict=True)
        return b"".join([held[part][start:end] for part, start, end in places])

    def lay(self, order: Any, rest: Any) -> None:
        """Have the texts at some places lie as they are going to be read: a part of the file holds those of a time.

        Those of the ``rest`` lie behind them as they have lain; others are forgotten. Where there is no room for a
        second file nothing is done.
        """
        starts, ends = self._every()
        places = np.concatenate([order, rest])
        if not len(places):
            return
        sizes = ends[places] - starts[places]
        parts = (np.cumsum(sizes) - sizes) // PART
        parts[len(order) :] = np.iinfo(np.int64).max
        # Within a part they lie as they have lain: what is moved at once goes to each in one piece.
        turn = np.lexsort((starts[places], parts))
        places, parts, sizes = places[turn], parts[turn], sizes[turn]
        begins = np.cumsum(sizes) - sizes
        with suppress(OSError):
            self._move(places, begins)
            begun = np.flatnonzero(np.diff(parts[: len(order)], prepend=-1))
            self._bounds = np.append(begins[begun], sizes[: len(order)].sum())
            self._starts, self._ends = [np.zeros_like(starts)], [np.zeros_like(ends)]
            self._starts[0][places], self._ends[0][places] = begins, begins + sizes

    def close(self) -> None:
        self._file.close()

    def _every(self) -> tuple[Any, Any]:
        """Where the text at each place begins, and where it ends."""
        if len(self._starts) > 1:
            self._starts, self._ends = [np.concatenate(self._starts)], [np.concatenate(self._ends)]
        return self._starts[0], self._ends[0]

    def _read(self, part: int, start: int, end: int) -> bytes | memoryview:
        if part == len(self._bounds) - 1:  # behind all that is laid
            return os.pread(self._file.fileno(), end - start, start)
        bound = int(self._bounds[part])
        return self._hold(part)[start - bound : end - bound]

    def _hold(self, part: int) -> memoryview:
        """A part that is laid, in memory."""
        if part not in self._held:
            while len(self._held) >= HELD:
                del self._held[next(iter(self._held))]
            bound, after = self._bounds[part : part + 2].tolist()
            self._held[part] = memoryview(os.pread(self._file.fileno(), after - bound, bound))
        return self._held[part]

    def _move(self, places: Any, begins: Any) -> None:
        """Write the texts at some places where they begin from now on, into a file that takes the place of this one.

        :raises OSError: there is no room.
        """
        with _opened(self._folders) as file:
            for at, content in self._pieces(places, begins):
                _put(file.fileno(), content, at)
            self._held.clear()
            os.dup2(file.fileno(), self._file.fileno())

    def _pieces(self, places: Any, begins: Any) -> Iterator[tuple[int, bytes]]:
        """What is written where: what lies together there, and together in a stretch of the file, in one piece."""
        starts, ends = (every[places] for every in self._every())
        order = np.argsort(starts, kind="stable")
        stretches = np.flatnonzero(np.diff(starts[order] // STRETCH, prepend=-1))
        for stretch in np.split(order, stretches[1:]):
            begin, end = int(starts[stretch[0]]), int(ends[stretch].max())
            content = memoryview(os.pread(self._file.fileno(), end - begin, begin))
            some = stretch[np.argsort(begins[stretch], kind="stable")]
            first, last, at = starts[some] - begin, ends[some] - begin, begins[some]
            apart = at[1:] != at[:-1] + last[:-1] - first[:-1]
            spans, of_spans = _runs(apart | (first[1:] != last[:-1]))
            texts = [content[a:b] for a, b in zip(first[spans].tolist(), last[of_spans].tolist(), strict=True)]
            pieces, _ends = _runs(apart)
            cuts = [*np.searchsorted(spans, pieces).tolist(), len(texts)]
            for piece, low, high in zip(at[pieces].tolist(), cuts, cuts[1:], strict=False):
                yield piece, b"".join(texts[low:high])


def _runs(parted: Any) -> tuple[Any, Any]:
    """The first and the last of each run, of such that are parted from the next or not."""
    places = np.flatnonzero(parted)
    return np.concatenate([[0], places + 1]), np.append(places, len(parted))


def _put(file: int, content: bytes, at: int) -> None:
    """Write all of it.

    :raises OSError: there is no room for it.
    """
    left = memoryview(content)
    while len(left):
        written = os.pwrite(file, left, at)
        left, at = left[written:], at + written


def _opened(folders: Sequence[Path]) -> Any:
    for folder in folders[:-1]:
        try:
            return tempfile.TemporaryFile(dir=folder, buffering=0)
        except OSError:
            continue
    return tempfile.TemporaryFile(dir=folders[-1], buffering=0)
