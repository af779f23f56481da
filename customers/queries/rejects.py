"""Refused and held-back rows: as a page shows them, and as a file that can be mended and loaded again."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import Load, RejectedRow
from customers.queries.files import LINE, REASON, RECEIVED, is_ours
from customers.rules.safe_csv import raw_lines, safe_lines
from customers.sealing import open_raw

REPEATED = "repeated"
MENDABLE = 100_000


@dataclass(frozen=True)
class Refusal:
    """One refused row: where, and why; never what it said."""

    row: RejectedRow
    column: str

    @property
    def line(self) -> int:
        return self.row.line

    @property
    def reason(self) -> str:
        return self.row.reason


def refusals(load: Load, rows: Iterable[RejectedRow]) -> list[Refusal]:
    """Rows with the column of the file that is at fault, where one is."""
    return [Refusal(row, column_of(load.mapping, row.field)) for row in rows]


def column_of(mapping: dict[str, Any], field: str) -> str:
    """The column that was mapped to an attribute or a part of it; the field itself when it names a column."""
    columns = mapping.get("columns", {})
    if field == "key":
        return str(mapping.get("key", ""))
    if not field or field in columns or field == mapping.get("key"):
        return field
    name, _dot, part = field.partition(".")
    for exact in (True, False):
        for column, path in columns.items():
            parts = path.split(".")
            if parts[0] == name and (part == parts[-1] if exact else True):
                return str(column)
    return ""


def waiting(load: Load) -> Any:
    """Rows that nobody has dealt with, in the order of the file."""
    return load.rejects.filter(settled_at__isnull=True).order_by("line", "pk")


def rejects_file(load: Load) -> Iterator[str]:
    """Lines of a CSV file: the original columns, the line and the reason; it can be mended and loaded again.

    A row that did not fit the header stands as it was received in a column of its own.
    """
    header = [name for name in load.header if name not in (LINE, REASON, RECEIVED)]
    rows = waiting(load).iterator(chunk_size=500)
    return safe_lines([*header, LINE, REASON, RECEIVED], (_cells(row, header) for row in rows))


def _cells(row: RejectedRow, header: Sequence[str]) -> list[str | int]:
    raw = open_raw(bytes(row.sealed))
    if isinstance(raw, str):
        return [*_split(raw, len(header)), row.line, row.reason, raw.rstrip("\r\n")]
    return [*(raw.get(name, "") for name in header), row.line, row.reason, ""]


def _split(raw: str, width: int) -> list[str]:
    """The cells of a row that did not fit, as far as the header goes."""
    text = raw.replace("\0", "")
    delimiter = max(",;\t|", key=text.count)
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    return [*cells, *[""] * width][:width]


def mendable_file(load: Load) -> tuple[list[RejectedRow], bytes]:
    """Refused rows that fit the header and whose key did not come again, and a file made of them."""
    rows = list(waiting(load).exclude(code=REPEATED)[:MENDABLE])
    opened = [(row, open_raw(bytes(row.sealed))) for row in rows]
    fitting = [(row, raw) for row, raw in opened if isinstance(raw, dict)]
    write = safe_lines if is_ours(load.header) else raw_lines
    lines = write(load.header, ([raw.get(name, "") for name in load.header] for _row, raw in fitting))
    return [row for row, _raw in fitting], "".join(lines).encode()
