"""What a load would do, by trying its first rows; nothing is stored.

It stands among the actions because it prepares rows exactly as taking in does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cmdm import access
from cmdm.models import User
from customers.actions.absences import Absent, staged
from customers.actions.loads import refusal
from customers.actions.preparing import prepare
from customers.actions.received import CHANGED, NEW, UNCHANGED, Outcome
from customers.actions.rows import rows_of
from customers.models import Load, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.files import bound, reader_of
from customers.queries.rejects import column_of
from customers.rules.broken import BrokenFile
from customers.rules.guessing import guess
from customers.rules.reading import Reader, RejectedRow, Row
from customers.types.base import HIDDEN

ROWS = 1_000
FIRST_ROWS = 200
SHOWN = 10
FIRST_VALUES = 3


@dataclass(frozen=True)
class Column:
    """A column of the file: its first values, to what it is mapped, how sure a guess would be, how full it is."""

    name: str
    path: str
    values: tuple[str, ...]
    filled: float
    confidence: float


@dataclass(frozen=True)
class WouldRefuse:
    """A row that would be refused, held back, or taken without a value."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as they would be taken in; ``total`` counts the rows of the whole file, if known."""

    rows: int
    total: int | None
    counts: Mapping[str, int]
    columns: Sequence[Column]
    faults: Sequence[WouldRefuse]
    sample: Sequence[Mapping[str, str]]
    closing: Absent | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def preview(load: Load, *, user: User, rows: int = ROWS) -> Preview:
    """Try the first rows. Four queries besides the file; a full file is read to its end for the keys that it lacks.

    :raises Refused: the file cannot be read. :raises BadMapping: its mapping cannot be used.
    """
    try:
        reader = reader_of(load)
        first = list(islice(reader, rows))
    except BrokenFile as fault:
        raise refusal(fault) from fault
    known, hide = catalogue(), not access.may(user, "reveal", load)
    made = rows_of(first, bound(load, reader.header), reader.header)
    outcomes = [*prepare(load.source, made.received), *made.aside]
    counts = _counts(load, outcomes)
    counts[CHANGED] += len(made.closing)
    counts.update(["incomplete" for one in outcomes if one.is_incomplete])
    return Preview(
        rows=len(first),
        total=load.position.get("total"),
        counts=counts,
        columns=columns(load, reader, first, hidden=known.sensitive if hide else frozenset()),
        faults=_faults(load, outcomes),
        sample=[_shown(one, known, hide=hide) for one in outcomes if one.is_open][:SHOWN],
        closing=_closing(load),
        labels={name: spec.label for name, spec in known.specs.items()},
    )


def _counts(load: Load, outcomes: Sequence[Outcome]) -> Counter[str]:
    """Compared with what is stored now."""
    keys = [one.received.key for one in outcomes if one.is_open]
    rows = SourceRecord.objects.filter(source=load.source_id, key__in=keys)
    stored = {key: (bytes(digest), closed) for key, digest, closed in rows.values_list("key", "digest", "closed_at")}
    counts: Counter[str] = Counter()
    for one in outcomes:
        if not one.is_open:
            counts[one.status] += 1
        elif one.received.key not in stored:
            counts[NEW] += 1
        else:
            counts[UNCHANGED if stored[one.received.key] == (one.digest, None) else CHANGED] += 1
    return counts


def _faults(load: Load, outcomes: Sequence[Outcome]) -> list[WouldRefuse]:
    found = [
        WouldRefuse(one.received.line, column_of(load.mapping, fault.field), fault.message)
        for one in outcomes
        for fault in (*one.faults, *one.left_out)
    ]
    return sorted(found, key=lambda fault: fault.line)[:SHOWN]


def _shown(one: Outcome, known: Catalogue, *, hide: bool) -> dict[str, str]:
    """The values of a row as people read them."""
    shown = {}
    for name, value in one.values.items():
        spec = known.specs[name]
        show = spec.type.mask if hide and name in known.sensitive else spec.type.display
        elements = value if spec.many else [value]
        if spec.many and not spec.type.structured:
            elements = [element["value"] for element in elements]
        shown[name] = ", ".join(show(element) for element in elements)
    return shown


def columns(load: Load, reader: Reader, rows: Sequence[Row | RejectedRow], *, hidden: frozenset[str]) -> list[Column]:
    """The columns with what they hold; sensitive ones hidden from who may not see them."""
    cells = [row.values for row in rows if isinstance(row, Row)]
    sure = guess(reader.header, cells, catalogue().mappable).confidence
    paths: Mapping[str, Any] = load.mapping.get("columns", {})
    made = []
    for place, name in enumerate(reader.header):
        path = str(paths.get(name) or "")
        filled = [cell[place].strip() for cell in cells if cell[place].strip()]
        values = tuple(dict.fromkeys(filled))[:FIRST_VALUES]
        if path.partition(".")[0] in hidden:
            values = tuple(HIDDEN for _value in values)
        share = len(filled) / len(cells) if cells else 0.0
        made.append(Column(name, path, values, share, sure.get(name, 0.0)))
    return made


def first_columns(load: Load, *, user: User) -> list[Column]:
    """The columns of a file whose mapping cannot be used yet, as far as the file can be read."""
    hidden = frozenset() if access.may(user, "reveal", load) else catalogue().sensitive
    reader = reader_of(load)
    rows: list[Row | RejectedRow] = []
    with suppress(BrokenFile):
        rows.extend(islice(reader, FIRST_ROWS))
    return columns(load, reader, rows, hidden=hidden)


def _closing(load: Load) -> Absent | None:
    if load.mode != Load.Mode.REPLACE:
        return None
    with staged(load) as absent:
        return absent
