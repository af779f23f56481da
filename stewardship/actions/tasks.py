"""What stewards do with a task: take, release, decide, take an answer back.

A card shows versions; an answer posts them back. Whatever changed in between makes the answer stale: it is refused with
who changed what and when, and nothing is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, history
from cmdm.actions import Refused, action, change_id
from cmdm.errors import Stale
from cmdm.models import User
from customers.actions import pins
from customers.models import Customer, Pin, SourceRecord
from matching.actions import ledger, together, verdicts
from matching.models import Candidate, Verdict
from stewardship.actions import opening
from stewardship.actions.refusals import refuse_unless_current, refuse_unless_free, refuse_unless_open
from stewardship.models import Answer, Task, TaskCandidate
from stewardship.models.task import TaskQuerySet

LEASE = timedelta(minutes=15)


@dataclass(frozen=True)
class _Locked:
    """A task and what it is about, locked in the order of the kinds."""

    task: Task
    customers: list[Customer]
    candidates: list[Candidate]


@action
def take(task: Task, *, actor: User) -> Task:
    """Hold a task for a quarter of an hour. Refused when it is not open, or in somebody else's hands."""
    task = Task.objects.locked().select_related("taken_by").get(pk=task.pk)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    _hold(task, actor)
    audit.record(actor, "task.taken", task)
    return task


@action
def take_next(waiting: TaskQuerySet, *, actor: User) -> Task | None:
    """Hold the first of these that nobody holds; ``None`` when there is none. Two stewards never get the same one."""
    free = waiting.open().filter(domains__contained_by=list(access.scope(actor, "decide"))).free_for(actor, clock.now())
    task = free.select_for_update(of=("self",), skip_locked=True).first()
    if task is None:
        return None
    access.require(actor, "decide", task)
    _hold(task, actor)
    audit.record(actor, "task.taken", task)
    return task


@action
def release(task: Task, *, actor: User) -> Task:
    """Give a task back to the queue. Refused unless the actor holds it."""
    task = Task.objects.locked().get(pk=task.pk)
    access.require(actor, "decide", task)
    if task.taken_by_id != actor.pk:
        raise Refused(_("You do not hold this."))
    _put_down(task)
    audit.record(actor, "task.released", task)
    return task


@action
def decide(
    task: Task,
    *,
    actor: User,
    decision: str,
    seen: Mapping[int, int],
    reason: str = "",
    strength: str = Verdict.Strength.ADVISE,
    choices: Mapping[str, int] | None = None,
) -> Answer:
    """Answer a task and act on it. Refused (stale) when it was answered, or anything shown has changed since.

    :param seen: the version of every customer shown, by id.
    :param choices: for "same": by attribute the record whose claim shall win; pinned where no rule would choose it.
    """
    found = _lock(task)
    task = found.task
    access.require(actor, "decide", task, *found.customers)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    refuse_unless_current(found.customers, seen)
    if not found.candidates:
        raise Refused(_("This asks nothing that could be answered so."))
    answer = Answer.objects.create(
        task=task,
        round=task.round,
        by=actor,
        at=clock.now(),
        decision=decision,
        reason=reason,
        versions={str(customer): version for customer, version in seen.items()},
    )
    _finish(task)
    _act(found, actor=actor, decision=decision, reason=reason, seen=seen, strength=strength, choices=choices or {})
    audit.record(actor, "task.decided", task, counts={"customers": len(found.customers)})
    events.emit("task.decided", task=task.pk, answer=answer.pk, decision=decision)
    return answer


@action
def settle(task: Task, *, actor: User) -> Task:
    """Note that a lapsed choice was seen and may rest. Refused when the task asks who is who, or is not open."""
    task = Task.objects.locked().select_related("taken_by").get(pk=task.pk)
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
    """Take an answer back: what it did is reversed, its task is asked again. Refused when it is not in force."""
    found = _lock(answer.task, also=map(int, answer.versions))
    task = found.task
    answer = Answer.objects.select_for_update(of=("self",)).get(pk=answer.pk)
    # A merged customer holds no record, so lies in no domain: the right is that of its survivor.
    standing = [customer for customer in found.customers if customer.status != Customer.Status.MERGED]
    access.require(actor, "decide", task, *standing)
    if answer.withdrawn_at is not None:
        raise Refused(_("This answer has been taken back already."))
    if task.status != Task.Status.DONE or answer.round != task.round:
        raise Refused(_("This was asked again since, and is open."))
    answer.withdrawn_at = clock.now()
    answer.save(update_fields=["withdrawn_at"])
    _reverse(answer, actor=actor)
    opening.touched(_current(found.customers), "task.undone", actor=actor)
    task.refresh_from_db()
    if task.status == Task.Status.OPEN:
        _hold(task, actor)
    audit.record(actor, "task.undone", task)
    events.emit("task.undone", task=task.pk, answer=answer.pk, decision=answer.decision)
    return task


def _lock(task: Task, also: Iterable[int] = ()) -> _Locked:
    """Lock by kind, in id order; the task was read unlocked before, so its customers are compared again."""
    asked = Task.objects.get(pk=task.pk)
    wanted = {*asked.customers, *also}
    joined = Customer.objects.filter(pk__in=wanted, merged_into__isnull=False)
    wanted |= {survivor for survivor in joined.values_list("merged_into", flat=True) if survivor}
    customers = list(Customer.objects.filter(pk__in=wanted).locked())
    list(SourceRecord.objects.filter(customer__in=wanted).locked().values_list("pk", flat=True))
    members = TaskCandidate.objects.filter(task=task, open=True).values("candidate")
    candidates = list(Candidate.objects.open().filter(pk__in=members).select_related("left", "right").locked())
    locked = Task.objects.locked().select_related("taken_by").get(pk=task.pk)
    if locked.customers != asked.customers:
        raise Stale(_("The customers of this were joined or separated just now. Look at it again."))
    return _Locked(locked, customers, candidates)


def _hold(task: Task, actor: User) -> None:
    task.taken_by, task.taken_until = actor, clock.now() + LEASE
    _write(task, "taken_by", "taken_until")


def _put_down(task: Task) -> None:
    task.taken_by = task.taken_until = None
    _write(task, "taken_by", "taken_until")


def _finish(task: Task) -> None:
    task.status, task.done_at = Task.Status.DONE, clock.now()
    task.taken_by = task.taken_until = None
    _write(task, "status", "done_at", "taken_by", "taken_until")
    task.members.filter(open=True).update(open=False)


def _write(task: Task, *fields: str) -> None:
    task.change = change_id()
    task.save(update_fields=[*fields, "change"])
    history.keep(Task, [task.pk], history.CHANGED)


def _act(found: _Locked, *, actor: User, decision: str, choices: Mapping[str, int], **words: Any) -> None:
    """Same joins the customers; any other answer keeps the best pair apart, and with it the two customers."""
    best = max(found.candidates, key=lambda one: (one.probability, -one.pk))
    if len(found.customers) < 2:
        if decision != Verdict.Answer.SAME:
            raise Refused(_("Both records belong to one customer. Separate them on its page."))
        together.keep_together(best, actor=actor, **words)
    elif decision == Verdict.Answer.SAME:
        survivor = ledger.merge(found.customers, actor=actor, candidate=best, **words)
        _choose(survivor, choices, actor=actor, reason=words["reason"])
    else:
        verdicts.keep_apart(best.left, best.right, actor=actor, answer=decision, **words)


def _choose(survivor: Customer, choices: Mapping[str, int], *, actor: User, reason: str) -> None:
    """Pin a chosen claim where the rules made another win."""
    survivor.refresh_from_db(fields=["lineage"])
    wanted = {name: record for name, record in choices.items() if _winner(survivor.lineage.get(name)) != record}
    records = SourceRecord.objects.current().filter(customer=survivor, pk__in=wanted.values()).in_bulk()
    for name, record in sorted(wanted.items()):
        if record in records:
            pins.pin(records[record], name, actor=actor, reason=reason)


def _winner(lineage: Any) -> int | None:
    first = lineage[0] if isinstance(lineage, list) and lineage else lineage
    return first.get("record") if isinstance(first, Mapping) else None


def _reverse(answer: Answer, *, actor: User) -> None:
    for pin in Pin.objects.in_force().filter(change=answer.change).order_by("pk"):
        pins.end(pin, actor=actor)
    if answer.decision == Verdict.Answer.SAME and len(answer.versions) > 1:
        ledger.undo(answer.change, actor=actor)
    else:
        verdicts.withdraw(answer.change, actor=actor)


def _current(customers: Iterable[Customer]) -> list[Customer]:
    ids = [customer.pk for customer in customers]
    return list(Customer.objects.filter(pk__in=ids).order_by("pk"))
