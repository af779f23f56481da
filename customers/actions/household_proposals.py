"""Households that the machine proposes: many at once, and never against what a person said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from cmdm import access, audit, clock, events, history
from cmdm.actions import action, change_id
from cmdm.database.copying import insert_many
from cmdm.models import User
from customers.actions.household_meetings import meet
from customers.actions.households import found_many
from customers.models import Customer, Household, HouseholdMember, PartyType, SourceRecord

State = HouseholdMember.State
# One index after the other, whatever statistics say: those of a freshly filled hub would have all records read for each
# of the many batches.
OF_CUSTOMERS = """
    SELECT mine.household_id, told.customer_id FROM unnest(%s::bigint[]) AS wanted (id)
     CROSS JOIN LATERAL (SELECT id, customer_id FROM customers_sourcerecord WHERE customer_id = wanted.id OFFSET 0) told
     CROSS JOIN LATERAL (SELECT household_id FROM customers_householdmember WHERE record_id = told.id OFFSET 0) mine
"""
OF_HOUSEHOLDS = """
    SELECT mine.household_id, told.customer_id FROM unnest(%s::bigint[]) AS wanted (id)
     CROSS JOIN LATERAL (
           SELECT household_id, record_id FROM customers_householdmember WHERE household_id = wanted.id OFFSET 0) mine
     CROSS JOIN LATERAL (SELECT customer_id FROM customers_sourcerecord WHERE id = mine.record_id OFFSET 0) told
"""


@dataclass(frozen=True)
class Proposal:
    """Who is to be proposed for a household (its id, 0: a new one): records with their probabilities.

    ``leaving``: memberships (ids) that the machine proposed and proposes no longer.
    """

    household: int
    joining: Mapping[int, float] = field(default_factory=dict)
    leaving: tuple[int, ...] = ()


@dataclass(frozen=True)
class Proposed:
    """What became of proposals: households that are new, others that changed, and those that are gone."""

    formed: int = 0
    changed: int = 0
    gone: int = 0

    def __add__(self, other: "Proposed") -> "Proposed":
        return Proposed(self.formed + other.formed, self.changed + other.changed, self.gone + other.gone)


@action
def propose(proposals: Sequence[Proposal], *, model: int, actor: User) -> Proposed:
    """Keep proposals of one version of the match model. Who is in a household by now, or was taken out, is left out.

    Refused (PermissionDenied) without ``decide`` in every domain.
    """
    access.require_everywhere(actor, "decide")
    owners = _owners(proposals)
    old = Household.objects.standing().filter(pk__in=[one.household for one in proposals if one.household])
    standing = {one.pk: one for one in old.locked()}
    told = _told_already(owners, standing)
    new = [one for one in proposals if not one.household and _is_new(one, owners, told)]
    continued = [one for one in proposals if one.household in standing]
    founded = dict(zip(map(id, new), found_many(len(new)), strict=True))
    rows = [
        HouseholdMember(
            household_id=founded[id(one)].pk if id(one) in founded else one.household,
            record_id=record,
            state=State.PROPOSED,
            probability=probability,
            model=model,
            said_at=clock.now(),
            change=change_id(),
        )
        for one in (*new, *continued)
        for record, probability in one.joining.items()
        if record in owners and owners[record] not in told.get(one.household, ())
    ]
    history.keep(HouseholdMember, [row.pk for row in insert_many(rows)], history.ADDED)
    gone = _withdraw(continued)
    meet([*standing, *(one.pk for one in founded.values())])
    topics = {pk: "household.dissolved" if pk in gone else "household.changed" for pk in standing}
    standing |= {one.pk: one for one in founded.values()}
    events.emit_many(
        events.Event(topics.get(pk, "household.formed"), payload={"household": str(one.key)})
        for pk, one in standing.items()
    )
    made = Proposed(len(new), len(continued) - len(gone), len(gone))
    audit.record(
        actor, "household.proposed", counts={"formed": made.formed, "changed": made.changed, "gone": made.gone}
    )
    return made


def _owners(proposals: Sequence[Proposal]) -> dict[int, int]:
    """Of the records that are to join, locked after their customers, the current ones who are not restricted."""
    wanted = {record for one in proposals for record in one.joining}
    rows = SourceRecord.objects.current().filter(pk__in=wanted, party_type=PartyType.PERSON)
    free = Customer.objects.active().filter(pk__in=rows.order_by().values("customer"), restricted=False)
    held = list(free.locked().values_list("pk", flat=True))
    return dict(rows.filter(customer__in=held).locked().values_list("pk", "customer"))


def _told_already(owners: Mapping[int, int], standing: Mapping[int, Household]) -> dict[int, set[int]]:
    """By household the customers that are in it, or were taken out of it, as far as they matter here; two queries."""
    found: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        for asked, chosen in ((OF_CUSTOMERS, set(owners.values())), (OF_HOUSEHOLDS, standing)):
            cursor.execute(asked, [list(chosen)])
            for household, customer in cursor.fetchall():
                found.setdefault(household, set()).add(customer)
    return found


def _is_new(one: Proposal, owners: Mapping[int, int], told: Mapping[int, set[int]]) -> bool:
    """Two persons or more of whom no two stand in a household together, or did."""
    customers = {owners[record] for record in one.joining if record in owners}
    whole = len(customers) == len(one.joining) > 1
    return whole and all(len(known & customers) < 2 for known in told.values())


def _withdraw(proposals: Sequence[Proposal]) -> set[int]:
    """Take back what the machine alone proposed; the households (ids) that are dissolved by it."""
    leaving = [pk for one in proposals for pk in one.leaving]
    rows = HouseholdMember.objects.filter(pk__in=leaving, state=State.PROPOSED).locked()
    chosen = [row.pk for row in rows]
    history.keep(HouseholdMember, chosen, history.REMOVED)
    HouseholdMember.objects.filter(pk__in=chosen).delete()
    touched = [one.household for one in proposals if one.leaving]
    kept: dict[int, int] = dict.fromkeys(touched, 0)
    for household in (
        HouseholdMember.objects.standing().filter(household__in=touched).values_list("household", flat=True)
    ):
        kept[household] += 1
    gone = {pk for pk, count in kept.items() if count < 2}
    Household.objects.filter(pk__in=gone).update(dissolved_at=clock.now(), change=change_id())
    history.keep(Household, gone, history.CHANGED)
    return gone
