"""Reading many rows at once, into columns. The reader of single rows stays the judge of what is not plain.

A slab is some thousand physical lines. A line is taken into columns when it is certain to be one row of the header's
width: without quotation marks and with the right number of separators, or with every quotation mark where it belongs.
Any other line without quotation marks is read alone. A slab with a quotation mark out of place is read row by row: a
cell may go on in the next line.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import polars as pl

from customers.rules.batching import Batch, batches
from customers.rules.reading import Reader, RejectedRow, Row

IRREGULAR = 3  # after so many slabs with stray quotation marks the rest of a file is read row by row
AT_ONCE = 500
CELL = '(?:"(?:[^"]|"")*"|[^"{sign}]*)'


class Slab(NamedTuple):
    """Rows in columns (``"0"``, ``"1"``, … and ``line``); the batch has the other rows and accounts for all lines."""

    batch: Batch
    frame: pl.DataFrame


def slabs(open_at: Callable[[int], Reader], size: int, *, start: int = 0) -> Iterator[Slab | Batch]:
    """The rest of a file after line ``start``; what cannot be read in columns comes as batches of single rows.

    :param open_at: a new reader that begins after a line.
    """
    position, irregular = start, 0
    while True:
        reader = open_at(position)
        stretch = reader.lines
        if not reader.unescape and irregular < IRREGULAR:
            for slab in _regular(reader, size, position):
                yield slab
                position = slab.batch.end
            stretch = reader.lines
        if not reader.unescape and irregular < IRREGULAR and position == stretch:
            return
        irregular += 1
        for batch in batches(open_at(position), AT_ONCE, start=position):
            yield batch
            position = batch.end
            if stretch <= position and irregular < IRREGULAR:
                break
        else:
            return


def _regular(reader: Reader, size: int, start: int) -> Iterator[Slab]:
    """Slabs up to the first that is not regular."""
    header = reader.lines if start == 0 else 0
    while raw := reader.take(size):
        first = reader.lines - len(raw) + 1
        found = _split(reader, raw, first)
        if found is None:
            return
        frame, rows, blank = found
        batch = Batch(start, reader.lines, header, blank, frame.height + len(rows), rows)
        yield Slab(batch, frame)
        start, header = reader.lines, 0


def _split(reader: Reader, raw: list[bytes], first: int) -> tuple[pl.DataFrame, list[Row | RejectedRow], int] | None:
    """The columns, the rows that were read alone, and how many lines are blank."""
    width = len(reader.header)
    try:
        texts = b"\n".join([line.rstrip(b"\r\n") for line in raw]).decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    if width < 2:
        return None
    lines = pl.DataFrame({"line": pl.int_range(first, first + len(raw), eager=True), "text": texts})
    judged = lines.with_columns(_judgement(reader, width))
    if (judged["quoted"] & ~judged["regular"]).any():
        return None
    frame = _columns(judged.filter(pl.col("regular")), reader.delimiter, width)
    if frame is None:
        return None
    rows, blank = [], 0
    for line in judged.filter(~pl.col("regular"))["line"].to_list():
        row = reader.row_of(raw[line - first], line)
        if row is None:
            blank += 1
        else:
            rows.append(row)
    cells = pl.concat_str([pl.col(str(place)) for place in range(width)])
    full = frame.filter(cells.str.strip_chars() != "")
    return full, rows, blank + frame.height - full.height


def _judgement(reader: Reader, width: int) -> list[pl.Expr]:
    """Whether a line has a quotation mark, and whether it is one row of the header's width."""
    text, sign = pl.col("text"), re.escape(reader.delimiter)
    quoted = text.str.contains('"', literal=True)
    cell = CELL.format(sign=sign)
    whole = text.str.contains(f"^{cell}(?:{sign}{cell}){{{width - 1}}}$")
    even = text.str.count_matches(reader.delimiter, literal=True) == width - 1
    fits = (text.str.len_chars() <= reader.max_field) & ~text.str.contains("\0", literal=True)
    return [quoted.alias("quoted"), (fits & pl.when(quoted).then(whole).otherwise(even)).alias("regular")]


def _columns(regular: pl.DataFrame, sign: str, width: int) -> pl.DataFrame | None:
    """The cells of regular lines; nothing when they come out otherwise than they were counted."""
    names = [str(place) for place in range(width)]
    if not regular["quoted"].any():
        cells = regular["text"].str.split_exact(sign, width - 1).struct.rename_fields(names).struct.unnest()
    else:
        cells = pl.read_csv(
            ("\n".join(regular["text"].to_list()) + "\n").encode(),
            has_header=False,
            new_columns=names,
            separator=sign,
            quote_char='"',
            infer_schema=False,
            empty_string_is_null=False,
        )
        if cells.shape != (regular.height, width):
            return None
    return cells.with_columns(regular["line"])
