"""One record with its versions: what changed from one to the next, and what is doubtful about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cmdm.models import User
from customers.models import Customer, CustomerDomain, Source, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.changes import Difference
from customers.queries.naming import name_in
from customers.queries.shown import Shown
from customers.sealing import open_values

VERSIONS = 50


@dataclass(frozen=True)
class RecordVersion:
    """One version; ``differences`` against the one before. ``current`` is what counts today."""

    number: int
    observed: datetime
    received: datetime
    closed: bool
    current: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class RecordPage:
    """A record as its page shows it; sensitive values masked."""

    record: SourceRecord
    name: str
    values: tuple[Shown, ...]
    findings: tuple[str, ...]
    versions: tuple[RecordVersion, ...]
    more: bool


def record_page(record: SourceRecord) -> RecordPage:
    """Two queries besides the record, whose source is loaded."""
    known = catalogue()
    past: Any = SourceRecord.history
    rows = list(past.filter(id=record.pk).order_by("-version").defer("raw")[: VERSIONS + 1])
    ordered = sorted([record, *rows], key=lambda row: -row.version)
    values = open_values(record.values)
    return RecordPage(
        record=record,
        name=name_in(values, record.party_type),
        values=tuple(
            row for name, spec in known.specs.items() if name in values for row in _rows(spec, record, values[name])
        ),
        findings=_findings(record, known),
        versions=tuple(_versions(ordered[:VERSIONS], record, known, whole=len(ordered) <= VERSIONS)),
        more=len(ordered) > VERSIONS,
    )


def _rows(spec: Spec, record: SourceRecord, value: Any) -> list[Shown]:
    sensitive = shown.is_sensitive(spec)
    return [
        Shown(
            attribute=spec.name,
            label=shown.label_of(spec, one),
            text=shown.mask_of(spec, one) if sensitive else shown.text_of(spec, one),
            masked=sensitive,
            origin=shown.origin_of(record, spec, one, record.version),
        )
        for one in (value if spec.many else [value])
    ]


def _findings(record: SourceRecord, known: Catalogue) -> tuple[str, ...]:
    """Attribute and finding, in words that every type shares."""
    found = dict.fromkeys((one.get("attribute", ""), one.get("code", "")) for one in record.findings)
    labels = {name: spec.label for name, spec in known.specs.items()}
    return tuple(f"{labels.get(name, name)}: {code.replace('_', ' ')}" for name, code in found)


def _versions(rows: list[Any], record: SourceRecord, known: Catalogue, *, whole: bool) -> list[RecordVersion]:
    made = []
    opened = [open_values(row.values) for row in rows]
    for place, row in enumerate(rows):
        last = place + 1 == len(rows)
        before: Mapping[str, Any] = {} if last else opened[place + 1]
        made.append(
            RecordVersion(
                number=row.version,
                observed=row.observed_at,
                received=row.received_at,
                closed=row.closed_at is not None,
                current=row.version == record.version,
                differences=() if last and not whole else tuple(_differences(known, before, opened[place])),
            )
        )
    return made


def _differences(known: Catalogue, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(spec.label, _text(spec, before.get(name)), _text(spec, after.get(name)))
        for name, spec in known.specs.items()
        if before.get(name) != after.get(name)
    ]


def _text(spec: Spec, value: Any) -> str:
    if value is None:
        return ""
    ones = value if spec.many else [value]
    show = shown.mask_of if shown.is_sensitive(spec) else shown.text_of
    return ", ".join(show(spec, one) for one in ones)


def listed(
    user: User, *, party_type: str = "", status: str = "", domain: int | None = None, source: Source | None = None
) -> QuerySet[Customer]:
    """Customers for the list, narrowed; what is narrowed by lies in the reader's domains (the form sees to it)."""
    rows = Customer.objects.visible_to(user).filter(status=status or Customer.Status.ACTIVE)
    if party_type:
        rows = rows.filter(party_type=party_type)
    if domain is not None:
        rows = rows.filter(Exists(CustomerDomain.objects.filter(customer=OuterRef("pk"), domain=domain)))
    if source is not None:
        held = SourceRecord.objects.current().filter(customer=OuterRef("pk"), source=source)
        rows = rows.filter(Exists(held))
    return rows.defer("golden_hash")
