"""Texts kept beside memory: in a file without a name, which nobody else can open and which ends with its writer."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl


class Spool:
    """Texts one after the other, each found again by its place."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """In the first of some folders that takes a file.

        :raises OSError: none of them does.
        """
        self._file = _opened(folders)
        self._ends: list[Any] = [np.zeros(1, dtype=np.int64)]

    def append(self, texts: pl.Series, counts: Any = None) -> Any:
        """Keep texts; their places.

        :param counts: how many texts lie at each place, one after the other; one each by default.
        :raises OSError: there is no room for them.
        """
        first = sum(len(each) for each in self._ends) - 1
        content = memoryview(texts.str.join("").cast(pl.Binary).item())
        before = self._file.seek(0, os.SEEK_END)
        try:
            while len(content):
                content = content[self._file.write(content) :]
        except OSError:
            self._file.truncate(before)
            raise
        ends = before + np.cumsum(texts.str.len_bytes().to_numpy().astype(np.int64))
        if counts is not None:
            ends = np.concatenate([[before], ends])[np.cumsum(counts)]
        self._ends.append(ends)
        return np.arange(first, first + len(ends), dtype=np.int64)

    def read(self, places: Any) -> bytes:
        """The texts at some places, one after the other; those that lie together are read at once."""
        if not len(places):
            return b""
        if len(self._ends) > 1:
            self._ends = [np.concatenate(self._ends)]
        starts, ends = self._ends[0][places], self._ends[0][places + 1]
        parted = np.flatnonzero(starts[1:] != ends[:-1])
        firsts = starts[np.concatenate([[0], parted + 1])].tolist()
        lasts = ends[np.concatenate([parted, [len(ends) - 1]])].tolist()
        file = self._file.fileno()
        return b"".join([os.pread(file, last - first, first) for first, last in zip(firsts, lasts, strict=True)])

    def close(self) -> None:
        self._file.close()


def _opened(folders: Sequence[Path]) -> Any:
    for folder in folders[:-1]:
        try:
            return tempfile.TemporaryFile(dir=folder, buffering=0)
        except OSError:
            continue
    return tempfile.TemporaryFile(dir=folders[-1], buffering=0)
