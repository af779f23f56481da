"""Telling whose answer changed: one event per purpose and contact point, with its cause; and who gives two answers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cmdm import clock, events
from cmdm.actions import action
from cmdm.events import Event
from cmdm.models import User
from consent.actions import contradicting
from consent.models import ConsentEvent
from consent.queries.changes import Change, changes, grouped
from consent.queries.material import Material, material
from consent.queries.permitted import facts_of
from consent.rules.permitting import Facts
from customers.models import Customer, SourceRecord

TOPIC = "consent.changed"


def facts(customers: Collection[int]) -> dict[int, Facts]:
    """What judging needs to know of these customers; one query."""
    rows = Customer.objects.filter(pk__in=customers).only("pk", "restricted", "party_type")
    return {one.pk: facts_of(one) for one in rows}


def emit(found: Iterable[Change], cause: str, **more: Any) -> int:
    """Write the events; how many there are."""
    rows = [
        Event(
            TOPIC,
            one.customer,
            payload={
                "purpose": one.purpose,
                "channel": one.channel,
                "contact": one.contact,
                "permitted": one.allowed,
                "cause": cause,
                **more,
            },
        )
        for one in found
    ]
    if rows:
        events.emit_many(rows)
    return len(rows)


def announce(before: Material, customers: Collection[int], purposes: Collection[str], cause: str) -> int:
    """Say what an act on these customers' records changed since ``before`` was read (with parts); how many."""
    if not customers:
        return 0
    after = material(customers=customers, purposes=purposes, parts=True)
    contradicting.keep(after, customers)
    lie = grouped(after)
    return emit(changes(before, after, grouped(before), lie, facts(lie), clock.now()), cause)


@action
def relinked(before: Mapping[int, int], *, actor: User, cause: str) -> None:
    """Say whose answers changed because records moved: by record, the customer in which it lay before (0: in none).

    Writes no consent event: what was said stays on the records.
    """
    said = set(ConsentEvent.objects.filter(record__among=before.keys()).values_list("record", flat=True))
    if not said:
        return
    rows = SourceRecord.objects.filter(pk__among=before.keys(), customer__isnull=False).values_list("pk", "customer")
    customers = {customer or 0 for record, customer in rows if before[record] or record in said}
    customers.update(customer for customer in before.values() if customer)
    known = material(customers=customers, every=True)
    contradicting.keep(known, customers)
    lie = grouped(known)
    lay: dict[int, list[int]] = {}
    for customer, records in lie.items():
        for record in records:
            lay.setdefault(before.get(record, customer) or -record, []).append(record)
    emit(changes(known, known, lay, lie, facts(customers), clock.now()), cause)
