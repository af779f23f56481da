"""Many cards at once: what a filter comes to, what is left to do, and what became of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from cmdm import access, clock
from cmdm.models import User
from stewardship.models import Answer, BulkDecision, Task
from stewardship.models.task import TaskQuerySet
from stewardship.queries.sides import Side, sides_of
from stewardship.queries.wanted import Wanted, capped_count, waiting

DECIDE = "stewardship.bulk"
UNDO = "stewardship.bulk_undo"
SAMPLE = 10
SHOWN = 200


@dataclass(frozen=True)
class Extent:
    """What a filter comes to for one who would answer all of it."""

    count: int
    groups: int
    low: float | None
    high: float | None
    others: int

    @property
    def sample(self) -> int:
        return min(SAMPLE, self.count)


def bulk_rows(rows: TaskQuerySet, user: User) -> TaskQuerySet:
    """Those that the user may answer alone, now: his in every domain, about who is who, and in no other hands."""
    own = rows.filter(domains__contained_by=list(access.scope(user, "decide")), stage=Task.Stage.FIRST)
    return own.filter(pin__isnull=True).free_for(user, clock.now())


def extent(wanted: Wanted, user: User) -> Extent:
    """Size and score range of a filter; two queries."""
    rows = waiting(wanted, user)
    own = bulk_rows(rows, user)
    found = own.order_by().aggregate(
        count=Count("pk"), groups=Count("pk", filter=Q(customers__len__gt=2)), low=Min("score"), high=Max("score")
    )
    return Extent(**found, others=max(capped_count(rows) - found["count"], 0))


def remaining(bulk: BulkDecision) -> list[int]:
    """Tasks neither answered by it nor refused, in order; one query."""
    answered = set(Answer.objects.filter(bulk=bulk).values_list("task_id", flat=True))
    return [pk for pk in bulk.tasks if pk not in answered and str(pk) not in bulk.refusals]


def undoable(bulk: BulkDecision) -> list[Answer]:
    """Its answers in force, the newest first: later ones may build on earlier ones."""
    return list(Answer.objects.filter(bulk=bulk, withdrawn_at__isnull=True).select_related("task").order_by("-pk"))


@dataclass(frozen=True)
class Refusal:
    """A card that was not answered, and why."""

    task: int
    sides: Sequence[Side]
    sentence: str


@dataclass(frozen=True)
class Member:
    """A card of the sample."""

    task: Task
    sides: Sequence[Side]
    opened: bool


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    done: int
    total: int

    @property
    def fraction(self) -> float:
        return min(self.done / self.total, 1.0) if self.total else 1.0


def sample_of(bulk: BulkDecision, user: User) -> list[Member]:
    """The cards of the sample in the order in which they were drawn; three queries."""
    rows = Task.objects.visible_to(user).in_bulk(bulk.sample)
    sides = sides_of({customer for task in rows.values() for customer in task.customers}, user)
    return [_member(rows[pk], sides, pk in bulk.opened) for pk in bulk.sample if pk in rows]


def _member(task: Task, sides: Mapping[int, Side], opened: bool) -> Member:
    found = [sides.get(customer, Side(customer)) for customer in task.customers]
    # Once it is answered, who is not found may be part of the other by now.
    return Member(task, [side for side in found if side.visible or task.status == Task.Status.OPEN], opened)


def refusals_of(bulk: BulkDecision, user: User) -> list[Refusal]:
    """The first refusals with whom they are about; three queries."""
    given = {int(pk): said for pk, said in list(bulk.refusals.items())[:SHOWN]}
    rows = Task.objects.visible_to(user).in_bulk(given)
    sides = sides_of({customer for task in rows.values() for customer in task.customers}, user)
    return [
        Refusal(pk, _member(rows[pk], sides, opened=True).sides if pk in rows else (), said[1])
        for pk, said in given.items()
    ]


def refused_by_reason(bulk: BulkDecision) -> list[tuple[str, int]]:
    """How many were refused for each reason, the commonest first."""
    return Counter(said[1] for said in bulk.refusals.values()).most_common()


def progress_of(bulk: BulkDecision) -> Progress:
    """How many of its cards are through; while it is taken back, how many answers."""
    if bulk.state in (BulkDecision.State.UNDOING, BulkDecision.State.UNDONE):
        back = Answer.objects.filter(bulk=bulk, withdrawn_at__isnull=False).count()
        return Progress(back, bulk.decided)
    return Progress(bulk.decided + bulk.refused, len(bulk.tasks))


def next_of_sample(bulk: BulkDecision) -> int | None:
    """The first card of the sample that was not opened."""
    return next((pk for pk in bulk.sample if pk not in bulk.opened), None)
