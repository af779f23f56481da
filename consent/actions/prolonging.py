"""A consent that ends when nothing is heard of the person for so long goes on while he is heard of."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cmdm import audit, clock, ids
from cmdm.actions import action, change_id
from cmdm.database.copying import insert_many
from cmdm.models import User
from consent.actions import contradicting
from consent.actions.holding import next_moment
from consent.models import Act, ActorKind, ConsentEvent, CountedFrom, Purpose
from consent.queries.material import Material, material
from consent.rules.deadlines import WRITTEN_EVERY, ends_at, gain
from consent.rules.folding import GRANTING, State, fold
from consent.rules.permitting import Terms
from customers.models import Customer, SourceRecord


@dataclass(frozen=True)
class _Longer:
    """A consent (id) and the end that it gets."""

    event: int
    until: datetime
    seen: datetime


@action
def seen(when: Mapping[int, datetime], *, actor: User, method: str) -> int:
    """Note when the persons of records (ids) were active; how many consents go on for that.

    Only those that were in force at that moment, at that very record, and whose terms count from the last activity;
    each at most once in a tenth of its time, so that nobody's clicks fill the ledger.
    """
    keys = _by_activity()
    if not keys or not when:
        return 0
    rows = ConsentEvent.objects.filter(record__in=when, purpose__key__in=keys, act__in=GRANTING)
    if not rows.filter(expires_at__isnull=False).exists():
        return 0
    customers, records = _lock(when)
    now = clock.now()
    known = material(records=list(when), purposes=keys)
    longer = {one.event: one for one in _longer(known, {pk: min(at, now) for pk, at in when.items() if pk in records})}
    if not longer:
        return 0
    going = list(
        ConsentEvent.objects.filter(pk__in=longer).select_related("record", "purpose", "contact").order_by("pk")
    )
    moment, group = next_moment([one.record_id for one in going]), ids.uuid7()
    insert_many(_row(one, longer[one.pk], actor, method, moment, group) for one in going)
    contradicting.prolonged(customers, keys)
    domains = {one.record.domain_id for one in going}
    audit.record(actor, "consents.prolonged", domains=domains, counts={"consents": len(longer)})
    return len(longer)


def _by_activity() -> list[str]:
    """The purposes (keys) whose consents end after the last activity, somewhere or everywhere."""
    somewhere = Q(expires_from=CountedFrom.ACTIVITY) | Q(rules__icontains=f'"{CountedFrom.ACTIVITY}"')
    return list(Purpose.objects.published().filter(somewhere).values_list("key", flat=True))


def _lock(records: Iterable[int]) -> tuple[set[int], set[int]]:
    """Locks the customers and the records: ids of both, without records that were moved elsewhere meanwhile."""
    rows = SourceRecord.objects.filter(pk__in=list(records))
    wanted = set(rows.filter(customer__isnull=False).values_list("customer", flat=True))
    customers = set(Customer.objects.filter(pk__in=wanted).locked().values_list("pk", flat=True))
    there = rows.only("pk", "customer").locked()
    return customers, {one.pk for one in there if one.customer_id is None or one.customer_id in customers}


def _longer(known: Material, when: Mapping[int, datetime]) -> Iterable[_Longer]:
    for asked in known.purposes.values():
        for record, at in when.items():
            acts = known.said(asked.id, record)
            person = known.people.get(record)
            terms: Sequence[Terms] = asked.terms(person.places if person else ())
            for grant in acts:
                standing = fold(acts, grant.channel, grant.contact, at) if grant.act in GRANTING else None
                if standing is None or standing.state != State.GRANTED or standing.by is None:
                    continue
                until, new = standing.by.until, ends_at(grant.at, terms, at)
                if standing.by.id == grant.id and until and new and new - until >= gain(terms, WRITTEN_EVERY):
                    yield _Longer(grant.id, new, at)


def _row(
    one: ConsentEvent, longer: _Longer, actor: User, method: str, moment: datetime, group: uuid.UUID
) -> ConsentEvent:
    return ConsentEvent(
        record=one.record,
        purpose=one.purpose,
        channel=one.channel,
        contact=one.contact,
        act=Act.PROLONGED,
        basis=one.basis,
        jurisdiction=one.jurisdiction,
        method=method,
        actor_kind=ActorKind.PERSON,
        actor=actor,
        occurred_at=longer.seen,
        recorded_at=clock.now(),
        effective_at=moment,
        expires_at=longer.until,
        group=group,
        names=one,
        change=change_id(),
    )
