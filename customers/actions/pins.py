"""Pins: a person chooses a record's claim, or sets it aside. Golden values follow; the claim itself stays."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, history
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.actions import golden
from customers.models import Customer, Pin, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.claims import claim_digest
from customers.sealing import open_values


@action
def pin(record: SourceRecord, attribute: str, *, actor: User, until: date | None = None, reason: str = "") -> Pin:
    """Let this record's claim win, whatever the rules say, until it stops saying it or the day is over.

    A pin of another record of the customer on the same attribute ends. Refused without ``correct`` in the record's
    domain, for a claim that the record does not make, or one that is pinned already.
    """
    return _set(record, attribute, Pin.Kind.PIN, actor=actor, until=until, reason=reason)


@action
def ignore(record: SourceRecord, attribute: str, *, actor: User, until: date | None = None, reason: str = "") -> Pin:
    """Leave this record's claim out of the golden values until it changes. Refused as pinning is."""
    return _set(record, attribute, Pin.Kind.IGNORE, actor=actor, until=until, reason=reason)


@action
def end(chosen: Pin, *, actor: User) -> Pin:
    """Take a pin back. Refused without ``correct`` in its record's domain, or when it has ended."""
    customer, record = hold(chosen.record_id, actor=actor)
    chosen = Pin.objects.select_for_update(of=("self",)).get(pk=chosen.pk)
    if chosen.ended_at is not None:
        raise Refused(_("This pin has ended already."))
    _end([chosen], because="taken back")
    golden.rebuild([customer], "customer.changed", actor=actor)
    audit.record(actor, "pin.ended", chosen, domains=[record.domain_id], attributes=[chosen.attribute])
    return chosen


@action
def end_due(*, actor: User) -> int:
    """End the pins whose last day is over, and derive their customers anew; how many there were."""
    due = Pin.objects.in_force().filter(until__lt=clock.now().date())
    wanted = due.filter(record__customer__isnull=False).values_list("record__customer", flat=True)
    customers = list(Customer.objects.filter(pk__in=set(wanted)).active().locked())
    held = list(due.filter(record__customer__in=customers).select_for_update(of=("self",)).select_related("record"))
    if held:
        _end(held, because="over")
        golden.rebuild(customers, "customer.changed", actor=actor)
        domains = {one.record.domain_id for one in held}
        audit.record(actor, "pins.ended", domains=domains, counts={"pins": len(held)})
    return len(held)


def hold(record_id: int, *, actor: User) -> tuple[Customer, SourceRecord]:
    """A record and its customer, locked, customer first.

    :raises Refused: the record is closed, its customer is no current one, or restricted.
    """
    placed = SourceRecord.objects.filter(pk=record_id).values_list("customer", flat=True).first()
    customer = Customer.objects.filter(pk=placed or 0).locked().first()
    record = SourceRecord.objects.select_related("source").locked().get(pk=record_id)
    access.require(actor, "correct", record)
    if record.closed_at is not None or customer is None or record.customer_id != customer.pk:
        raise Refused(_("This record is not part of a customer at the moment."))
    if customer.status != Customer.Status.ACTIVE or customer.restricted:
        raise Refused(_("This customer cannot be changed."))
    return customer, record


def _set(record: SourceRecord, attribute: str, kind: str, *, actor: User, until: date | None, reason: str) -> Pin:
    customer, record = hold(record.pk, actor=actor)
    said = open_values(record.values).get(attribute)
    if said is None:
        raise Refused(_("This record says nothing about this attribute."))
    if until is not None and until < clock.now().date():
        raise Refused(_("The last day lies in the past."))
    mine = list(Pin.objects.in_force().filter(record=record, attribute=attribute).select_for_update())
    if any(one.kind == kind for one in mine):
        raise Refused(
            _("This claim is pinned already.") if kind == Pin.Kind.PIN else _("This claim is set aside already.")
        )
    rivals = _rivals(customer, record, attribute) if kind == Pin.Kind.PIN else []
    _end([*mine, *rivals], because="replaced")
    made = Pin.objects.create(
        record=record,
        attribute=attribute,
        kind=kind,
        digest=claim_digest(said),
        until=until,
        reason=reason[:300],
        set_by=actor,
        set_at=clock.now(),
        change=change_id(),
    )
    history.keep(Pin, [made.pk], history.ADDED)
    golden.rebuild([customer], "customer.changed", actor=actor)
    deed = "claim.pinned" if kind == Pin.Kind.PIN else "claim.ignored"
    audit.record(actor, deed, made, domains=[record.domain_id], attributes=[attribute])
    return made


def _rivals(customer: Customer, record: SourceRecord, attribute: str) -> Sequence[Pin]:
    """Pins of the customer's other records on an attribute that holds one value, or on what survives with it."""
    specs = catalogue().specs
    spec = specs.get(attribute)
    if spec is None or spec.many:
        return []
    group = spec.row.survives_with
    names = [name for name, one in specs.items() if group and one.row.survives_with == group] or [attribute]
    others = Pin.objects.in_force().filter(record__customer=customer, attribute__in=names, kind=Pin.Kind.PIN)
    return list(others.exclude(record=record).select_for_update(of=("self",)))


def _end(pins: Iterable[Pin], *, because: str) -> None:
    ended: Any = list(pins)
    if not ended:
        return
    for one in ended:
        one.ended_at, one.ended_because, one.change = clock.now(), because, change_id()
    Pin.objects.bulk_update(ended, ["ended_at", "ended_because", "change"])
    history.keep(Pin, [one.pk for one in ended], history.CHANGED)
