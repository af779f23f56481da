"""Reading many rows at once, into columns. The reader of single rows stays the judge of what is not plain.

A slab is some thousand physical lines. A line is taken into columns when it is certain to be one row of the header's
width: without quotation marks and with the right number of separators, or with every quotation mark where it belongs.
Any other line without quotation marks is read alone. A slab with a quotation mark out of place is read row by row: a
cell may go on in the next line.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import polars as pl

from customers.rules.batching import Batch, batches
from customers.rules.reading import Reader, RejectedRow, Row

IRREGULAR = 3  # after so many slabs with stray quotation marks the rest of a file is read row by row
AT_ONCE = 500
SAID = r"[^\s\x1c-\x1f]"  # a sign that Python strips off no end
MARK = b"\xef\xbb\xbf"  # which the parser would take for the begin of a file
CELL = '(?:"(?:[^"]|"")*"|[^"{sign}]*)'


Split = tuple[pl.DataFrame, list[Row | RejectedRow], int]


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
    """Slabs up to the first that is not regular. While one is used, the next is being read."""
    header = reader.lines if start == 0 else 0
    with ThreadPoolExecutor(1) as ahead:
        coming = _begun(reader, size, ahead)
        while coming:
            (end, split), coming = coming, _begun(reader, size, ahead)
            found = split.result()
            if found is None:
                return
            frame, rows, blank = found
            yield Slab(Batch(start, end, header, blank, frame.height + len(rows), rows), frame)
            start, header = end, 0


def _begun(reader: Reader, size: int, ahead: ThreadPoolExecutor) -> tuple[int, Future[Split | None]] | None:
    """The next lines being split: where they end, and what will come of them."""
    raw = reader.take(size)
    return (reader.lines, ahead.submit(_split, reader, raw, reader.lines - len(raw) + 1)) if raw else None


def _split(reader: Reader, raw: list[bytes], first: int) -> Split | None:
    """The columns, the rows that were read alone, and how many lines are blank."""
    if len(reader.header) < 2:
        return None
    marked = {first + place: line for place, line in enumerate(raw) if b'"' in line}
    numbers = range(first, first + len(raw))
    plain = dict(zip(numbers, raw, strict=True))
    if marked:
        plain = {line: text for line, text in plain.items() if line not in marked}
    even = _even(reader, plain)
    found = _judged(reader, marked if even is not None else plain | marked)
    if found is None:
        return None
    frame, odd = found
    if even is not None:
        frame = pl.concat([even, frame]).sort("line") if frame.height else even
    rows, blank = [], 0
    for line in odd:
        row = reader.row_of(raw[line - first], line)
        if row is None:
            blank += 1
        else:
            rows.append(row)
    full = _full(frame)
    return full, rows, blank + frame.height - full.height


def _full(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that say something."""
    if frame["0"].str.contains(SAID).all():
        return frame
    cells = pl.concat_str([pl.col(name) for name in frame.columns if name != "line"])
    return frame.filter(cells.str.contains(SAID))


def _even(reader: Reader, lines: dict[int, bytes]) -> pl.DataFrame | None:
    """The cells of lines without quotation marks when every one is a row of the header's width; else nothing.

    No row is longer than the header or the parser fails; so none is shorter either when the separators add up.
    """
    if not lines or max(map(len, lines.values())) > reader.max_field:
        return None
    text = b"".join(lines.values())
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    width = len(reader.header)
    if text.startswith(MARK) or b"\r" in text or b"\0" in text:
        return None
    if text.count(reader.delimiter.encode()) != len(lines) * (width - 1):
        return None
    try:
        text.decode()
        cells = _parsed(text, reader.delimiter, width, quote=None)
    except (UnicodeDecodeError, pl.exceptions.PolarsError):
        return None
    if cells.shape != (len(lines), width):
        return None
    return cells.with_columns(pl.Series("line", list(lines), dtype=pl.Int64))


def _judged(reader: Reader, lines: dict[int, bytes]) -> tuple[pl.DataFrame, list[int]] | None:
    """The cells of lines, each looked at, and those that are not certain to be a row."""
    width = len(reader.header)
    try:
        texts = b"\n".join([line.rstrip(b"\r\n") for line in lines.values()]).decode().split("\n") if lines else []
    except UnicodeDecodeError:
        return None
    told = pl.DataFrame({"line": list(lines), "text": texts}, schema={"line": pl.Int64, "text": pl.String})
    judged = told.sort("line").with_columns(_judgement(reader, width))
    if (judged["quoted"] & ~judged["regular"]).any():
        return None
    frame = _columns(judged.filter(pl.col("regular")), reader.delimiter, width)
    return None if frame is None else (frame, judged.filter(~pl.col("regular"))["line"].to_list())


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
        text = ("\n".join(regular["text"].to_list()) + "\n").encode()
        cells = _parsed(text, sign, width, quote='"')
        if text.startswith(MARK) or cells.shape != (regular.height, width):
            return None
    return cells.with_columns(regular["line"])


def _parsed(text: bytes, sign: str, width: int, *, quote: str | None) -> pl.DataFrame:
    return pl.read_csv(
        text,
        has_header=False,
        new_columns=[str(place) for place in range(width)],
        separator=sign,
        quote_char=quote,
        infer_schema=False,
        empty_string_is_null=False,
    )
