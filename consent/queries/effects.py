"""Whose consent a merge would change: what may be done with each customer now, and with all of them as one."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import clock
from cmdm.models import User
from consent.models import ConsentEvent, ContactPoint, Purpose
from consent.queries.contacts import shown
from consent.queries.material import Asked, Material, at_once
from consent.queries.permitted import facts_of
from consent.rules.permitting import Facts, Permission
from customers.models import Customer
from customers.ports import EffectFact

NAMED = 2
Stop = tuple[str, int | None]


def effects(customers: Sequence[Customer], user: User) -> list[EffectFact]:
    """What would stop; nothing for one customer. Three queries at most."""
    if len(customers) < 2:
        return []
    known = at_once([one.pk for one in customers])
    if not known.acts:
        return []
    stops = sorted(set(_stops(known, customers)), key=str)
    if not stops:
        return []
    headline = ngettext("%(n)d consent stops", "%(n)d consents stop", len(stops)) % {"n": len(stops)}
    return [EffectFact("mail-off", headline, _named(stops, customers, user), len(stops))]


def _stops(known: Material, customers: Sequence[Customer]) -> Iterator[Stop]:
    now = clock.now()
    facts = {one.pk: facts_of(one) for one in customers}
    together = as_one(customers)
    everything = [record for one in customers for record in known.records.get(one.pk, ())]
    for key, asked in known.purposes.items():
        for channel in _channels(asked):
            after = known.judged(key, channel, now, everything, together)
            for one in customers:
                before = known.judged(key, channel, now, known.records.get(one.pk, ()), facts[one.pk])
                yield from ((key, contact) for contact in _lost(before, after))


def as_one(customers: Sequence[Customer]) -> Facts:
    """What judging would need to know of them if they were one."""
    facts = [facts_of(one) for one in customers]
    return Facts(restricted=any(one.restricted for one in facts), organisation=all(one.organisation for one in facts))


def _channels(asked: Asked) -> tuple[str, ...]:
    return asked.channels if asked.channel_bound and asked.channels else ("",)


def _lost(before: Permission, after: Permission) -> Iterator[int | None]:
    """The contact points (none: whatever address) that may be used before and not after."""
    if not before.allowed:
        return
    if before.contacts is None:
        if not after.allowed:
            yield None
        else:
            yield from after.refused - before.refused
        return
    yield from (contact for contact in sorted(before.contacts) if not after.admits(contact))


def _named(stops: Sequence[Stop], customers: Sequence[Customer], user: User) -> str:
    """The first of them in words; an address only where a record that the reader may see holds an answer for it."""
    labels = dict(Purpose.objects.filter(key__in=[key for key, _contact in stops]).values_list("key", "label"))
    seen = ConsentEvent.objects.visible_to(user).filter(record__customer__in=[one.pk for one in customers])
    points = ContactPoint.objects.filter(pk__in=[pk for _key, pk in stops if pk], events__in=seen).distinct()
    known = {one.pk: one for one in points}
    said = [
        _("%(purpose)s to %(address)s") % {"purpose": labels[key], "address": shown(known[contact])}
        if contact in known
        else labels[key]
        for key, contact in stops[:NAMED]
    ]
    more = len(stops) - NAMED
    return ", ".join(said) + (" · " + _("%(n)d more") % {"n": more} if more > 0 else "")
