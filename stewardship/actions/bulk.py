"""One answer to all cards of a filter: prepared, looked at in a sample, run as one job, taken back as one.

The cards are fixed when it is prepared. Each is answered in a transaction of its own, as by hand; what cannot be
answered is listed with the reason, and what a policy wants a second person for is left alone.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, jobs
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from customers.models import Customer
from stewardship.actions import tasks
from stewardship.models import Answer, BulkDecision, Task
from stewardship.models.task import TaskQuerySet
from stewardship.queries.bulk import DECIDE, SAMPLE, UNDO, bulk_rows
from stewardship.queries.leading import leads
from stewardship.queries.policies import needs_second

MOST = 5_000
State = BulkDecision.State


@action
def prepare(
    waiting: TaskQuerySet, *, actor: User, parameters: Mapping[str, Any], decision: str, reason: str = ""
) -> BulkDecision:
    """Fix the cards and draw the sample. Refused when none is the actor's to decide alone, or there are too many."""
    rows = bulk_rows(waiting, actor).values_list("pk", "score", "domains")
    found = list(rows[: MOST + 1])
    if not found:
        raise Refused(_("No card of this filter is yours to decide now."))
    if len(found) > MOST:
        raise Refused(_("At most %(n)s cards at once. Narrow the filter.") % {"n": f"{MOST:,}"})
    scores = [score for _pk, score, _domains in found if score is not None]
    ids = sorted(pk for pk, _score, _domains in found)
    made = BulkDecision.objects.create(
        by=actor,
        parameters=dict(parameters),
        decision=decision,
        reason=reason,
        domains=sorted({domain for _pk, _score, domains in found for domain in domains}),
        tasks=ids,
        low=min(scores, default=None),
        high=max(scores, default=None),
        sample=secrets.SystemRandom().sample(ids, min(SAMPLE, len(ids))),
        created_at=clock.now(),
    )
    access.require(actor, "decide", made)
    audit.record(actor, "bulk.prepared", made, counts={"tasks": len(ids)})
    return made


@action
def look(bulk: BulkDecision, task: int, *, actor: User) -> BulkDecision:
    """Note that a card of the sample was opened. Refused unless it is in the sample of what the actor prepared."""
    bulk = _own(bulk, actor)
    if bulk.state != State.PREPARED or task not in bulk.sample:
        raise Refused(_("This card is not to be looked at any more."))
    if task not in bulk.opened:
        bulk.opened = [*bulk.opened, task]
        _write(bulk, "opened")
    audit.record(actor, "bulk.looked_at", bulk, counts={"opened": len(bulk.opened)})
    return bulk


@action
def run(bulk: BulkDecision, *, actor: User) -> BulkDecision:
    """Begin, or go on where it was cut off. Refused until the whole sample was opened, and when it runs or is over."""
    bulk = _own(bulk, actor)
    cut_off = bulk.state == State.RUNNING and bulk.job is not None and bulk.job.is_over
    if bulk.state != State.PREPARED and not cut_off:
        raise Refused(_("This was begun already."))
    if not set(bulk.sample) <= set(bulk.opened):
        raise Refused(_("Open every card of the sample first."))
    bulk.state = State.RUNNING
    bulk.job = jobs.enqueue(DECIDE, actor=actor, bulk=str(bulk.pk))
    _write(bulk, "state", "job")
    audit.record(actor, "bulk.started", bulk, counts={"tasks": len(bulk.tasks)})
    return bulk


@action
def stop(bulk: BulkDecision, *, actor: User) -> BulkDecision:
    """Stop after the card in work; what was decided stays and can be taken back. Refused when it does not run."""
    bulk = _own(bulk, actor)
    if bulk.state != State.RUNNING or bulk.job is None:
        raise Refused(_("This does not run."))
    if not bulk.job.is_over:
        jobs.cancel(bulk.job, actor=actor)
        bulk.job.refresh_from_db()
    if bulk.job.is_over:
        _end(bulk, State.DONE)
    audit.record(actor, "bulk.stopped", bulk, counts={"decided": bulk.decided})
    return bulk


@action
def drop(bulk: BulkDecision, *, actor: User) -> BulkDecision:
    """Give up what was only prepared. Refused once it was begun."""
    bulk = _own(bulk, actor)
    if bulk.state != State.PREPARED:
        raise Refused(_("This was begun already."))
    bulk.state = State.DROPPED
    _write(bulk, "state")
    audit.record(actor, "bulk.dropped", bulk)
    return bulk


@action
def undo(bulk: BulkDecision, *, actor: User) -> BulkDecision:
    """Take all its answers back, as one job. Refused unless it is done, and by others than who leads its domains."""
    bulk = _locked(bulk)
    access.require(actor, "decide", bulk)
    if bulk.by_id != actor.pk and not bulk.domain_ids() <= leads(actor):
        raise Refused(_("This belongs to somebody else."))
    cut_off = bulk.state == State.UNDOING and bulk.job is not None and bulk.job.is_over
    if bulk.state != State.DONE and not cut_off:
        raise Refused(_("Only what is done can be taken back."))
    bulk.state = State.UNDOING
    bulk.job = jobs.enqueue(UNDO, actor=actor, bulk=str(bulk.pk))
    _write(bulk, "state", "job")
    audit.record(actor, "bulk.undo_started", bulk, counts={"answers": bulk.decided})
    return bulk


def answer_one(bulk: BulkDecision, task: int, *, actor: User, hold: Callable[[], None]) -> None:
    """Answer one card; a refusal is kept with its reason, and the rest goes on. ``hold`` keeps the job's fence."""
    _try(bulk, task, lambda: _answer(bulk, task, actor=actor, hold=hold), actor=actor, hold=hold)


def undo_one(bulk: BulkDecision, answer: Answer, *, actor: User, hold: Callable[[], None]) -> None:
    """Take one answer back; a refusal is kept with its reason."""
    _try(bulk, answer.task_id, lambda: _undo(answer, actor=actor, hold=hold), actor=actor, hold=hold)


@action
def finish(bulk: BulkDecision, *, actor: User) -> BulkDecision:
    """Note that the work is over, with its counts. Refuses nothing."""
    bulk = _locked(bulk)
    undone = bulk.state == State.UNDOING
    _end(bulk, State.UNDONE if undone else State.DONE)
    counts = {"tasks": len(bulk.tasks), "decided": bulk.decided, "refused": bulk.refused}
    audit.record(actor, "bulk.undone" if undone else "bulk.decided", bulk, counts=counts)
    events.emit("bulk.undone" if undone else "bulk.decided", bulk=str(bulk.pk), **counts)
    return bulk


def _try(bulk: BulkDecision, task: int, deed: Callable[[], None], *, actor: User, hold: Callable[[], None]) -> None:
    try:
        deed()
    except Refused as refusal:
        _refuse(bulk, task, refusal.code, str(refusal.sentence), actor=actor, hold=hold)
    except PermissionDenied:
        _refuse(bulk, task, "forbidden", _("It lies in a domain in which you may not decide."), actor=actor, hold=hold)
    except Invalid as invalid:
        words = " ".join(sentence for found in invalid.errors.values() for sentence in found)
        _refuse(bulk, task, "invalid", words, actor=actor, hold=hold)


@action
def _answer(bulk: BulkDecision, pk: int, *, actor: User, hold: Callable[[], None]) -> None:
    hold()
    task = Task.objects.filter(pk=pk).first()
    if task is None or task.status != Task.Status.OPEN:
        raise Refused(_("It was decided or settled meanwhile."), code="settled")
    if needs_second(task, bulk.decision):
        raise Refused(_("A second person is wanted for it."), code="second")
    customers = list(Customer.objects.filter(pk__in=task.customers).only("version", "changed_at", "change"))
    _refuse_if_changed(bulk, customers)
    seen = {customer.pk: customer.version for customer in customers}
    tasks.decide(task, actor=actor, decision=bulk.decision, seen=seen, reason=bulk.reason, bulk=bulk)
    BulkDecision.objects.filter(pk=bulk.pk).update(decided=F("decided") + 1, change=change_id())
    audit.record(actor, "task.decided", task, counts={"customers": len(customers)})


def _refuse_if_changed(bulk: BulkDecision, customers: list[Customer]) -> None:
    """What nobody has looked at is not answered: only changes by this very deed may lie behind its sample."""
    since = [customer.change for customer in customers if customer.changed_at > bulk.created_at]
    if since and Answer.objects.filter(bulk=bulk, change__in=since).values("change").distinct().count() < len(
        set(since)
    ):
        raise Refused(_("Its customers have changed since."), code="changed")


@action
def _undo(answer: Answer, *, actor: User, hold: Callable[[], None]) -> None:
    hold()
    task = tasks.undo(answer, actor=actor)
    if task.taken_by_id == actor.pk:
        tasks.release(task, actor=actor)
    audit.record(actor, "task.undone", task)


@action
def _refuse(bulk: BulkDecision, task: int, code: str, sentence: str, *, actor: User, hold: Callable[[], None]) -> None:
    hold()
    bulk = _locked(bulk)
    if str(task) not in bulk.refusals:
        bulk.refused += 1
    bulk.refusals = {**bulk.refusals, str(task): [code, sentence]}
    _write(bulk, "refusals", "refused")
    audit.record(actor, "bulk.refused_one", bulk, counts={"refused": bulk.refused})


def _locked(bulk: BulkDecision) -> BulkDecision:
    return BulkDecision.objects.all().locked().select_related("job").get(pk=bulk.pk)


def _own(bulk: BulkDecision, actor: User) -> BulkDecision:
    found = _locked(bulk)
    access.require(actor, "decide", found)
    if found.by_id != actor.pk:
        raise Refused(_("This belongs to somebody else."))
    return found


def _end(bulk: BulkDecision, state: str) -> None:
    bulk.state, bulk.finished_at = state, clock.now()
    _write(bulk, "state", "finished_at")


def _write(bulk: BulkDecision, *fields: str) -> None:
    bulk.change = change_id()
    bulk.save(update_fields=[*fields, "change"])
