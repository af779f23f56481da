"""How a customer was on an earlier day: by the lineage of its version then, never by rules run again.

Each element of a lineage names record, version and place. The version is the live row, or a row of the record's
history; ``history.as_of`` would miss the live row and fill left-out fields with today's values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from customers.models import Customer, SourceRecord
from customers.queries.catalogue import Catalogue
from customers.sealing import open_values


@dataclass(frozen=True)
class Claimed:
    """What a version of a record said of one attribute."""

    record: SourceRecord
    value: Any
    observed: datetime


@dataclass(frozen=True)
class Said:
    """One version of a record: its opened values, and when they were observed."""

    values: Mapping[str, Any]
    observed: datetime


@dataclass(frozen=True)
class Moment:
    """A customer's version, with the visible record versions that its lineage names."""

    version: int
    at: datetime | None
    status: str
    lineage: Mapping[str, Any]
    records: Mapping[int, SourceRecord]
    said: Mapping[tuple[int, int], Said] = field(default_factory=dict)

    def claim(self, one: Mapping[str, Any], attribute: str) -> Claimed | None:
        """What an element of the lineage stands for; nothing when it is not visible or no longer held."""
        said = self.said.get((one["record"], one["version"]))
        record = self.records.get(one["record"])
        value = said.values.get(attribute) if said else None
        if isinstance(value, list):
            place = one.get("item", 0)
            value = value[place] if place < len(value) else None
        if said is None or record is None or value is None:
            return None
        return Claimed(record, value, said.observed)

    @property
    def values(self) -> dict[str, Any]:
        """Single values by attribute."""
        found = {name: self.claim(one, name) for name, one in self.lineage.items() if not isinstance(one, list)}
        return {name: claim.value for name, claim in found.items() if claim is not None}


def moment_of(customer: Customer, day: date, known: Catalogue, view: Iterable[int]) -> Moment:
    """The customer as it was when a day ended; version 0 when it was not known yet. Three queries."""
    end = timezone.make_aware(datetime.combine(day, time.max))
    past: Any = Customer.history
    row = past.filter(id=customer.pk, changed_at__lte=end).order_by("-version").first()
    if row is None:
        return Moment(0, None, "", {}, {})
    lineage = {name: one for name, one in row.lineage.items() if name in known.specs}
    return Moment(row.version, row.changed_at, row.status, lineage, *versions_said([lineage], view))


def versions_said(
    lineages: Iterable[Mapping[str, Any]], view: Iterable[int]
) -> tuple[dict[int, SourceRecord], dict[tuple[int, int], Said]]:
    """The visible records that lineages name, and what their versions said; two queries."""
    named = {
        (one["record"], one["version"])
        for lineage in lineages
        for found in lineage.values()
        for one in (found if isinstance(found, list) else [found])
    }
    ids = {record for record, _version in named}
    rows = SourceRecord.objects.filter(pk__in=ids, domain__in=list(view)).select_related("source").defer("raw")
    records = {row.pk: row for row in rows}
    said = {
        (row.pk, row.version): Said(open_values(row.values), row.observed_at)
        for row in records.values()
        if (row.pk, row.version) in named
    }
    missing = {pair for pair in named if pair[0] in records and pair not in said}
    past: Any = SourceRecord.history
    earlier = past.filter(id__in={pk for pk, _v in missing}, version__in={v for _pk, v in missing})
    for row in earlier.only("id", "version", "values", "observed_at") if missing else ():
        if (row.id, row.version) in missing:
            said[row.id, row.version] = Said(open_values(row.values), row.observed_at)
    return records, said
