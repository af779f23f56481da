"""What joining many groups of customers would do to consents: how many would stop, all groups together."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import User
from consent.queries.changes import changes, grouped
from consent.queries.material import material
from consent.queries.permitted import facts_of
from consent.rules.permitting import Facts
from customers.models import Customer
from customers.ports import EffectFact

AT_ONCE = 1_000


def groups_stop(groups: Sequence[Sequence[int]], user: User) -> list[EffectFact]:
    """How many consents would stop if each group of customers (ids) became one; two queries a thousand customers."""
    count = sum(_stopping(slice_) for slice_ in _slices(groups))
    return [EffectFact("mail-off", _("Consents that stop"), count=count)] if count else []


def _slices(groups: Sequence[Sequence[int]]) -> Iterator[list[Sequence[int]]]:
    slice_: list[Sequence[int]] = []
    for group in groups:
        slice_.append(group)
        if sum(len(one) for one in slice_) >= AT_ONCE:
            yield slice_
            slice_ = []
    if slice_:
        yield slice_


def _stopping(groups: Sequence[Sequence[int]]) -> int:
    members = {pk for group in groups for pk in group}
    known = material(customers=members)
    if not known.acts:
        return 0
    rows = Customer.objects.filter(pk__in=members).only("pk", "restricted", "party_type")
    facts = {one.pk: facts_of(one) for one in rows}
    lay = grouped(known)
    becomes, together = {}, dict(facts)
    for number, group in enumerate(groups, start=1):
        becomes[-number] = [record for pk in group for record in lay.get(pk, ())]
        theirs = [facts[pk] for pk in group if pk in facts]
        together[-number] = Facts(
            restricted=any(one.restricted for one in theirs), organisation=all(one.organisation for one in theirs)
        )
    found = changes(known, known, lay, becomes, together, clock.now())
    return sum(not one.allowed for one in found)
