"""Customers in a line: what lists, search, the queue and the API show of each. Visible values only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from cmdm import access
from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.claims import claims_of
from customers.queries.naming import PARTS, name_in
from customers.rules.survivorship import golden
from customers.sealing import is_sealed
from customers.types.countries import country_name

SHOWN = (*PARTS["person"], *PARTS["organisation"], "email", "address", "birth_date")


@dataclass(frozen=True)
class Summary:
    """One customer in a line. ``partial``: some of it comes from records that did not win."""

    id: int
    key: UUID
    number: str
    party_type: str
    status: str
    name: str
    place: str
    email: str
    birth_date: str
    version: int
    partial: bool = False


def summaries(customers: Sequence[Customer], user: User) -> list[Summary]:
    """One summary per customer, in the order given. One query at most; two more when winners lie outside.

    The customers were loaded through ``visible_to``, with values and lineage.
    """
    named = {one["record"] for customer in customers for one in _named(customer.lineage)}
    visible: set[int] = named
    if named and not access.everywhere(user, "view"):
        rows = SourceRecord.objects.visible_to(user).filter(pk__in=named)
        visible = set(rows.values_list("pk", flat=True))
    concealing = [c for c in customers if any(one["record"] not in visible for one in _named(c.lineage))]
    replaced = _visible_values(concealing, user) if concealing else {}
    return [_summary(customer, replaced.get(customer.pk)) for customer in customers]


def _named(lineage: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for name in SHOWN:
        found = lineage.get(name)
        if found:
            yield from found if isinstance(found, list) else (found,)


def _visible_values(customers: Sequence[Customer], user: User) -> dict[int, dict[str, Any]]:
    """Golden values made of the visible records alone."""
    rows = SourceRecord.objects.visible_to(user).current().filter(customer__in=[one.pk for one in customers])
    by_customer: dict[int, list[SourceRecord]] = defaultdict(list)
    for record in rows.select_related("source").defer("raw", "findings"):
        by_customer[record.customer_id or 0].append(record)
    known = catalogue()
    made = {}
    for pk, records in by_customer.items():
        values = golden(claims_of(records), known.rules).values
        made[pk] = {name: value for name, value in values.items() if name not in known.sensitive}
    return made


def _summary(customer: Customer, replaced: dict[str, Any] | None) -> Summary:
    values = customer.values if replaced is None else replaced
    return Summary(
        id=customer.pk,
        key=customer.key,
        number=customer.number,
        party_type=customer.party_type,
        status=customer.status,
        name=name_in(values, customer.party_type) or customer.number,
        place=_place(values.get("address")),
        email=_first(values.get("email")),
        birth_date=str(values.get("birth_date", "")) if not is_sealed(values.get("birth_date")) else "",
        version=customer.version,
        partial=replaced is not None,
    )


def _first(elements: Any) -> str:
    return str(elements[0].get("value", "")) if isinstance(elements, list) and elements else ""


def _place(elements: Any) -> str:
    """Town and country of the first address."""
    if not isinstance(elements, list) or not elements:
        return ""
    first = elements[0]
    country = country_name(first["country"], get_language() or "en") if first.get("country") else ""
    return ", ".join(part for part in (first.get("city", ""), country) if part)
