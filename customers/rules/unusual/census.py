"""What the columns of a file hold, in figures: how full each is, its commonest value, the forms of its values.

The rows of a large file are drawn evenly, by their line numbers: whoever reads the file again draws the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

MOST = 10_000
"""From twice so many rows on every second one is given up, again and again: about so many tell as much as all."""
FORMS = 40
LONGEST_FORM = 24
_SPREAD = 2_654_435_761
"""Knuth's multiplier (1998, The Art of Computer Programming 3, 6.4): lines in a row come to lie far apart."""
_SIDES = 2**32
# Runs of letters and digits become one sign each, so that a form says how values are written, not what they say.
_RUNS = ((r"\p{Lu}+", "A"), (r"\p{Ll}+", "a"), (r"\p{Lo}+", "x"), (r"\d+", "9"), (r"\s+", " "))


@dataclass(frozen=True)
class Column:
    """One column: of how many rows it was filled, how often its commonest value came, and how often each form."""

    filled: int
    top: int
    forms: Mapping[str, int]

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Column":
        """As it was kept."""
        return cls(int(said["filled"]), int(said["top"]), dict(said["forms"]))

    def to_dict(self) -> dict[str, Any]:
        """To be kept: figures and forms, no value."""
        return {"filled": self.filled, "top": self.top, "forms": dict(self.forms)}


@dataclass(frozen=True)
class Census:
    """A file: how many rows it has, how many of them were looked at, its columns, and their commonest values."""

    rows: int
    seen: int
    columns: Sequence[Column]
    commonest: Sequence[str]


@dataclass
class Tally:
    """Takes the rows of a file, piece by piece."""

    width: int
    rows: int = 0
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _held: int = 0
    _below: int = _SIDES

    def add(self, frame: pl.DataFrame) -> None:
        """Rows in columns ``"0"``, ``"1"``, … with their ``line``."""
        self.rows += frame.height
        self._keep(frame)

    def add_rows(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Rows one by one; those of another width are only counted."""
        self.rows += len(rows)
        fitting = [(line, row) for line, row in zip(lines, rows, strict=True) if len(row) == self.width]
        if not fitting:
            return
        schema = {str(place): pl.String for place in range(self.width)}
        frame = pl.DataFrame([list(row) for _line, row in fitting], schema=schema, orient="row")
        self._keep(frame.with_columns(pl.Series("line", [line for line, _row in fitting], dtype=pl.Int64)))

    def add_count(self, rows: int) -> None:
        """Rows that have no columns to look at."""
        self.rows += rows

    def census(self) -> Census:
        """What was counted."""
        if not self._frames:
            return Census(self.rows, 0, [Column(0, 0, {})] * self.width, [""] * self.width)
        whole = pl.concat(self._frames)
        counted = [_column(whole[str(place)]) for place in range(self.width)]
        return Census(self.rows, whole.height, [one for one, _top in counted], [top for _one, top in counted])

    def _keep(self, frame: pl.DataFrame) -> None:
        frame = self._drawn(frame)
        self._frames.append(frame)
        self._held += frame.height
        while self._held > 2 * MOST:
            self._below //= 2
            self._frames = [self._drawn(one) for one in self._frames]
            self._held = sum(one.height for one in self._frames)

    def _drawn(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._below == _SIDES:
            return frame
        return frame.filter((pl.col("line").cast(pl.UInt64) * _SPREAD) % _SIDES < self._below)


def _column(cells: pl.Series) -> tuple[Column, str]:
    said = cells.str.strip_chars()
    said = said.filter(said != "")
    if not said.len():
        return Column(0, 0, {}), ""
    [top], [often] = _common(said, 1)
    names, counts = _common(_forms(said), FORMS)
    return Column(said.len(), int(often), dict(zip(names, map(int, counts), strict=True))), str(top)


def _forms(said: pl.Series) -> pl.Series:
    for run, sign in _RUNS:
        said = said.str.replace_all(run, sign)
    return said.str.slice(0, LONGEST_FORM)


def _common(said: pl.Series, most: int) -> tuple[list[Any], list[Any]]:
    """The commonest of them with their numbers; of equally common ones the first by its letters."""
    counted = said.alias("said").value_counts().sort(["count", "said"], descending=[True, False]).head(most)
    return counted["said"].to_list(), counted["count"].to_list()
