"""The machine proposes households: persons whom the model takes for related, at one address or with one number.

All persons are compared by set, in a job of its own: nothing of it is done while records come in. What people said of
households, of pairs and of relations stands: who was taken out of one is not proposed for it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, jobs
from cmdm.actions import Refused, action
from cmdm.models import Job, User
from customers.actions.household_meetings import ask_about
from customers.actions.household_proposals import Proposal, Proposed, propose
from customers.actions.loads import JOB as LOADING
from customers.models import Customer, Household, HouseholdMember, HouseholdPair, PartyType, Relation
from matching.actions.comparing import FEW, Progress
from matching.engine.bulk.blocking import block, pairs
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, over_slices
from matching.engine.households import Pair, at_home, continued, households
from matching.engine.model import Model
from matching.models import Candidate, Verdict
from matching.queries.models import models_in_force
from matching.queries.stored import Stored, comparable, stored

NAME = "matching.households"
BATCH = 500
DAY = timedelta(days=1)
_LOCK_SPACE = 0x6873  # first half of the two-part advisory lock: asking once a day
RELATED = 0.5  # from here on related is the likeliest answer
State = HouseholdMember.State


@dataclass
class Known:
    """What is known of households, by customer: who belongs by what people said, and by which proposals (ids).

    ``asked``: households that share a person with another, of which people have not said yet whether they are one.
    """

    members: dict[int, set[int]] = field(default_factory=dict)
    proposed: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    apart: set[Pair] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)

    def standing(self, edges: Mapping[Pair, float]) -> dict[int, set[int]]:
        """Who stays together: whom people confirmed, and of what is asked about also who is still related to one."""
        found = dict(self.members)
        for household in self.asked & self.proposed.keys():
            waiting = self.proposed[household].keys()
            persons = self.members.get(household, set()) | waiting
            kept = {one for one in waiting if any(_pair(one, other) in edges for other in persons if one != other)}
            if kept:
                found[household] = self.members.get(household, set()) | kept
        return found


@dataclass(frozen=True)
class Kin:
    """Related customers: how surely each pair is, and of each customer the record that says so most clearly."""

    edges: dict[Pair, float]
    record: dict[int, int]
    share: dict[int, float]


@action
def ask(*, actor: User) -> Job:
    """Have households proposed. Refused while that is being done; PermissionDenied without ``decide`` everywhere."""
    access.require_everywhere(actor, "decide")
    if Job.objects.unfinished().filter(name=NAME).exists():
        raise Refused(_("This is being done already."))
    made = jobs.enqueue(NAME, actor=actor)
    audit.record(actor, "household.proposals_asked", made)
    return made


@action
def ask_daily(*, actor: User) -> Job | None:
    """Have households proposed once a day, where somebody changed since. Not while that, or a load, is under way.

    Two relays ask in turn. Refuses nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK_SPACE])
    if Job.objects.unfinished().filter(name__in=(NAME, LOADING)).exists():
        return None
    last = Job.objects.filter(name=NAME).aggregate(at=Max("created_at"))["at"]
    changed = Customer.objects.all()
    if last is not None:
        changed = changed.filter(changed_at__gte=last)
    if (last is not None and last > clock.now() - DAY) or not changed.exists():
        return None
    made = jobs.enqueue(NAME, actor=actor)
    audit.record(actor, "household.proposals_asked", made)
    return made


def run(*, actor: User, report: Progress) -> Proposed:
    """Compare all persons and keep what follows as proposals, batch by batch; what a run that was cut off kept, the
    next one finds.

    Refused (PermissionDenied) without ``decide`` in every domain.
    """
    access.require_everywhere(actor, "decide")
    chosen = models_in_force().get(PartyType.PERSON)
    if chosen is None:
        return Proposed()
    rows = comparable(PartyType.PERSON).filter(customer__restricted=False)
    _ask_of_pairs(report, actor)
    known = known_of()
    found = related(chosen.model, stored(chosen.model, rows), report)
    proposals = list(_proposals(found, known))
    made = Proposed()
    for start in range(0, len(proposals), BATCH):
        report(start, len(proposals), _("Proposing households"))
        made += propose(proposals[start : start + BATCH], model=chosen.version, actor=actor)
    return made


def _ask_of_pairs(report: Progress, actor: User) -> None:
    """Those that have come to share a person unnoticed are asked about first: what is asked about is left as it is."""
    standing = list(Household.objects.standing().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(standing), BATCH):
        report(start, len(standing), _("Comparing households"))
        ask_about(standing[start : start + BATCH], actor=actor)


def known_of() -> Known:
    """What people and the machine said so far; seven queries."""
    known = Known()
    told: dict[int, list[tuple[int, str]]] = {}
    rows = HouseholdMember.objects.filter(record__customer__isnull=False)
    named = rows.values_list("pk", "household", "household__dissolved_at", "record__customer", "state")
    for pk, household, over, customer, state in named.iterator():
        told.setdefault(household, []).append((customer, state))
        if over is not None or state == State.OUT:
            continue
        if state == State.MEMBER:
            known.members.setdefault(household, set()).add(customer)
        else:
            known.proposed.setdefault(household, {}).setdefault(customer, []).append(pk)
    for persons in told.values():
        gone = {customer for customer, state in persons if state == State.OUT}
        known.apart |= {_pair(one, other) for one in gone for other, _state in persons if one != other}
    known.apart |= set(_told()) | set(_two(known))
    known.asked = {pk for ends in HouseholdPair.objects.open().values_list("left", "right") for pk in ends}
    return known


def _two(known: Known) -> Iterator[Pair]:
    """Pairs of customers of two households of which people said that they are two, but for who is in both."""
    for ends in HouseholdPair.objects.answered().filter(answer=HouseholdPair.Answer.TWO).values_list("left", "right"):
        left, right = (known.members.get(pk, set()) | known.proposed.get(pk, {}).keys() for pk in ends)
        yield from (_pair(one, other) for one in left - right for other in right - left)


def _told() -> Iterator[Pair]:
    """Pairs of customers of which people said how they stand to each other, and those that are being asked about."""
    relations = Relation.objects.filter(ended_at__isnull=True).exclude(kind=Relation.Kind.HOUSEHOLD)
    answers = Verdict.objects.in_force().exclude(answer=Verdict.Answer.RELATED)
    for rows in (relations, answers, Candidate.objects.open()):
        for one, other in rows.values_list("left__customer", "right__customer").iterator():
            if one and other and one != other:
                yield _pair(one, other)


def _pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def related(model: Model, known: Stored, report: Progress) -> Kin:
    """Customers that the model takes for related, of those with an address or a number in common.

    Who is perhaps the same is left to the review queue.
    """
    report(0, None, _("Finding pairs"))
    own = at_home(model)
    blocks = block(own, known.columns)
    fast = AVAILABLE and len(known) >= FEW
    scorer = Scorer(own, blocks.telling(), fast=fast)
    total = sum(blocks.count(rule) for rule in range(len(own.rules)))

    def look(left: Ints, right: Ints) -> tuple[int, Ints]:
        apart = known.customers[left] != known.customers[right]
        scores = scorer.score(left[apart], right[apart])
        same, kin = scores.probability >= model.review, scores.household >= RELATED
        kept = np.flatnonzero(same | kin)
        share = np.where(same, -1.0, scores.household)
        return len(left), np.stack([scores.left, scores.right, share], axis=1)[kept]

    done, parts = 0, [np.zeros((0, 3))]
    for count, found in over_slices(pairs(blocks, fast=fast), look):
        done += count
        parts.append(found)
        report(done, total, _("Comparing"))
    return _of_customers(known, np.concatenate(parts))


def _of_customers(known: Stored, found: Ints) -> Kin:
    """The surest pair of records of each two customers; none of whom any pair is perhaps the same."""
    rows = found[:, :2].astype(np.int64)
    owners, shares = known.customers[rows], found[:, 2]
    order = np.lexsort((known.ids[rows[:, 0]], -shares, owners.max(axis=1), owners.min(axis=1)))
    edges: dict[Pair, float] = {}
    record, share = dict[int, int](), dict[int, float]()
    same: set[Pair] = set()
    for place in order.tolist():
        one, other = owners[place].tolist()
        pair, sure = _pair(one, other), float(shares[place])
        if sure < 0:
            same.add(pair)
        edges.setdefault(pair, sure)
        for customer, row in zip((one, other), rows[place].tolist(), strict=True):
            if sure > share.get(customer, 0.0):
                record[customer], share[customer] = int(known.ids[row]), sure
    return Kin({pair: sure for pair, sure in edges.items() if pair not in same}, record, share)


def _proposals(found: Kin, known: Known) -> Iterator[Proposal]:
    """What is to be written so that the proposals are what was found."""
    edges = {pair: sure for pair, sure in found.edges.items() if pair not in known.apart}
    standing = known.standing(edges)
    groups = households(edges, standing=standing, apart=known.apart, proposed=known.proposed)
    open_ones = [persons for household, persons in groups if not household]
    loose = {pk: set(persons) for pk, persons in known.proposed.items() if pk not in standing}
    goes_on = iter(continued(open_ones, loose))
    seen = set()
    for household, persons in groups:
        chosen = household or next(goes_on)
        seen.add(chosen)
        waiting = known.proposed.get(chosen, {})
        fresh = persons - known.members.get(chosen, set()) - waiting.keys()
        joining = {found.record[one]: found.share[one] for one in sorted(fresh) if one in found.record}
        leaving = [pk for one, ids in waiting.items() if one not in persons for pk in ids]
        if joining or leaving:
            yield Proposal(chosen, joining, tuple(sorted(leaving)))
    for household, waiting in known.proposed.items():
        if household not in seen:
            yield Proposal(household, {}, tuple(sorted(pk for ids in waiting.values() for pk in ids)))
