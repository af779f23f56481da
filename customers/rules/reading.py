"""Reading a CSV file as a stream, safely, and accounting for every physical line.

Python's csv swallows all rows after a stray quotation mark into one cell without an error. So: strict quoting, rows
know their first and last line, and a row that goes over several lines is looked at twice: when it does not fit the
header, or when each line that it swallowed would have been a row of its own, the quotation mark is at fault and the
file is refused.

A reader that was cut off goes on with `start=row.last`: lines up to there are passed over without being parsed.
"""

import csv
import re
from collections.abc import Iterator
from copy import copy
from typing import BinaryIO, NamedTuple

from customers.rules.broken import BrokenFile
from customers.rules.octets import DELIMITERS, MAX_BYTES, Octets, lines
from customers.rules.safe_csv import unescaped

MAX_COLUMNS = 500
MAX_HEADER = 200
MAX_LINES = 100
SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)


class Row(NamedTuple):
    """A row with its first and last physical line."""

    line: int
    last: int
    values: list[str]


class RejectedRow(NamedTuple):
    """A row set aside, with the reason; `raw` is kept (sealed) for whoever mends it."""

    line: int
    last: int
    code: str
    message: str
    column: int
    params: dict[str, object]
    raw: str


class Census(NamedTuple):
    """What a whole file holds: header + rows' lines + rejected rows' lines + blank lines = lines."""

    header: list[str]
    delimiter: str
    encoding: str
    lines: int
    rows: int
    rejected: int
    blank: int


class Feed:
    """Physical lines for the csv reader, counted."""

    def __init__(self, blocks: Iterator[list[bytes]]) -> None:
        self._blocks = blocks
        self._block: list[bytes] = []
        self._next = 0
        self.line = 0
        self.row: list[str] = []
        self.delimiter = DELIMITERS[0]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next == len(self._block):
            self._block, self._next = next(self._blocks), 0
        raw = self._block[self._next]
        self._next += 1
        self.line += 1
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._undecodable(raw, error.start) from error
        self.row.append(text)
        if len(self.row) > MAX_LINES:
            raise _open_quote(self)
        return text

    def _undecodable(self, raw: bytes, byte: int) -> BrokenFile:
        column = 1 + max(raw[:byte].count(delimiter.encode()) for delimiter in DELIMITERS)
        return BrokenFile("encoding", line=self.line, column=column, byte=byte + 1, encoding="UTF-8")

    def take(self, count: int) -> list[bytes]:
        """Some lines as they are, with their ends; fewer at the end of the file."""
        taken: list[bytes] = []
        while len(taken) < count:
            if self._next == len(self._block):
                block = next(self._blocks, None)
                if block is None:
                    break
                self._block, self._next = block, 0
            more = self._block[self._next : self._next + count - len(taken)]
            taken += more
            self._next += len(more)
        self.line += len(taken)
        return taken

    def skip_to(self, line: int) -> None:
        """Pass over lines up to and including this one."""
        while self.line < line:
            if self._next == len(self._block):
                block = next(self._blocks, None)
                if block is None:
                    return
                self._block, self._next = block, 0
            step = min(line - self.line, len(self._block) - self._next)
            self._next += step
            self.line += step

    def begin(self) -> int:
        """A row begins: the number of its first line."""
        self.row.clear()
        return self.line + 1


class Reader:
    """The rows of a file, good and rejected, in order; counts are complete when it is exhausted."""

    def __init__(self, octets: Octets, *, max_field: int, start: int, unescape: bool) -> None:
        self.encoding = octets.encoding
        self.max_field, self.unescape = max_field, unescape
        self.rows = self.rejected = self.blank = self.accounted = 0
        self._feed = Feed(lines(iter(octets)))
        self.header = _header(self._feed)
        self.delimiter = self._feed.delimiter
        self._feed.skip_to(start)
        self.accounted = self._feed.line

    @property
    def lines(self) -> int:
        """Physical lines read so far."""
        return self._feed.line

    def take(self, count: int) -> list[bytes]:
        """The next physical lines as they are, for whoever reads many at once; they are not accounted for."""
        return self._feed.take(count)

    def row_of(self, raw: bytes, line: int) -> Row | RejectedRow | None:
        """What a line of the file that holds no quotation mark says, were it read alone."""
        alone = copy(self)
        alone._feed = Feed(iter([[raw]]))
        alone._feed.line = alone.accounted = line - 1
        return next(iter(alone), None)

    def __iter__(self) -> Iterator[Row | RejectedRow]:
        feed = self._feed
        parser = csv.reader(feed, delimiter=self.delimiter, strict=True)
        while True:
            line = feed.begin()
            try:
                values = next(parser)
            except StopIteration:
                break
            except csv.Error as error:
                # A cell beyond the limit of csv itself: the parser starts afresh with the next line.
                if "field limit" not in str(error) or len(feed.row) > 1:
                    raise _open_quote(feed) from error
                item: Row | RejectedRow | None = self._too_long(line)
            else:
                item = self._row(line, feed.line, values)
            self._account(line, item)
            if item is not None:
                yield item
        if self.accounted != feed.line:
            raise BrokenFile("lines_lost", line=self.accounted + 1)

    def _account(self, line: int, item: Row | RejectedRow | None) -> None:
        if item is None:
            self.blank += 1
        elif isinstance(item, Row):
            self.rows += 1
        else:
            self.rejected += 1
        self.accounted += self._feed.line - line + 1

    def _row(self, line: int, last: int, values: list[str]) -> Row | RejectedRow | None:
        width = len(self.header)
        if last > line and (len(values) != width or _swallows_rows(self._feed.row, self.delimiter, width)):
            raise _open_quote(self._feed)
        if len(values) != width:
            if not any(map(str.strip, values)):
                return None
            code = "columns_surplus" if len(values) > width else "columns_missing"
            return self._rejected(code, line, min(len(values), width) + 1, found=len(values), expected=width)
        fault = self._cell_fault(values)
        if fault:
            return self._rejected(fault[0], line, fault[1], limit=self.max_field)
        if not values[0].strip() and not any(map(str.strip, values)):
            return None
        if self.unescape:
            values = [unescaped(value) for value in values]
        return Row(line, last, values)

    def _cell_fault(self, values: list[str]) -> tuple[str, int] | None:
        row = self._feed.row
        text = row[0] if len(row) == 1 else "".join(row)
        # Only a row that is long, or has a NUL at all, needs its cells looked at.
        if len(text) <= self.max_field and "\0" not in text:
            return None
        for column, value in enumerate(values, 1):
            if "\0" in value:
                return "nul", column
            if len(value) > self.max_field:
                return "field_too_long", column
        return None

    def _too_long(self, line: int) -> RejectedRow:
        cells = self._feed.row[0].split(self.delimiter)
        column = next((column for column, cell in enumerate(cells, 1) if len(cell) > self.max_field), 1)
        return self._rejected("field_too_long", line, column, limit=self.max_field)

    def _rejected(self, code: str, line: int, column: int, **params: object) -> RejectedRow:
        fault = BrokenFile(code, line=line, column=column, **params)
        return RejectedRow(line, self._feed.line, code, fault.message, column, fault.params, "".join(self._feed.row))


def read(
    stream: BinaryIO,
    *,
    max_field: int = 10_000,
    start: int = 0,
    unescape: bool = False,
    max_bytes: int = MAX_BYTES,
) -> Reader:
    """A reader over an upload. `start` is the last line already accounted for; the header is always read."""
    return Reader(Octets(stream, max_bytes=max_bytes), max_field=max_field, start=start, unescape=unescape)


def census(stream: BinaryIO, *, max_field: int = 10_000) -> Census:
    """Read a file to its end, so that a fault in its last line refuses it before its first row is stored."""
    reader = read(stream, max_field=max_field)
    for _item in reader:
        pass
    counts = (reader.lines, reader.rows, reader.rejected, reader.blank)
    return Census(reader.header, reader.delimiter, reader.encoding, *counts)


def sniff_delimiter(line: str) -> str:
    """The separator that a header line uses most, outside quotation marks."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


def _header(feed: Feed) -> list[str]:
    first = _first_line(feed)
    told = SEPARATOR.fullmatch(first)
    if told:
        first = _first_line(feed)
    feed.delimiter = told[1] if told else sniff_delimiter(first)
    try:
        header = next(csv.reader([first], delimiter=feed.delimiter, strict=True))
    except csv.Error as error:
        if first.count('"') % 2:
            raise BrokenFile("header_lines", line=feed.line) from error
        raise _open_quote(feed) from error
    header = [name.strip() for name in header]
    _check_header(header, feed.line)
    return header


def _first_line(feed: Feed) -> str:
    """The next line that says something."""
    while True:
        feed.begin()
        line = next(feed, None)
        if line is None:
            raise BrokenFile("header_missing")
        if line.strip():
            return line


def _check_header(header: list[str], line: int) -> None:
    if len(header) > MAX_COLUMNS:
        raise BrokenFile("header_columns", line=line, limit=MAX_COLUMNS)
    seen: set[str] = set()
    for column, name in enumerate(header, 1):
        if not name:
            raise BrokenFile("header_empty", line=line, column=column)
        if len(name) > MAX_HEADER or not name.isprintable():
            raise BrokenFile("header_invalid", line=line, column=column)
        if name.casefold() in seen:
            raise BrokenFile("header_duplicate", line=line, column=column)
        seen.add(name.casefold())


def _swallows_rows(row: list[str], delimiter: str, width: int) -> bool:
    """Each further line of the row has as many separators as a row of its own."""
    return width > 2 and all(line.count(delimiter) == width - 1 for line in row[1:])


def _open_quote(feed: Feed) -> BrokenFile:
    """Where the quotation mark stands that the row's lines do not close; else where its first long cell begins."""
    text, sign = "".join(feed.row), re.escape(feed.delimiter)
    cell = re.compile(rf'"(?:[^"]|"")*+"(?=[{sign}\r\n]|\Z)|[^{sign}\r\n]*')
    position, column, place = 0, 1, (0, 1)
    while position < len(text):
        found = cell.match(text, position)
        content = found[0] if found else ""
        long = "\n" in content or "\r" in content
        if long or (content.startswith('"') and not (len(content) > 1 and content.endswith('"'))):
            place = (position, column)
            break
        position += len(content) + 1
        column += 1
    before = len(re.findall(r"\r\n|\r|\n", text[: place[0]]))
    return BrokenFile("quote", line=feed.line - len(feed.row) + 1 + before, column=place[1])
