"""Acts in lines: what lists, the customer page and the dashboard show of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cmdm.models import User
from consent.models import ConsentEvent, Method
from consent.queries.contacts import shown
from consent.rules.folding import DENYING, GRANTING
from customers.models import Customer
from customers.queries.summaries import Summary, summaries

# Tone and icon of an act, as everywhere in the hub.
LOOKS = {
    **dict.fromkeys(sorted(GRANTING), ("granted", "circle-check")),
    **dict.fromkeys(sorted(DENYING), ("refused", "circle-minus")),
    "requested": ("", "hourglass"),
    "unknown": ("none", "circle-dashed"),
    "expired": ("", "clock"),
    "terminated": ("", "archive"),
    "invalidated": ("", "ban"),
    "prolonged": ("", "clock"),
}
# What staff may end or declare void: any consent, and what was not done by the person himself.
ENTERED = frozenset(("requested", "unknown")) | DENYING
KEYED = frozenset((Method.PAPER, Method.PHONE, Method.IMPORT, Method.API))


@dataclass(frozen=True)
class Line:
    """One act as people read it."""

    id: int
    act: str
    label: Any
    tone: str
    icon: str
    purpose: str
    purpose_key: str
    channel: Any
    contact: str
    at: datetime
    recorded_at: datetime
    method: Any
    whose: Any
    by: str
    source: str
    trust: int
    carried: bool
    notice: Any
    until: datetime | None
    evidence: Any
    customer: Summary | None = None
    may_end: bool = False


def acts_of(user: User) -> QuerySet[ConsentEvent]:
    """Acts on the records of the reader's domains, with all that a line needs but the sealed parts."""
    rows = ConsentEvent.objects.visible_to(user).select_related(
        "purpose", "contact", "actor", "record__source", "notice", "evidence__attachment"
    )
    return rows.defer(
        "record__values", "record__raw", "record__findings", "notice__text", "notice__rights", "notice__controller",
        "evidence__sealed", "evidence__attachment__sealed",
    )  # fmt: skip


def lines(events: Sequence[ConsentEvent], user: User, *, named: bool = False) -> list[Line]:
    """A line each, in the order given; with ``named`` their customers too (two queries more)."""
    known: dict[int, Summary] = {}
    if named:
        pks = {event.record.customer_id or 0 for event in events}
        customers = Customer.objects.visible_to(user).filter(pk__in=pks)
        known = {one.id: one for one in summaries(list(customers), user)}
    return [_line(event, known.get(event.record.customer_id or 0)) for event in events]


def _line(event: ConsentEvent, customer: Summary | None) -> Line:
    tone, icon = LOOKS[event.act]
    return Line(
        id=event.pk,
        act=event.act,
        label=event.get_act_display(),
        tone=tone,
        icon=icon,
        purpose=event.purpose.label,
        purpose_key=event.purpose.key,
        channel=event.get_channel_display() if event.channel else "",
        contact=shown(event.contact) if event.contact else "",
        at=event.occurred_at,
        recorded_at=event.recorded_at,
        method=event.get_method_display(),
        whose=event.get_actor_kind_display(),
        by=str(event.actor),
        source=event.record.source.name,
        trust=event.record.source.trust,
        carried=event.carried,
        notice=event.notice,
        until=event.expires_at,
        evidence=event.evidence,
        customer=customer,
        may_end=event.act in GRANTING or (event.act in ENTERED and event.method in KEYED),
    )
