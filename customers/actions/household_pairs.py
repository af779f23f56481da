"""Saying whether two households with a person in common are one or two. Nobody is ever merged by it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cmdm import access, audit, clock, events, history
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.actions.household_meetings import meet
from customers.actions.households import CHANGED, dissolve, is_restricted, locked_records, require_free, say
from customers.models import Household, HouseholdMember, HouseholdPair, SourceRecord
from customers.queries.household_people import people_of

State = HouseholdMember.State
Answer = HouseholdPair.Answer


@dataclass(frozen=True)
class Both:
    """Two households, locked, with those who stand in them; the one that goes on comes first."""

    pair: HouseholdPair
    into: Household
    gone: Household
    members: Sequence[HouseholdMember]
    records: Sequence[SourceRecord]

    def of(self, household: Household) -> list[HouseholdMember]:
        return [one for one in self.members if one.household_id == household.pk]

    def in_both(self) -> set[int]:
        """The customers who belong to both, by more than a proposal of who is restricted."""
        mine, theirs = ({one.record.customer_id or 0 for one in self.of(each)} for each in (self.into, self.gone))
        return mine & theirs


@action
def join(pair: HouseholdPair, *, actor: User, people: str) -> Household:
    """They are one household: who belongs to one belongs to the confirmed, or older, one; the other is dissolved.

    Refused once it is answered, or who stands in them is not as it was seen (``people``), or one is restricted.
    """
    both = _held(pair, people, actor)
    require_free(one.record for one in both.members)
    _move(both, actor)
    dissolve([both.gone])
    _answer(both, Answer.ONE, people, actor)
    events.emit("household.dissolved", household=str(both.gone.key))
    return both.into


@action
def keep_two(pair: HouseholdPair, *, actor: User, people: str) -> None:
    """They are two households, and who was shown in both belongs to both. It is not asked again until that changes.

    Refused once it is answered, or who stands in them is not as it was seen (``people``).
    """
    both = _held(pair, people, actor)
    shared = both.in_both()
    waiting = [one for one in both.members if one.state == State.PROPOSED and one.record.customer_id in shared]
    if waiting:
        say(waiting, state=State.MEMBER, said_by=actor, said_at=clock.now())
    _answer(both, Answer.TWO, people, actor)


def _held(pair: HouseholdPair, people: str, actor: User) -> Both:
    """Both households with all who stand in them, locked; in the right of whoever acts for every one of them."""
    ends = (pair.left_id, pair.right_id)
    standing = HouseholdMember.objects.standing().filter(household__in=ends)
    records = {row.pk: row for row in locked_records(set(standing.values_list("record", flat=True)))}
    if records:
        access.require(actor, "decide", *records.values())
    homes = list(Household.objects.standing().filter(pk__in=ends).locked())
    held = HouseholdPair.objects.filter(pk=pair.pk, answer="").locked().first()
    members = list(standing.locked())
    known = {one.record_id for one in members} <= records.keys()
    if held is None or len(homes) != 2 or not known or people_of([ends])[ends] != people:
        raise Refused(CHANGED)
    for one in members:
        one.record = records[one.record_id]
    # Of who is restricted nothing is done that only the machine says.
    free = [one for one in members if one.state == State.MEMBER or not is_restricted(one.record)]
    into, gone = sorted(homes, key=lambda one: (not one.sure, one.pk))
    both = Both(held, into, gone, free, [one.record for one in free])
    if not both.in_both():
        raise Refused(CHANGED)
    return both


def _move(both: Both, actor: User) -> None:
    """Who stands in the one that goes comes to the other as he is; whom people took out there comes only by people."""
    known: dict[int, list[HouseholdMember]] = defaultdict(list)
    for one in both.into.members.select_related("record").locked():
        known[one.record.customer_id or 0].append(one)
    fresh = []
    for one in both.of(both.gone):
        there = known[one.record.customer_id or 0]
        told = {each.state for each in there}
        if not there:
            fresh.append(_copied(one, both.into, actor))
        elif one.state == State.MEMBER and State.MEMBER not in told:
            chosen = [each for each in there if each.state == State.PROPOSED] or there
            say(chosen, state=State.MEMBER, role=one.role, since=one.since, said_by=actor, said_at=clock.now())
    made = HouseholdMember.objects.bulk_create(fresh)
    history.keep(HouseholdMember, [one.pk for one in made], history.ADDED)


def _copied(one: HouseholdMember, into: Household, actor: User) -> HouseholdMember:
    sure = one.state == State.MEMBER
    return HouseholdMember(
        household=into,
        record=one.record,
        state=one.state,
        role=one.role,
        since=one.since,
        model=one.model,
        probability=one.probability,
        said_by=actor if sure else None,
        said_at=clock.now(),
        change=change_id(),
    )


def _answer(both: Both, answer: Answer, people: str, actor: User) -> None:
    row = HouseholdPair.objects.filter(pk=both.pair.pk)
    row.update(answer=answer, people=people, said_by=actor, said_at=clock.now(), change=change_id())
    history.keep(HouseholdPair, [both.pair.pk], history.CHANGED)
    meet([both.into.pk, both.gone.pk])
    deed = {Answer.ONE: "household.joined", Answer.TWO: "household.kept_two"}[answer]
    audit.record(actor, deed, both.into, domains={row.domain_id for row in both.records})
    events.emit("household.changed", household=str(both.into.key))
