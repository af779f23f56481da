"""Prepared records: what is kept of them is read; where nothing fitting is kept, their values are prepared."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.db.models import F, JSONField, Q, Value
from django.db.models.expressions import Case, When
from django.db.models.functions import Coalesce

from cmdm import crypto
from cmdm.database.kept import kept
from customers.models import SourceRecord
from customers.models.record import RecordQuerySet
from customers.rules.batching import ahead
from customers.sealing import open_values
from matching.engine.features import Features, Party, prepare
from matching.engine.model import Model
from matching.engine.packing import packed, unpacked
from matching.queries.models import InForce

CHUNK = 5_000  # rows read at once
_CONTEXT = "prepared record"
# Of the records only what the index `record_compared` has is asked, of those with a line.
LINES = """
    SELECT r.id, r.customer_id, p.line,
           CASE WHEN p.line IS NULL THEN (
               SELECT COALESCE(v.corrected, v.values)::text FROM customers_sourcerecord v WHERE v.id = r.id) END
      FROM customers_sourcerecord r
      LEFT JOIN matching_preparedrecord p ON p.record_id = r.id AND p.version = r.version AND p.preparation = %s
     WHERE r.id = ANY(%s) AND r.closed_at IS NULL ORDER BY r.id
"""


def sealed(line: str) -> bytes:
    """A line as it is stored."""
    return crypto.seal_bytes(line.encode(), _CONTEXT)


def sealed_many(lines: Iterable[str]) -> list[bytes]:
    """Lines as they are stored."""
    return crypto.seal_many([line.encode() for line in lines], _CONTEXT)


def opened(token: bytes) -> str:
    """A stored line."""
    return crypto.unseal_bytes(token, _CONTEXT).decode()


class Line(NamedTuple):
    """The line of a record, and the customer that it lies in (0: none)."""

    record: int
    customer: int
    line: str


def lines(model: Model, records: Sequence[int]) -> Iterator[Line]:
    """The lines of the open ones of these records (ids), in order; without the ORM, which would take longer."""
    if len(records) <= CHUNK:
        yield from _lines_of(model, _rows(model, records) if records else [])
        return
    with ThreadPoolExecutor(max_workers=1) as beside:
        # While the server reads some, those before are opened.
        parts = (_rows(model, records[start : start + CHUNK]) for start in range(0, len(records), CHUNK))
        for opening in ahead(beside.submit(_lines_of, model, rows) for rows in parts):
            yield from opening.result()


def _rows(model: Model, records: Sequence[int]) -> list[Any]:
    with kept() as cursor:
        cursor.execute(LINES, [model.preparation, list(records)])
        return cursor.fetchall()


def _lines_of(model: Model, rows: Iterable[Any]) -> list[Line]:
    return [
        Line(pk, customer or 0, opened(token) if token is not None else _packed(model, pk, values))
        for pk, customer, token, values in rows
    ]


def _packed(model: Model, record: int, values: str) -> str:
    return packed(prepare(model, Party(record, model.party_type, open_values(json.loads(values)))))


def with_lines(rows: RecordQuerySet, models: Mapping[str, InForce]) -> Any:
    """Records with what `features` needs: the line that fits, or else the values. No query more."""
    fits = Q()
    for party, chosen in models.items():
        fits |= Q(party_type=party, prepared__preparation=chosen.model.preparation)
    fits &= Q(prepared__version=F("version"))
    said = Case(When(fits, then=Value(None, JSONField())), default=Coalesce("corrected", "values"))
    return rows.annotate(kept_line=Case(When(fits, then=F("prepared__line"))), said=said)


def features(records: Iterable[SourceRecord], models: Mapping[str, InForce]) -> dict[int, Features]:
    """Features by id of those of these records that are open; one query a party type."""
    wanted: dict[str, list[int]] = {}
    for record in records:
        wanted.setdefault(record.party_type, []).append(record.pk)
    return {
        one.record: unpacked(one.record, party, one.line)
        for party, ids in wanted.items()
        for one in lines(models[party].model, ids)
    }
