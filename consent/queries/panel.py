"""What a customer said and what follows from it, as the customer page shows them: apart from each other.

*Recorded* is what the records say (the fold of each, the meet of all). *Effective* is whether data may be used now:
that also depends on the basis, the countries, age, a restriction. Both are of all records, also of those that the
reader may not see: a refusal there counts here. Who said it, when and for which address is told of visible records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import clock
from cmdm.models import User
from cmdm.templatetags.hub import short_date
from consent.models import Channel, Kind, Purpose
from consent.queries.acts import Line, acts_of, lines
from consent.queries.material import Material, material
from consent.queries.permitted import facts_of
from consent.rules.folding import Act, Because, Standing, State, conflicting, fold, line, meet
from consent.rules.permitting import Facts, Permission, Why
from customers.models import Customer

Scope = tuple[str, int | None]
CHANNELS = dict(Channel.choices)
WHY: Mapping[str, Any] = {
    Why.GRANTED: gettext_lazy("agreed"),
    Why.NOT_OBJECTED: gettext_lazy("nobody objected"),
    Why.CONTRACT: gettext_lazy("contract, consent not needed"),
    Why.LEGAL: gettext_lazy("required by law, consent not needed"),
    Why.NO_STATEMENT: gettext_lazy("no answer"),
    Why.PENDING: gettext_lazy("not confirmed yet"),
    Why.EXPIRED: gettext_lazy("the consent has expired"),
    Why.DENIED: gettext_lazy("a refusal counts"),
    Why.RESTRICTED: gettext_lazy("the customer is restricted"),
    Why.TOO_YOUNG: gettext_lazy("too young; a guardian has to agree"),
    Why.AGE_UNKNOWN: gettext_lazy("the age is not known"),
    Why.CAME_OF_AGE: gettext_lazy("came of age; has to agree again"),
    Why.NO_PURPOSE: gettext_lazy("the purpose is not in use"),
    Why.NO_CHANNEL: gettext_lazy("the purpose has no such channel"),
}


@dataclass(frozen=True)
class Badge:
    """Tone, icon and word of a state."""

    tone: str
    icon: str
    label: Any


NOTHING = Badge("none", "circle-dashed", gettext_lazy("No answer"))
UNOPPOSED = Badge("", "circle-check", gettext_lazy("Allowed"))
TWO = Badge("possible", "circle-half", gettext_lazy("Two answers"))
PENDING = Badge("", "hourglass", gettext_lazy("Pending"))
EXPIRED = Badge("", "clock", gettext_lazy("Expired"))
GRANTED = Badge("granted", "circle-check", gettext_lazy("Granted"))
DENIED = {
    "refused": Badge("refused", "circle-minus", gettext_lazy("Refused")),
    "withdrawn": Badge("refused", "circle-minus", gettext_lazy("Withdrawn")),
    "objected": Badge("refused", "circle-minus", gettext_lazy("Objected")),
}
OTHER = {
    Kind.CONTRACT: Badge("", "file-check", gettext_lazy("Contract")),
    Kind.LEGAL: Badge("", "file-check", gettext_lazy("Law")),
}


@dataclass(frozen=True)
class Said:
    """One channel and address: what is recorded, by whom, and whether it may be used."""

    channel: Any
    contact: str
    recorded: Badge
    by: Line | None
    allowed: bool
    why: Any
    conflict: bool
    hidden: bool = False
    code: str = ""


@dataclass(frozen=True)
class Row:
    """One purpose. ``badge`` and ``detail`` sum it up."""

    purpose: Purpose
    badge: Badge
    detail: str
    said: tuple[Said, ...]
    asks: bool

    @property
    def conflict(self) -> bool:
        return any(one.conflict for one in self.said)

    @property
    def tone(self) -> str:
        """Of the icon before it."""
        return {"granted": "same", "refused": "different", "possible": "possible"}.get(self.badge.tone, "grey")


def consents_of(customer: Customer, user: User, *, every: bool = False) -> list[Row]:
    """A row a purpose in use; three queries. With ``every`` also the retired ones that somebody answered to."""
    return consents_of_many([customer], user, every=every)[customer.pk]


def consents_of_many(customers: Sequence[Customer], user: User, *, every: bool = False) -> dict[int, list[Row]]:
    """The same for many customers, by their ids; three queries in all."""
    purposes = list(Purpose.objects.all())
    if not purposes or not customers:
        return {one.pk: [] for one in customers}
    ids = [one.pk for one in customers]
    known = material(customers=ids, purposes=[one.key for one in purposes])
    seen = {line.id: line for line in lines(list(acts_of(user).filter(record__customer__in=ids)), user)}
    labels, now = {one.pk: one.label for one in purposes}, clock.now()
    found = {}
    for customer in customers:
        reader = Reader(known.records.get(customer.pk, []), facts_of(customer), known, seen, labels, now)
        rows = [reader.row(one) for one in purposes]
        found[customer.pk] = [
            row for row in rows if row.purpose.state == Purpose.State.PUBLISHED or (every and row.said)
        ]
    return found


@dataclass(frozen=True)
class Reader:
    """What was read for one customer, or for several as if they were one."""

    records: Sequence[int]
    facts: Facts
    known: Material
    seen: Mapping[int, Line]
    labels: Mapping[int, str]
    now: datetime

    def row(self, purpose: Purpose) -> Row:
        """Everything about one purpose."""
        if purpose.kind in OTHER:
            badge, why = OTHER[Kind(purpose.kind)], Why.CONTRACT if purpose.kind == Kind.CONTRACT else Why.LEGAL
            return Row(purpose, badge, str(WHY[why]), (), False)
        acts = [found for record in self.records if (found := self.known.said(purpose.pk, record))]
        scopes = sorted({(act.channel, act.contact) for found in acts for act in found}, key=_order)
        said = tuple(self._said(purpose, acts, scope) for scope in scopes)
        badge, detail = self._summary(purpose, said)
        return Row(purpose, badge, detail, said, True)

    def _said(self, purpose: Purpose, acts: Sequence[Sequence[Act]], scope: Scope) -> Said:
        standings = [fold(found, *scope, self.now) for found in acts]
        together, two = meet(standings), conflicting(standings)
        named = {act.id for found in acts for act in found if (act.channel, act.contact) == scope}
        visible = [self.seen[pk] for pk in named if pk in self.seen]
        by = self.seen.get(together.by.id) if together.by else None
        permission = self.known.judged(purpose.key, scope[0] or _any(purpose), self.now, self.records, self.facts)
        allowed = permission.admits(scope[1]) if scope[1] or not permission.contacts else permission.allowed
        return Said(
            channel=CHANNELS.get(scope[0], _("Every channel")),
            contact=_address(scope, visible),
            recorded=TWO if two else badge_of(together),
            by=by,
            allowed=allowed,
            why=self._through(purpose, together) or _why(permission, allowed, two),
            conflict=two,
            hidden=bool(together.by) and by is None,
            code=scope[0],
        )

    def _through(self, purpose: Purpose, standing: Standing) -> str:
        """That the no was said to what the purpose is part of."""
        if standing.by is None or not standing.by.level or standing.state != State.DENIED:
            return ""
        whole = line(self.known.parents, purpose.pk)[standing.by.level]
        return _("refused as a part of “%(purpose)s”") % {"purpose": self.labels[whole]}

    def _summary(self, purpose: Purpose, said: Sequence[Said]) -> tuple[Badge, str]:
        """The one state that says most, and its address and day."""
        if not said:
            silent = purpose.kind == Kind.OPT_OUT
            return (UNOPPOSED, _("nobody objected")) if silent else (NOTHING, _("never asked"))
        first = min(said, key=_weight)
        if first.conflict:
            return TWO, _("yes and no: counts as no")
        more = len(said) - 1
        parts = [first.contact, date_words(first)] + ([_("%(n)d more") % {"n": more}] if more else [])
        return first.recorded, " · ".join(part for part in parts if part)


def _order(scope: Scope) -> tuple[str, int]:
    return scope[0], scope[1] or 0


def _any(purpose: Purpose) -> str:
    """A channel to judge a statement by that names none."""
    return purpose.channels[0] if purpose.channels and purpose.channel_bound else ""


def _address(scope: Scope, visible: Sequence[Line]) -> str:
    if scope[1] is None:
        return _("every address")
    return visible[0].contact if visible else _("an address of a domain you may not see")


def _why(permission: Permission, allowed: bool, two: bool) -> Any:
    if two and not allowed:
        return _("yes and no: counts as no")
    if permission.allowed and not allowed:
        return _("not for this address")
    return WHY[permission.why]


def badge_of(standing: Standing) -> Badge:
    """What a standing looks like."""
    if standing.state == State.DENIED and standing.by:
        return DENIED[standing.by.act]
    if standing.state == State.GRANTED:
        return GRANTED
    if standing.because == Because.PENDING:
        return PENDING
    return EXPIRED if standing.because else NOTHING


def _weight(one: Said) -> tuple[int, bool]:
    ranks = {TWO.icon: 0, "circle-minus": 1, GRANTED.icon: 2, PENDING.icon: 3, EXPIRED.icon: 4}
    return ranks.get(one.recorded.icon, 5), not one.allowed


def date_words(one: Said) -> str:
    """When it was said."""
    return short_date(one.by.at) if one.by else ""


def history_of(customer: Customer, user: User) -> list[Line]:
    """Every act on the visible records of a customer, the newest first; one query."""
    return lines(list(acts_of(user).filter(record__customer=customer).order_by("-pk")), user)
