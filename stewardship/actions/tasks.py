"""What stewards do with a task: take, keep, release, assign; decide, settle, take an answer back.

A card shows versions; an answer posts them back. Whatever changed in between makes the answer stale: it is refused with
who changed what and when, and nothing is written.

Where policy wants two pairs of eyes, the first answer is kept and does nothing; a second that agrees acts; one that
does not leaves the task to a lead. Nobody answers a round twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, audit, clock, events
from cmdm.actions import Refused, action
from cmdm.database.rows import Rows
from cmdm.errors import Invalid, Stale
from cmdm.models import User
from customers.models import Customer, Relation
from matching.actions.held import Held, holding, require_decide
from matching.models import Candidate, Verdict
from matching.queries.proposals import proposed
from stewardship.actions import opening, seconding
from stewardship.actions.acting import Chosen, act, reverse
from stewardship.actions.holding import (
    assign,
    hold,
    locked,
    put_down,
    put_down_undone,
    release,
    renew,
    require_lead,
    take,
    take_coming,
    take_next,
    write,
)
from stewardship.actions.refusals import (
    refuse_unless_current,
    refuse_unless_free,
    refuse_unless_open,
    refuse_unless_wanted,
)
from stewardship.models import Answer, BulkDecision, Referral, Task
from stewardship.queries.questions import asked_around
from stewardship.rules import partition, staging
from stewardship.rules.staging import Given, Step

__all__ = ["assign", "decide", "release", "renew", "settle", "take", "take_coming", "take_next", "undo"]

DIFFERENT, RELATED = Verdict.Answer.DIFFERENT, Verdict.Answer.RELATED
# Either or in one condition would read all customers.
_WITH_SURVIVORS = Rows(
    Customer,
    "WHERE t.id IN (SELECT unnest(%s::bigint[]) UNION SELECT merged_into_id FROM customers_customer "
    "WHERE id = ANY(%s) AND merged_into_id IS NOT NULL) ORDER BY t.id FOR UPDATE OF t",
)
_TASKS = Rows(Task, "WHERE t.id = ANY(%s) ORDER BY t.id FOR UPDATE")
_REST = "UPDATE stewardship_taskcandidate SET open = false WHERE task_id = %s AND open"
FAULTS = {
    "unknown": gettext_lazy("This names a customer that is not on the card."),
    "twice": gettext_lazy("This names a customer twice, or two kinds of relation between the same."),
    "together": gettext_lazy("Two customers cannot be the same and related."),
    "kind": gettext_lazy("There is no such kind of relation."),
}


@dataclass(frozen=True)
class _Locked:
    """A task and what it is about, locked in the order of the kinds."""

    task: Task
    held: Held
    candidates: list[Candidate]

    @property
    def customers(self) -> Sequence[Customer]:
        return self.held.customers

    @property
    def best(self) -> Candidate:
        """The candidate with the highest score: the pair that was shown."""
        return max(self.candidates, key=lambda one: (one.probability, -one.pk))


class Meant(TypedDict, total=False):
    """What else an answer says.

    ``choices``: by attribute the record (id) whose claim shall win in what is merged; pinned where no rule would choose
    it, to the day in ``pins_until``. ``groups``: for "partition" the customers (ids) that belong together; who is not
    named stands alone. ``related``: for "partition" customers of two groups and the kind of their relation; all others
    are different. ``kind``: of the relations that "related" makes. ``leaving``: for "different" inside one customer the
    records (ids) that go; by default those proposed.
    """

    choices: Mapping[str, int]
    pins_until: Mapping[str, date]
    groups: Sequence[Sequence[int]]
    related: Sequence[Sequence[Any]]
    kind: str
    leaving: Sequence[int]


@action
def decide(
    task: Task,
    *,
    actor: User,
    decision: str,
    seen: Mapping[int, int],
    reason: str = "",
    strength: str = Verdict.Strength.ADVISE,
    bulk: BulkDecision | None = None,
    **meant: Unpack[Meant],
) -> Answer:
    """Answer a task, and act on it unless a second person is wanted; ``seen``: the version of each customer shown.

    Refused (stale) when it was answered, or anything shown has changed since; when it waits for another task; when this
    person answered this round already; without a reason where policy wants one.

    :raises Invalid: ``groups`` or ``related`` cannot be meant.
    """
    found = _lock(task)
    task = found.task
    require_decide(actor, found.customers, task)
    if task.stage == Task.Stage.LEAD:
        require_lead(actor, task)
    _refuse_unfit(found, actor, seen)
    chosen = _chosen(found, decision, meant)
    step = _step(found, chosen, actor=actor, reason=reason)
    answer = Answer.objects.create(
        task=task,
        round=task.round,
        by=actor,
        at=clock.now(),
        decision=chosen.decision,
        role=step.role,
        acts=step.acts,
        reason=reason,
        strength=strength,
        score=task.score,
        versions={str(customer): version for customer, version in seen.items()},
        partition=_stored(chosen),
        choices=dict(chosen.choices),
        bulk=bulk,
    )
    if step.acts:
        _finish(task)
        act(found.held, found.candidates, chosen, actor=actor, seen=seen, reason=reason, strength=strength)
    else:
        _pass_on(task, step.stage)
    deed = "task.decided" if step.acts else "task.answered"
    audit.record(actor, deed, task, counts={"customers": len(found.customers)})
    events.emit(deed, task=task.pk, answer=answer.pk, decision=chosen.decision)
    return answer


def _refuse_unfit(found: _Locked, actor: User, seen: Mapping[int, int]) -> None:
    refuse_unless_open(found.task)
    refuse_unless_free(found.task, actor)
    refuse_unless_wanted(found.task, actor)
    refuse_unless_current(found.customers, seen)
    if not found.candidates:
        raise Refused(_("This asks nothing that could be answered so."))


@action
def settle(task: Task, *, actor: User) -> Task:
    """Note that a lapsed choice was seen and may rest. Refused when the task asks who is who, or is not open."""
    task = locked(task)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    if task.queue != Task.Queue.PIN:
        raise Refused(_("This needs an answer."))
    _finish(task)
    audit.record(actor, "task.settled", task)
    events.emit("task.settled", task=task.pk)
    return task


@action
def undo(answer: Answer, *, actor: User) -> Task:
    """Take an answer back: what it did is reversed, its task is asked again. Refused when it is not in force.

    With an answer that acted the others of its round are taken back, too. The task comes into the hands of who takes it
    back; what came there by taking back an earlier answer goes to the queue again.
    """
    found = _lock(answer.task, also=map(int, answer.versions))
    task = found.task
    answer = Answer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    require_decide(actor, found.customers, task)
    if answer.withdrawn_at is not None:
        raise Refused(_("This answer has been taken back already."))
    if answer.acts:
        _take_back(answer, found, actor=actor)
    else:
        _forget(answer, task)
    task.refresh_from_db()
    if task.status == Task.Status.OPEN:
        put_down_undone(actor, task)
        hold(task, actor)
    audit.record(actor, "task.undone", task)
    events.emit("task.undone", task=task.pk, answer=answer.pk, decision=answer.decision)
    return task


def _take_back(answer: Answer, found: _Locked, *, actor: User) -> None:
    task = found.task
    if task.status != Task.Status.DONE or answer.round != task.round:
        raise Refused(_("This was asked again since, and is open."))
    given = Answer.objects.filter(task=task, round=task.round, withdrawn_at__isnull=True)
    given.update(withdrawn_at=clock.now())
    reverse(answer, actor=actor)
    opening.touched(_current(found.customers), "task.undone", actor=actor)


def _forget(answer: Answer, task: Task) -> None:
    """An answer that did nothing: the one whose it was is asked again, at the stage at which he was."""
    if task.status != Task.Status.OPEN or answer.round != task.round:
        raise Refused(_("This was answered by somebody else since."))
    later = Answer.objects.filter(task=task, round=task.round, withdrawn_at__isnull=True, pk__gt=answer.pk)
    if later.exists():
        raise Refused(_("This was answered by somebody else since."))
    answer.withdrawn_at = clock.now()
    answer.save(update_fields=["withdrawn_at"])
    task.stage = Task.Stage.FIRST if answer.role == Answer.Role.FIRST else Task.Stage.SECOND
    task.stage_since = None if answer.role == Answer.Role.FIRST else clock.now()
    write(task, "stage", "stage_since")


def _lock(task: Task, also: Iterable[int] = ()) -> _Locked:
    """Lock by kind, in id order; the task was read unlocked before, so its customers are compared again."""
    wanted = sorted({*task.customers, *also})
    held = holding(_WITH_SURVIVORS(wanted, wanted))
    around = asked_around([customer.pk for customer in held.customers])
    locked = {row.pk: row for row in _TASKS(sorted({task.pk, *around}))}
    row = locked[task.pk]
    if row.customers != task.customers:
        versions = {customer.number: customer.version for customer in held.customers}
        raise Stale(_("This is about other customers by now. Look at it again."), versions=versions)
    mine = around.get(task.pk, frozenset())
    return _Locked(row, held, [one for one in held.asked if one.pk in mine])


def _chosen(found: _Locked, decision: str, meant: Meant) -> Chosen:
    """What is decided, and what of it can be done with this task."""
    if len(found.customers) > 1:
        try:
            simplest, parted = partition.read(
                found.task.customers,
                decision,
                groups=meant.get("groups", ()),
                related=meant.get("related", ()),
                kind=meant.get("kind") or Relation.Kind.HOUSEHOLD,
                kinds=Relation.Kind.values,
            )
        except partition.Malformed as fault:
            raise Invalid({fault.field: [FAULTS[fault.code]]}) from fault
        return Chosen(simplest, parted, choices=meant.get("choices") or {}, until=meant.get("pins_until") or {})
    if decision in (RELATED, Answer.Decision.PARTITION):
        raise Refused(_("Both records belong to one customer: they belong together or they do not."))
    if decision != DIFFERENT:
        return Chosen(decision, partition.Partition())
    leaving = meant.get("leaving") or proposed(found.best).leaving
    return Chosen(decision, partition.Partition(), leaving=tuple(sorted(leaving)))


def _step(found: _Locked, chosen: Chosen, *, actor: User, reason: str) -> Step:
    """What this answer is in its round, by policy and by what was answered before."""
    task = found.task
    earlier = [] if task.stage == Task.Stage.FIRST else _given(task)
    asked = seconding.due(
        task,
        actor=actor,
        decision=chosen.decision,
        score=task.score,
        customers=found.customers,
        candidates=found.candidates,
        reason=reason,
    )
    if asked.reason and not reason.strip():
        raise Refused(_("This answer needs a reason."), code="reason")
    given = Given(chosen.decision, _stored(chosen))
    return staging.step(task.stage, given, earlier, second=asked.second)


def _given(task: Task) -> list[Given]:
    rows = Answer.objects.filter(task=task, round=task.round, withdrawn_at__isnull=True).order_by("pk")
    return [Given(row.decision, row.partition) for row in rows]


def _stored(chosen: Chosen) -> dict[str, Any]:
    made = chosen.partition.stored() if chosen.partition.groups else {}
    return {**made, "leaving": list(chosen.leaving)} if chosen.leaving else made


def _pass_on(task: Task, stage: str) -> None:
    """Not decided yet: the next stage wants an answer of somebody else."""
    put_down(task)
    task.stage, task.stage_since, task.assigned_to = stage, clock.now(), None
    write(task, "stage", "stage_since", "assigned_to")


def _finish(task: Task) -> None:
    task.status, task.done_at = Task.Status.DONE, clock.now()
    task.stage, task.stage_since = Task.Stage.FIRST, None
    asked = task.referred_to_id is not None
    task.taken_by = task.taken_until = task.referred_to = task.waits_for = None
    write(task, "status", "done_at", "stage", "stage_since", "taken_by", "taken_until", "referred_to", "waits_for")
    if asked:
        Referral.objects.unanswered().filter(task=task).update(withdrawn_at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_REST, [task.pk])


def _current(customers: Iterable[Customer]) -> list[Customer]:
    ids = [customer.pk for customer in customers]
    return list(Customer.objects.filter(pk__in=ids).order_by("pk"))
