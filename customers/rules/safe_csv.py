"""Writing CSV as a stream: safe for spreadsheets, or raw for machines.

A spreadsheet runs a cell that begins like a formula. The safe writer puts an apostrophe before such text, also where
quotation marks, blanks or apostrophes stand before it, so that taking one apostrophe away gives back the original,
whatever it was. Cells typed as numbers are left alone.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

# The full-width and small forms turn into the plain sign under NFKC.
FORMULA = re.compile(r"[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|['\"]*[\t\r\n\0]")
Cell = str | int | float | Decimal | bool | date | datetime | None


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def escaped(text: str) -> str:
    return "'" + text if FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """Take away the one apostrophe that `escaped` puts there."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text, 1) else text


def safe_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines that a spreadsheet may open."""
    return _lines(header, rows, safe=True)


def raw_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines for another system: the values untouched."""
    return _lines(header, rows, safe=False)


def _lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, safe: bool) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_NONNUMERIC)
    yield writer.writerow([_cell(name, safe=safe) for name in header])
    for row in rows:
        yield writer.writerow([_cell(value, safe=safe) for value in row])


def _cell(value: Cell, *, safe: bool) -> str | int | float | Decimal:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return value
    text = value if isinstance(value, str) else value.isoformat()
    return escaped(text) if safe else text
