"""The proved records of a person, each by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from consent.queries.portal_words import origin_of, text_of
from customers.models import Attribute, SourceRecord
from customers.queries.catalogue import Spec, catalogue
from customers.queries.naming import name_in
from customers.sealing import open_values


@dataclass(frozen=True)
class Told:
    """One proved record in a line: who says it, and what it says first."""

    record: int
    words: str


def of_sources(anchors: Iterable[int]) -> list[Told]:
    """The proved records, each in a line; one query."""
    rows = SourceRecord.objects.current().filter(pk__in=list(anchors)).select_related("source").order_by("pk")
    return [Told(row.pk, _in_a_line(row)) for row in rows.defer("raw", "findings")]


def _in_a_line(row: SourceRecord) -> str:
    values = open_values(row.values)
    parts = [name_in(values, row.party_type), *(text_of(spec, one) for spec, one in _reached(values))]
    said = ", ".join(part for part in parts if part)
    return _("%(values)s (%(origin)s)") % {"values": said, "origin": origin_of(row.source)}


def _reached(values: Mapping[str, Any]) -> Iterable[tuple[Spec, Any]]:
    """The first address of each kind."""
    for name in ("email", "phone", "address"):
        spec = catalogue().specs.get(name)
        if spec and values.get(name) and spec.row.portal != Attribute.Portal.HIDDEN:
            yield spec, values[name][0]


def own_record(anchors: Sequence[int], record: int = 0) -> SourceRecord | None:
    """A proved record, by its number or the first of them; nothing when it is none of these. One query."""
    wanted = record or next(iter(anchors), 0)
    if wanted not in anchors:
        return None
    rows = SourceRecord.objects.current().select_related("customer", "domain", "source")
    return rows.filter(pk=wanted).first()
