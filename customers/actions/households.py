"""Households: forming them, saying who belongs to them, and taking that back. Nobody is ever merged by it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, audit, clock, events, history, ids
from cmdm.actions import Refused, action, change_id
from cmdm.database.copying import drawn, insert_many
from cmdm.models import User
from customers.actions.household_meetings import meet
from customers.models import Customer, Household, HouseholdMember, HouseholdPair, PartyType, SourceRecord

CHANGED = gettext_lazy("This household has changed since. Look at it again.")
State = HouseholdMember.State


@action
def form(records: Sequence[SourceRecord], *, actor: User) -> Household:
    """A household of the customers of these records, each confirmed. Refused unless they are two persons or more."""
    rows = _persons(records, actor)
    if len({row.customer_id for row in rows}) < 2:
        raise Refused(_("A household needs two different persons."))
    made = found_many(1)[0]
    _put(made, rows, actor)
    _told("household.formed", made, rows, actor)
    return made


@action
def add(household: Household, record: SourceRecord, *, actor: User, role: str = "", since: date | None = None) -> None:
    """Add a person by one of his records. Refused for an organisation, or who belongs to it already."""
    [row] = _persons([record], actor)
    held = _held(household)
    rows = held.members.standing().filter(record__customer=row.customer_id, record__domain__in=_decided_by(actor))
    mine = list(rows.locked())
    if any(one.state == State.MEMBER for one in mine):
        raise Refused(_("This person belongs to it already."))
    if mine:
        say(mine, state=State.MEMBER, said_by=actor, said_at=clock.now(), role=role, since=since)
    else:
        _put(held, [row], actor, role=role, since=since)
    _told("household.changed", held, [row], actor)


@action
def confirm(household: Household, members: Collection[int], *, actor: User) -> None:
    """Say that proposed members (ids) do belong to it. Refused where one is proposed no longer, or restricted."""
    rows = _their_records(members, actor)
    require_free(rows)
    held = _held(household)
    found = _members(held, members, State.PROPOSED)
    say(found, state=State.MEMBER, said_by=actor, said_at=clock.now())
    _told("household.changed", held, rows, actor)


@action
def describe(
    household: Household, members: Collection[int], *, actor: User, role: str = "", since: date | None = None
) -> None:
    """Say what a member (by the ids of his memberships) is in it, and since when.

    Refused where he is out of it, or restricted.
    """
    rows = _their_records(members, actor)
    require_free(rows)
    held = _held(household)
    found = _members(held, members, State.PROPOSED, State.MEMBER)
    say(found, role=role, since=since, state=State.MEMBER, said_by=actor, said_at=clock.now())
    _told("household.changed", held, rows, actor)


@action
def take_out(household: Household, members: Collection[int], *, actor: User) -> None:
    """Say that members (ids) do not belong to it; with fewer than two left it is dissolved. Refused where one is out.

    No machine proposes them for it again.
    """
    rows = _their_records(members, actor)
    held = _held(household)
    found = _members(held, members, State.PROPOSED, State.MEMBER)
    say(found, state=State.OUT, said_by=actor, said_at=clock.now())
    over = held.members.standing().count() < 2
    if over:
        dissolve([held])
    _told("household.dissolved" if over else "household.changed", held, rows, actor)


@action
def undo(household: Household, change: UUID, *, actor: User) -> None:
    """Make what one change said of a household unsaid; what it said of two with a person in common, of both.

    Refused once something else was said of the same members.
    """
    pairs = HouseholdPair.objects.filter(Q(left=household.pk) | Q(right=household.pk), change=change).answered()
    both = [pk for ends in pairs.values_list("left", "right") for pk in ends] or [household.pk]
    mine = HouseholdMember.objects.filter(household__in=both)
    said = mine.standing() if len(both) > 1 else mine.filter(change=change)
    rows = _their_records(list(said.values_list("pk", flat=True)), actor)
    held = list(Household.objects.filter(pk__in=both).locked())
    asked = list(pairs.locked())
    if len(held) != len(both) or len(asked) != len(both) - 1 or not rows:
        raise Refused(CHANGED)
    if any(_overtaken(one, change) for one in held):
        raise Refused(CHANGED)
    _take_back(asked, change)
    _take_back(mine.filter(change=change).locked(), change)
    if len(both) == 1:
        meet(both)  # What is asked about a household that was founded by the change goes before it does.
    _take_back(Household.objects.filter(pk__in=both, change=change), change)
    meet(both)
    audit.record(actor, "household.undone", household, domains={row.domain_id for row in rows})
    for one in held:
        events.emit("household.undone", household=str(one.key))


@action
def join(left: SourceRecord, right: SourceRecord, *, actor: User) -> None:
    """Two persons live together, as somebody said: both belong to one household, an old one or a new one.

    The household that both are in counts first, then the older of those that one is in; only by records of domains
    where whoever acts decides. Organisations have none, and who is restricted is drawn into none.
    """
    if {left.party_type, right.party_type} != {PartyType.PERSON.value} or is_restricted(left) or is_restricted(right):
        return
    known = {one: _of_customer(one, actor) for one in (left, right)}
    both = sorted(known[left].keys() & known[right].keys())
    either = sorted(known[left].keys() | known[right].keys())
    chosen = (both or either)[:1]
    held = Household.objects.standing().filter(pk__in=chosen).locked().first() or found_many(1)[0]
    for one in (left, right):
        waiting = [pk for pk, state in known[one].get(held.pk, ()) if state == State.PROPOSED]
        if waiting:
            say(_members(held, waiting, State.PROPOSED), state=State.MEMBER, said_by=actor, said_at=clock.now())
        elif held.pk not in known[one]:
            _put(held, [one], actor)
    _told("household.changed" if held.pk in chosen else "household.formed", held, (left, right), actor)


@action
def part(left: SourceRecord, right: SourceRecord, *, actor: User) -> None:
    """Two live together no longer: a household of just these two is over. Of a larger one nobody said who left.

    One in which somebody belongs by a record of a domain where whoever acts does not decide is left as it is.
    """
    mine = _decided_by(actor)
    known = [_of_customer(one, actor).keys() for one in (left, right)]
    for held in Household.objects.standing().filter(pk__in=known[0] & known[1]).locked():
        found = list(held.members.standing().select_related("record").locked())
        both = {one.record.customer_id for one in found} == {left.customer_id, right.customer_id}
        if both and {one.record.domain_id for one in found} <= mine:
            say(found, state=State.OUT, said_by=actor, said_at=clock.now())
            dissolve([held])
            _told("household.dissolved", held, (left, right), actor)


@action
def end_of_change(change: UUID, *, actor: User) -> None:
    """Unsay what one change said of households, as far as nothing else was said since (its answer is taken back)."""
    of = HouseholdMember.objects.filter(change=change).values("household")
    for held in Household.objects.filter(pk__in=of).locked():
        if not _overtaken(held, change):
            _take_back(held.members.filter(change=change).locked(), change)
            meet([held.pk])
            _take_back(Household.objects.filter(pk=held.pk, change=change), change)
            events.emit("household.undone", household=str(held.key))


def found_many(count: int) -> list[Household]:
    """New households without members yet."""
    made = [Household(pk=pk, number=ids.household_number(pk), change=change_id()) for pk in drawn(Household, count)]
    insert_many(made)
    history.keep(Household, [one.pk for one in made], history.ADDED)
    return made


def locked_records(chosen: Collection[int]) -> list[SourceRecord]:
    """These records (ids), locked, and their customers before them: nobody restricts or merges one meanwhile.

    Refused where one has come to another customer just now.
    """
    wanted = SourceRecord.objects.filter(pk__in=chosen)
    owners = list(Customer.objects.filter(pk__in=wanted.values("customer")).only("pk").locked())
    rows = list(wanted.select_related("customer").locked().defer("raw", "findings"))
    if {row.customer_id for row in rows if row.customer_id} - {one.pk for one in owners}:
        raise Refused(_("One of these customers has changed since. Look at them again."))
    return rows


def is_restricted(record: SourceRecord) -> bool:
    """Nothing more is done with what is known of its customer."""
    return record.customer is not None and record.customer.restricted


def _persons(records: Iterable[SourceRecord], actor: User) -> list[SourceRecord]:
    """The records, locked; in the right of whoever acts."""
    rows = locked_records({record.pk for record in records})
    access.require(actor, "decide", *rows)
    if any(row.party_type != PartyType.PERSON for row in rows):
        raise Refused(_("Only persons belong to a household."))
    if any(row.customer is None or row.customer.status != Customer.Status.ACTIVE for row in rows):
        raise Refused(_("Only current customers belong to a household."))
    require_free(rows)
    return rows


def _their_records(members: Collection[int], actor: User) -> list[SourceRecord]:
    """The records of these memberships, locked; in the right of whoever acts."""
    chosen = HouseholdMember.objects.filter(pk__in=members).values_list("record", flat=True)
    rows = locked_records(set(chosen))
    if rows:
        access.require(actor, "decide", *rows)
    return rows


def require_free(records: Iterable[SourceRecord]) -> None:
    """Refused where one of their customers is restricted."""
    if any(is_restricted(row) for row in records):
        raise Refused(_("This customer cannot be changed."))


def _held(household: Household) -> Household:
    """The household, locked. Refused when it is over."""
    held = Household.objects.standing().filter(pk=household.pk).locked().first()
    if held is None:
        raise Refused(_("This household has been dissolved."))
    return held


def _members(household: Household, chosen: Collection[int], *states: str) -> list[HouseholdMember]:
    """These memberships, locked, in one of these states. Refused where one of them is not."""
    found = list(household.members.filter(pk__in=chosen, state__in=states).locked())
    if not found or len(found) != len(set(chosen)):
        raise Refused(CHANGED)
    return found


def _decided_by(actor: User) -> frozenset[int]:
    """The domains of whose records he may say anything; what others say by theirs is theirs."""
    return access.scope(actor, "decide")


def _of_customer(record: SourceRecord, actor: User) -> dict[int, list[tuple[int, str]]]:
    """The households of the customer of a record, each with the ids and states of those of his memberships in it of
    which the actor decides.
    """
    rows = HouseholdMember.objects.standing().filter(record__customer=record.customer_id)
    rows = rows.filter(household__dissolved_at__isnull=True, record__domain__in=_decided_by(actor))
    found: dict[int, list[tuple[int, str]]] = {}
    for household, pk, state in rows.values_list("household", "pk", "state"):
        found.setdefault(household, []).append((pk, state))
    return found


def _put(household: Household, records: Sequence[SourceRecord], actor: User, **said: Any) -> None:
    """Make these records memberships that a person confirmed; a membership that there is already becomes one."""
    known = {one.record_id: one for one in household.members.filter(record__in=records).locked()}
    own = {"state": State.MEMBER, "said_by": actor, "said_at": clock.now(), **said}
    again = [known[row.pk] for row in records if row.pk in known]
    if again:
        say(again, **own)
    fresh = [
        HouseholdMember(household=household, record=row, change=change_id(), **own)
        for row in records
        if row.pk not in known
    ]
    made = HouseholdMember.objects.bulk_create(fresh)
    history.keep(HouseholdMember, [one.pk for one in made], history.ADDED)


def say(members: Sequence[HouseholdMember], **fields: Any) -> None:
    """Keep what a person said of locked memberships."""
    chosen = [one.pk for one in members]
    HouseholdMember.objects.filter(pk__in=chosen).update(**fields, change=change_id())
    history.keep(HouseholdMember, chosen, history.CHANGED)


def dissolve(households: Sequence[Household]) -> None:
    """Locked households are over."""
    chosen = [one.pk for one in households]
    Household.objects.filter(pk__in=chosen).update(dissolved_at=clock.now(), change=change_id())
    history.keep(Household, chosen, history.CHANGED)


def _overtaken(household: Household, change: UUID) -> bool:
    """Whether something else was said since of a member that a change told of, or of the whole.

    Of a household that the change founded any other member is, and that it is not one with another household.
    """
    past: Any = HouseholdMember.history
    others = household.members.exclude(change=change)
    if history.versions_of(household).exclude(change=change).exists():
        others = others.filter(pk__in=past.filter(household=household.pk, change=change).values("id"))
    elif HouseholdPair.objects.answered().filter(Q(left=household.pk) | Q(right=household.pk)).exists():
        return True
    return others.exists() or (household.dissolved_at is not None and household.change != change)


def _take_back(rows: Any, change: UUID) -> None:
    """Each row as it was before a change; one that the change made is gone."""
    for row in rows:
        model = type(row)
        before = history.versions_of(row).exclude(change=change).first()
        if before is None:
            history.keep(model, [row.pk], history.REMOVED)
            row.delete()
            continue
        fields = {
            one.attname: getattr(before, one.attname)
            for one in model._meta.local_concrete_fields
            if one.name not in ("id", "change") and hasattr(before, one.attname)
        }
        model.objects.filter(pk=row.pk).update(**fields, change=change_id())
        history.keep(model, [row.pk], history.CHANGED)


def _told(deed: str, household: Household, records: Iterable[SourceRecord], actor: User) -> None:
    meet([household.pk])
    audit.record(actor, deed, household, domains={row.domain_id for row in records})
    events.emit(deed, household=str(household.key))
