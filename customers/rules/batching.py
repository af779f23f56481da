"""Cutting a file into batches that account for every physical line.

`end - start = header + blank + spanned`: a batch ends with the last line of its last row, and blank lines belong to the
batch whose row follows them, or to the last one.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, TypeVar

from customers.rules.reading import Reader, RejectedRow, Row

Piece = TypeVar("Piece")


class Batch(NamedTuple):
    """Some rows of a file, and the lines that they and what stands between them take up."""

    start: int
    end: int
    header: int
    blank: int
    spanned: int
    rows: list[Row | RejectedRow]


def batches(reader: Reader, size: int, *, start: int = 0) -> Iterator[Batch]:
    """The rest of a file after line `start`, at most `size` rows at a time."""
    header = reader.lines if start == 0 else 0
    begin, rows, spanned = start, [], 0
    for row in reader:
        rows.append(row)
        spanned += row.last - row.line + 1
        if len(rows) == size:
            yield _batch(begin, row.last, header, spanned, rows)
            begin, header, rows, spanned = row.last, 0, [], 0
    if reader.lines > begin:
        yield _batch(begin, reader.lines, header, spanned, rows)


def _batch(begin: int, end: int, header: int, spanned: int, rows: list[Row | RejectedRow]) -> Batch:
    return Batch(begin, end, header, end - begin - header - spanned, spanned, rows)


def ahead(pieces: Iterator[Piece], count: int = 1) -> Iterator[Piece]:
    """The same, each when so many of the next have been begun."""
    begun = deque(islice(pieces, 1))
    while begun:
        begun.extend(islice(pieces, count + 1 - len(begun)))
        yield begun.popleft()
