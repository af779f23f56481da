"""Who has a task: taking it, keeping it, giving it back, giving it to somebody."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, history
from cmdm.actions import Refused, action, change_id
from cmdm.database.rows import Rows
from cmdm.models import User
from customers.models import SourceRecord
from stewardship.actions import notes, opening
from stewardship.actions.refusals import refuse_unless_free, refuse_unless_open, refuse_unless_wanted
from stewardship.models import Answer, Note, Task
from stewardship.models.task import FREE, OFFERED, TaskQuerySet, free_given
from stewardship.queries.leading import leads

LEASE = timedelta(minutes=15)
AT_ONCE = 100
_LEFT_WAITING = f"""
    SELECT customers FROM stewardship_task WHERE status = 'open' AND waits_for_id IS NOT NULL AND {OFFERED}
     ORDER BY id LIMIT %(most)s
"""


_COMING = Rows(
    Task, "WHERE t.id = %s AND t.status = 'open' AND t.domains && %s::bigint[] AND t.domains <@ %s::bigint[] "
    f"AND {FREE.replace('stewardship_task.', 't.')} FOR UPDATE OF t SKIP LOCKED",
)  # fmt: skip


@action
def take(task: Task, *, actor: User) -> Task:
    """Hold a task for a quarter of an hour. Refused when it is not open, in somebody else's hands, or waits for one."""
    task = locked(task)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    refuse_unless_wanted(task, actor)
    hold(task, actor)
    audit.record(actor, "task.taken", task)
    return task


@action
def take_next(waiting: TaskQuerySet, *, actor: User) -> Task | None:
    """Hold the first of these that he may be given, or ``None``. Two stewards never get the same one."""
    _gather()
    task = hold_first(waiting, actor)
    if task is not None:
        audit.record(actor, "task.taken", task)
    return task


@action
def take_coming(coming: int, *, actor: User) -> Task | None:
    """Hold the task with this id, the next one of a page, or ``None`` where he may not be given it.

    One that somebody is writing is passed over, not waited for.
    """
    held = sorted(access.scope(actor, "decide"))
    for task in _COMING(coming, held, held, *free_given(actor, clock.now())):
        access.require(actor, "decide", task)
        hold(task, actor)
        audit.record(actor, "task.taken", task)
        return task
    return None


@action
def renew(task: Task, *, actor: User) -> Task:
    """Hold it for another quarter of an hour, as its page does while it is read. Refused when it is his no longer."""
    task = locked(task)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    if task.taken_by_id != actor.pk:
        refuse_unless_free(task, actor)
        raise Refused(_("You do not hold this."))
    hold(task, actor)
    audit.record(actor, "task.renewed", task)
    return task


@action
def release(task: Task, *, actor: User, comment: str = "") -> Task:
    """Give a task back to the queue, with a word to whoever takes it next. Refused unless the actor holds it."""
    about = _record_of(task) if comment.strip() else None
    task = locked(task)
    access.require(actor, "decide", task)
    if task.taken_by_id != actor.pk:
        raise Refused(_("You do not hold this."))
    put_down(task)
    if about is not None:
        notes.write(actor=actor, record=about, text=comment, about=Note.About.TASK, task=task)
    regather(task)
    audit.record(actor, "task.released", task)
    return task


@action
def assign(task: Task, *, actor: User, to: User | None) -> Task:
    """Give a task to somebody, who alone gets it as his next one; to nobody: take that back. A lead's deed.

    Whoever held it holds it no longer. Refused when it is not open, or the other may not decide it.
    """
    task = locked(task)
    require_lead(actor, task)
    refuse_unless_open(task)
    if to is not None and not (to.is_active and task.domain_ids() <= access.scope(to, "decide")):
        raise Refused(_("%(who)s may not decide this.") % {"who": to})
    if to is not None:
        refuse_unless_wanted(task, to)
    task.assigned_to = to
    if task.taken_by_id not in (None, to.pk if to else None):
        task.taken_by = task.taken_until = None
    write(task, "assigned_to", "taken_by", "taken_until")
    regather(task)
    audit.record(actor, "task.assigned", task)
    events.emit("task.assigned", task=task.pk, to=to.pk if to else None)
    return task


def _record_of(task: Task) -> SourceRecord:
    """The record on which a note about the task hangs, locked before the task is."""
    asked = task.members.filter(open=True).order_by("pk").values_list("candidate__left", flat=True).first()
    return SourceRecord.objects.locked().get(pk=asked or (task.pin.record_id if task.pin else 0))


def locked(task: Task) -> Task:
    """The task as it is now, locked."""
    return Task.objects.locked().select_related("taken_by").get(pk=task.pk)


def require_lead(actor: User, task: Task) -> None:
    """Refuse unless he leads in every domain of the task.

    :raises PermissionDenied: he does not.
    """
    access.require(actor, "decide", task)
    if not task.domain_ids() <= leads(actor):
        raise PermissionDenied("lead")


def hold_first(waiting: TaskQuerySet, actor: User) -> Task | None:
    """Hold the first of these that he may be given; one that somebody is writing is passed over, not waited for."""
    held = list(access.scope(actor, "decide"))
    free = waiting.open().filter(domains__contained_by=held).free_for(actor, clock.now())
    task = free.select_for_update(of=("self",), skip_locked=True).first()
    if task is not None:
        access.require(actor, "decide", task)
        hold(task, actor)
    return task


def hold(task: Task, actor: User) -> None:
    """In his hands, from now for the length of a lease."""
    task.taken_by, task.taken_until = actor, clock.now() + LEASE
    write(task, "taken_by", "taken_until")


def put_down(task: Task) -> None:
    """In nobody's hands."""
    task.taken_by = task.taken_until = None
    write(task, "taken_by", "taken_until")


def put_down_undone(actor: User, task: Task) -> None:
    """What he holds because he took an answer back, and left for this task; one that is being written stays."""
    since = clock.now() - LEASE
    undone = Task.objects.open().filter(taken_by=actor, taken_until__gt=clock.now()).exclude(pk=task.pk)
    undone = undone.filter(models.Exists(Answer.objects.filter(task=models.OuterRef("pk"), withdrawn_at__gt=since)))
    for one in undone.select_for_update(of=("self",), skip_locked=True).order_by("pk"):
        put_down(one)


def write(task: Task, *fields: str) -> None:
    """Save these fields, and keep the row's history."""
    task.change = change_id()
    history.write(task, *fields, "change")


def regather(task: Task) -> None:
    """What came up while it was held joins it, now that it is not."""
    if task.waiting.filter(status=Task.Status.OPEN).exists():
        opening.regroup(task.customers)


def _gather() -> None:
    """What waited for tasks that are in nobody's hands any more (their leases ended) joins them."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_WAITING, {"now": clock.now(), "most": AT_ONCE})
        customers = {customer for (found,) in cursor.fetchall() for customer in found}
    if customers:
        opening.regroup(sorted(customers))
