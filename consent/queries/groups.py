"""What joining many groups of customers, or taking some apart, would do to consents, all together: how many would stop
to hold, and how many begin to.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import User
from consent.queries.changes import Change, changes, grouped
from consent.queries.material import material
from consent.queries.permitted import facts_of
from consent.rules.permitting import Facts
from customers.models import Customer
from customers.ports import EffectFact, GroupEffect, Leaving

AT_ONCE = 1_000


def found_changing(groups: Sequence[Sequence[int]], user: User, leaving: Mapping[int, Leaving]) -> dict[str, int]:
    """How many consents would stop, and how many hold that do not now, if each group of customers (ids) became one;
    two queries a thousand customers at most.

    :param leaving: by numbers below zero, which stand in groups like customers, what would leave a customer.
    """
    stop = begin = 0
    for slice_ in _slices(groups):
        found = _changing(slice_, leaving)
        stop += sum(not one.allowed for one in found)
        begin += sum(one.allowed for one in found)
    return {name: count for name, count in (("stop", stop), ("begin", begin)) if count}


def told_changing(found: Mapping[str, int]) -> list[EffectFact]:
    """The same in words."""
    words = ("stop", "mail-off", _("Consents that stop")), ("begin", "mail", _("Consents that begin to hold"))
    return [EffectFact(icon, text, count=found[name]) for name, icon, text in words if name in found]


CONSENTS = GroupEffect(found_changing, told_changing)


def _slices(groups: Sequence[Sequence[int]]) -> Iterator[list[Sequence[int]]]:
    slice_: list[Sequence[int]] = []
    size = 0
    for group in groups:
        slice_.append(group)
        size += len(group)
        if size >= AT_ONCE:
            yield slice_
            slice_, size = [], 0
    if slice_:
        yield slice_


def _changing(groups: Sequence[Sequence[int]], leaving: Mapping[int, Leaving]) -> list[Change]:
    homes = {pk: leaving[pk].customer if pk in leaving else pk for group in groups for pk in group}
    members = set(homes.values())
    known = material(customers=members)
    if not known.acts:
        return []
    rows = Customer.objects.filter(pk__in=members).only("pk", "restricted", "party_type")
    facts = {one.pk: facts_of(one) for one in rows}
    lay = grouped(known)
    gone = {pk: number for number, one in leaving.items() if one.customer in members for pk in one.records}
    told = {record for _purpose, record in known.acts}
    now, found = clock.now(), []
    for group in groups:
        was = {homes[pk]: lay.get(homes[pk], []) for pk in group}
        if told.isdisjoint(record for records in was.values() for record in records):
            continue
        becomes = [record for pk in group for record in lay.get(homes[pk], ()) if gone.get(record, homes[pk]) == pk]
        theirs = [facts[pk] for pk in was if pk in facts]
        together = Facts(
            restricted=any(one.restricted for one in theirs), organisation=all(one.organisation for one in theirs)
        )
        found += changes(known, known, was, {0: becomes}, {**facts, 0: together}, now)
    return found
