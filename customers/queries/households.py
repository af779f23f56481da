"""Households as one reader may see them: the members that he sees, and nothing that tells of others."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from customers.models import Customer, Household, HouseholdMember, PartyType, SourceRecord
from customers.models.household import MemberQuerySet
from customers.queries import shown
from customers.queries.catalogue import catalogue
from customers.queries.summaries import Summary, summaries
from customers.queries.visible import visible_values

SAID = 30
SHARED = ("address", "phone", "email")
State, Role = HouseholdMember.State, HouseholdMember.Role
ORDER = {Role.HEAD: 0, Role.PARTNER: 1, Role.PARENT: 2, "": 3, Role.CHILD: 4, Role.OTHER: 5}


@dataclass(frozen=True)
class Member:
    """A person of a household: the memberships (ids) by which he is, what he is in it, and who said so.

    ``by``: a person's name; empty for the machine, of which ``model`` is the version of the match model.
    """

    ids: tuple[int, ...]
    who: Summary
    state: str
    role: str
    since: date | None
    by: str
    at: datetime
    model: int | None
    probability: float | None
    may: bool

    @property
    def proposed(self) -> bool:
        return self.state == State.PROPOSED

    @property
    def role_label(self) -> Any:
        return Role(self.role).label if self.role else ""


@dataclass(frozen=True)
class Home:
    """A household with the members that the reader sees; none of them where fewer than two are left."""

    household: Household
    members: tuple[Member, ...]

    @property
    def names(self) -> str:
        return ", ".join(one.who.name for one in self.members)

    @property
    def open(self) -> bool:
        """Whether somebody is still only proposed."""
        return any(one.proposed for one in self.members)

    @property
    def answerable(self) -> list[int]:
        """The memberships of the proposed ones of whom the reader may decide."""
        return [pk for one in self.members if one.proposed and one.may for pk in one.ids]

    @property
    def removable(self) -> list[int]:
        """The memberships of all of whom he may decide."""
        return [pk for one in self.members if one.may for pk in one.ids]


@dataclass(frozen=True)
class Shared:
    """A value that two members or more have in common, and their names."""

    label: str
    text: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What was said of one member at one time; ``by`` is empty for the machine."""

    who: Summary
    label: Any
    role_label: Any
    by: str
    model: int | None
    at: datetime
    change: UUID


def listed(user: User, state: str = "") -> Any:
    """Households for the list: all, or only those of which somebody is proposed, or nobody is.

    Each is asked as it comes, for a page: as a set, all who are proposed would be read first. Those come that may be
    meant, by what stands in the row; what the reader does not see counts for nothing.
    """
    rows = Household.objects.visible_to(user)
    if not state:
        return rows
    rows = rows.filter(asked=True) if state == State.PROPOSED else rows.filter(sure=True)
    waiting = HouseholdMember.objects.visible_to(user).filter(state=State.PROPOSED, household=OuterRef("pk"))
    rows = rows.alias(waiting=Subquery(waiting.order_by().values("pk")[:1]))
    return rows.filter(waiting__isnull=state != State.PROPOSED)


def households_of(customer: Customer, user: User) -> list[Home]:
    """The households of a person, the oldest first; five queries, one where he has none."""
    if customer.party_type != PartyType.PERSON:
        return []
    rows = Household.objects.visible_to(user).of_customers([customer.pk], user)
    return homes(list(rows.order_by("pk")), user)


def homes(households: Sequence[Household], user: User) -> list[Home]:
    """Each of them with its members, in the order given; four queries."""
    if not households:
        return []
    rows = HouseholdMember.objects.standing().filter(household__in=households)
    found = _members(rows, user)
    return [_home(household, found.get(household.pk, [])) for household in households]


def _home(household: Household, members: Sequence[Member]) -> Home:
    """A dissolved one, and one of which the reader sees a single person, look the same."""
    over = household.dissolved_at is not None or len(members) < 2
    return Home(household, () if over else tuple(members))


def known(user: User, key: UUID) -> Household | None:
    """The household of a key, if the reader sees two persons of whom it was said that they belong, or not, to it."""
    household = Household.objects.filter(key=key).first()
    if household is None:
        return None
    rows = HouseholdMember.objects.visible_to(user).filter(household=household)
    return household if rows.values("record__customer").distinct().count() > 1 else None


def _members(rows: MemberQuerySet, user: User) -> dict[int, list[Member]]:
    """By household the persons whom the reader sees, those who are sure first."""
    own = rows.visible_to(user).select_related("record", "said_by")
    by_customer: dict[tuple[int, int], list[HouseholdMember]] = defaultdict(list)
    for row in own.defer("record__raw", "record__values", "record__findings", "record__corrected").order_by("pk"):
        by_customer[row.household_id, row.record.customer_id or 0].append(row)
    who = _who({customer for _household, customer in by_customer}, user)
    decide = access.scope(user, "decide")
    found: dict[int, list[Member]] = defaultdict(list)
    for (household, customer), mine in by_customer.items():
        if customer in who:
            found[household].append(_member(mine, who[customer], decide))
    for members in found.values():
        members.sort(key=lambda one: (one.proposed, ORDER.get(one.role, 9), one.at, one.ids))
    return found


def _who(customers: Iterable[int], user: User) -> dict[int, Summary]:
    rows = Customer.objects.visible_to(user).active().filter(pk__in=set(customers))
    return {one.id: one for one in summaries(list(rows), user)}


def _member(rows: Sequence[HouseholdMember], who: Summary, decide: frozenset[int]) -> Member:
    """Several memberships of one customer count as the surest of them."""
    chosen = min(rows, key=lambda row: (row.state != State.MEMBER, row.pk))
    return Member(
        ids=tuple(row.pk for row in rows),
        who=who,
        state=chosen.state,
        role=chosen.role,
        since=chosen.since,
        by=str(chosen.said_by) if chosen.said_by else "",
        at=chosen.said_at,
        model=chosen.model,
        probability=chosen.probability,
        may={row.record.domain_id for row in rows} <= decide,
    )


def shared(home: Home, user: User) -> list[Shared]:
    """Addresses, numbers and e-mails that two members or more have; five queries. Masked values are left out."""
    known_attributes = catalogue().specs
    names = {one.who.id: one.who.name for one in home.members}
    customers = list(Customer.objects.filter(pk__in=names))
    holders: dict[tuple[str, str], dict[int, Any]] = defaultdict(dict)
    for pk, seen in visible_values(customers, user).items():
        for name in SHARED:
            if name in known_attributes and name not in seen.masked:
                for element in seen.values.get(name, ()):
                    holders[name, _bare(element)][pk] = element
    return [
        Shared(
            label=known_attributes[name].label,
            text=shown.text_of(known_attributes[name], next(iter(found.values()))),
            names=tuple(names[pk] for pk in names if pk in found),
        )
        for (name, _value), found in sorted(holders.items(), key=lambda each: (SHARED.index(each[0][0]), each[0][1]))
        if len(found) > 1
    ]


def _bare(element: Mapping[str, Any]) -> str:
    """The value without what it is used for."""
    return json.dumps({name: value for name, value in element.items() if name != "kind"}, sort_keys=True)


def said(household: Household, user: User) -> list[Said]:
    """What was said of the persons whom the reader sees, the newest first; five queries."""
    past: Any = HouseholdMember.history
    view = SourceRecord.objects.filter(domain__in=access.scope(user, "view")).values("pk")
    rows = list(past.filter(household=household.pk, record__in=view).select_related("said_by").order_by("-pk")[:SAID])
    told = SourceRecord.objects.filter(pk__in=[row.record_id for row in rows])
    told = told.filter(Q(customer__restricted=False) | Q(pk__in=[row.record_id for row in rows if row.said_by_id]))
    where = dict(told.values_list("pk", "customer"))
    who = _who({pk for pk in where.values() if pk}, user)
    return [
        Said(
            who=who[where[row.record_id]],
            label=_("Taken back") if row.history_type == "-" else State(row.state).label,
            role_label=Role(row.role).label if row.role else "",
            by=str(row.said_by) if row.said_by else "",
            model=row.model,
            at=row.history_date,
            change=row.change,
        )
        for row in rows
        if where.get(row.record_id) in who
    ]


def last_change(household: Household, user: User) -> UUID | None:
    """The newest change by which people said something, if the reader may take it back; one query.

    None where that was what an undo left: taken back, it would do again what was undone.
    """
    past: Any = HouseholdMember.history
    before = past.filter(id=OuterRef("pk"), said_at=OuterRef("said_at")).exclude(change=OuterRef("change"))
    rows = HouseholdMember.objects.filter(household=household, said_by__isnull=False)
    rows = rows.order_by("-said_at", "-pk").annotate(restored=Exists(before))
    found = list(rows.values_list("change", "record__domain", "restored"))
    domains = {domain for change, domain, _restored in found if change == found[0][0]}
    mine = access.scope(user, "view") & access.scope(user, "decide")
    return found[0][0] if found and not found[0][2] and domains <= mine else None


def record_of(customer: Customer, user: User) -> SourceRecord | None:
    """The record by which a person is added: the oldest that is open and of which the reader may decide; one query."""
    rows = SourceRecord.objects.visible_to(user).current().filter(customer=customer, about__isnull=True)
    return rows.filter(domain__in=access.scope(user, "decide")).order_by("pk").first()
