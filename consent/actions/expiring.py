"""What time does to consents: they lapse, their people come of age, and are reminded before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from cmdm import audit, clock, events, ids
from cmdm.actions import action
from cmdm.database.copying import insert_many
from cmdm.events import Event
from cmdm.models import AuditEntry, User
from consent.actions import announcing, consents, contradicting
from consent.actions.holding import next_moment
from consent.models import Act, ActorKind, ConsentEvent, Method
from consent.queries.changes import changes, grouped
from consent.queries.material import Material, material
from consent.rules.folding import GRANTING, State, fold
from consent.rules.permitting import age
from customers.models import Customer, SourceRecord

MOST = 200
BEFORE = timedelta(days=30)
REMINDED = "consents.reminded"
STEP = timedelta(microseconds=1)


def _going_on(at: datetime) -> Exists:
    """That activity has moved the end of a consent beyond a moment."""
    return Exists(ConsentEvent.objects.filter(names=OuterRef("pk"), act=Act.PROLONGED, expires_at__gt=at))


def _standing() -> QuerySet[ConsentEvent]:
    """Consents that nothing has ended or declared void."""
    ending = ConsentEvent.objects.filter(names=OuterRef("pk"), act__in=(Act.EXPIRED, Act.TERMINATED, Act.INVALIDATED))
    return ConsentEvent.objects.filter(~Exists(ending), act__in=GRANTING)


@action
def expire_due(*, actor: User, most: int = MOST) -> int:
    """Write that consents have lapsed, or that the young person a guardian spoke for is of age now; how many.

    The answers changed when the time came; the event says so once, with its cause.
    """
    now = clock.now()
    lapsed = _standing().filter(~_going_on(now), expires_at__lte=now).order_by("expires_at", "pk")
    due = list(lapsed.values_list("pk", flat=True)[:most])
    due += _of_age(now, most)
    rows = _held(due)
    if not rows:
        return 0
    customers = sorted({one.record.customer_id for one in rows if one.record.customer_id})
    purposes = sorted({one.purpose.key for one in rows})
    moment, group = next_moment([one.record_id for one in rows]), ids.uuid7()
    before = material(customers=customers, purposes=purposes) if customers else None
    insert_many(_expired(one, actor, moment).row(one.record, names_id=one.pk, group=group) for one in rows)
    if before is not None:
        after, lie = material(customers=customers, purposes=purposes), grouped(before)
        contradicting.keep(after, customers)
        earliest = min(one.expires_at or now for one in rows) - STEP
        found = changes(before, after, lie, lie, announcing.facts(customers), now, was_at=min(earliest, now))
        announcing.emit(found, "expiry")
    domains = {one.record.domain_id for one in rows}
    audit.record(actor, "consents.expired", domains=domains, counts={"consents": len(rows)})
    return len(rows)


def _held(due: Sequence[int]) -> list[Any]:
    """The consents, their customers and records locked, those that were ended meanwhile left out."""
    records = set(ConsentEvent.objects.filter(pk__in=due).values_list("record", flat=True))
    wanted = SourceRecord.objects.filter(pk__in=records, customer__isnull=False).values_list("customer", flat=True)
    held = set(Customer.objects.filter(pk__in=set(wanted)).locked().values_list("pk", flat=True))
    # Who was moved to another customer meanwhile has his turn the next time.
    there = SourceRecord.objects.filter(pk__in=records).only("pk", "customer").locked()
    records = {one.pk for one in there if one.customer_id is None or one.customer_id in held}
    rows = _standing().filter(pk__in=due, record__in=records).select_related("record__source", "purpose", "contact")
    longer = Max("named_by__expires_at", filter=Q(named_by__act=Act.PROLONGED))
    return list(rows.annotate(longer=longer).order_by("pk"))


def _expired(one: Any, actor: User, moment: datetime) -> consents.Said:
    return consents.Said(
        one.purpose,
        one.channel,
        one.contact,
        Act.EXPIRED,
        Method.HUB,
        whose=ActorKind.MACHINE,
        notice=None,
        evidence=None,
        occurred_at=min(one.longer or one.expires_at or moment, moment),
        actor=actor,
        effective_at=moment,
    )


def _of_age(now: datetime, most: int) -> list[int]:
    """Consents of guardians whose wards are of age by now; all are looked at, so that the young hide nobody."""
    found: list[int] = []
    after = 0
    while len(found) < most:
        rows = _standing().filter(actor_kind=ActorKind.GUARDIAN, pk__gt=after).select_related("purpose")
        some = list(rows.order_by("pk")[:most])
        if not some:
            break
        known = material(records=[one.record_id for one in some], purposes={one.purpose.key for one in some})
        found += [one.pk for one in some if _is_of_age(one, known, now)]
        after = some[-1].pk
    return found[:most]


def _is_of_age(one: ConsentEvent, known: Material, now: datetime) -> bool:
    person, asked = known.people.get(one.record_id), known.purposes[one.purpose.key]
    if person is None or person.born is None:
        return False
    ages = [terms.minimum_age for terms in asked.terms(person.places) if terms.minimum_age]
    return age(person.born, now.date()) >= max(ages, default=0)


@action
def remind(*, actor: User) -> int:
    """Announce, once a day, the consents that lapse in thirty days, each once; never one that was taken back."""
    now = clock.now()
    last = AuditEntry.objects.filter(deed=REMINDED).order_by("-at").values_list("at", flat=True).first()
    if last is not None and last + timedelta(days=1) > now:
        return 0
    since = last + BEFORE if last is not None else now
    soon = {"expires_at__gt": since, "expires_at__lte": now + BEFORE}
    longer = ConsentEvent.objects.filter(act=Act.PROLONGED, **soon).values("names")
    rows = _standing().filter(Q(**soon) | Q(pk__in=longer), ~_going_on(now + BEFORE))
    told = _still_given(list(rows.select_related("purpose", "record").order_by("pk")), now)
    if told:
        events.emit_many(told)
    audit.record(actor, REMINDED, counts={"consents": len(told)})
    return len(told)


def _still_given(rows: Sequence[ConsentEvent], now: datetime) -> list[Event]:
    """One event for each consent that is what its record says at the moment."""
    if not rows:
        return []
    known = material(records=[one.record_id for one in rows], purposes={one.purpose.key for one in rows})
    told = []
    for one in rows:
        said = fold(known.said(one.purpose_id, one.record_id), one.channel, one.contact_id, now)
        if said.state == State.GRANTED and said.by is not None and said.by.id == one.pk:
            payload = {"purpose": one.purpose.key, "contact": one.contact_id, "group": str(one.group)}
            told.append(Event("consent.expiring", one.record.customer_id, payload=payload))
    return told
