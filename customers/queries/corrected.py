"""What people have corrected so far, value by value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Spec, catalogue
from customers.sealing import open_values


@dataclass(frozen=True)
class Corrected:
    """One corrected value: in which correction and version, at which place, and which record it is about."""

    correction: int
    version: int
    place: int
    text: str
    about: str


def corrected(about: Sequence[int], spec: Spec) -> list[Corrected]:
    """What is corrected of an attribute of these records; sensitive values masked. One query."""
    rows = SourceRecord.objects.current().filter(about__in=about).select_related("about__source").order_by("pk")
    rows = rows.defer("raw", "findings", "about__raw", "about__values", "about__findings")
    show = shown.mask_of if shown.is_sensitive(spec) else shown.text_of
    return [
        Corrected(row.pk, row.version, place, show(spec, element), f"{row.about.source.name} · {row.about.key}")
        for row in rows
        for place, element in enumerate(_elements(row, spec))
        if row.about is not None
    ]


def _elements(row: SourceRecord, spec: Spec) -> list[Any]:
    said = open_values(row.values).get(spec.name)
    if said is None:
        return []
    return list(said) if spec.many else [said]


def element_at(correction: SourceRecord, attribute: str, place: int) -> Any:
    """The element at a place; nothing where the attribute holds one value.

    :raises LookupError: nothing stands there.
    """
    spec = catalogue().specs.get(attribute)
    if spec is None or not spec.many:
        return None
    return _elements(correction, spec)[place]
