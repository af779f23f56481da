"""Two pairs of eyes: what a policy wants of an answer, and what becomes of a task for which no second came."""

from collections.abc import Sequence
from datetime import timedelta

from cmdm import audit, clock, events, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import Customer
from matching.models import Candidate
from stewardship.models import Task
from stewardship.queries.policies import facts
from stewardship.rules.seconding import kinds
from stewardship.rules.staging import Due

PATIENCE = timedelta(days=2)
MOST = 500


def due(
    task: Task,
    *,
    actor: User,
    decision: str,
    score: float | None,
    customers: Sequence[Customer],
    candidates: Sequence[Candidate],
    reason: str,
) -> Due:
    """Whether this answer waits for a second person, and whether it must say why; two queries at most."""
    found = facts(task, customers, candidates)
    said = kinds(decision)
    return Due(second=found.second(said), reason=found.reason(said))


@action
def escalate(*, actor: User) -> int:
    """What waited two days for a second answer goes to a lead; how many. Refuses nothing."""
    waiting = Task.objects.open().filter(stage=Task.Stage.SECOND, stage_since__lt=clock.now() - PATIENCE)
    rows = list(waiting.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:MOST])
    if not rows:
        return 0
    ids = [row.pk for row in rows]
    Task.objects.filter(pk__in=ids).update(stage=Task.Stage.LEAD, stage_since=clock.now(), change=change_id())
    history.keep(Task, ids, history.CHANGED)
    domains = {domain for row in rows for domain in row.domains}
    audit.record(actor, "task.given_to_lead", domains=domains, counts={"tasks": len(rows)})
    events.emit_many(events.Event("task.given_to_lead", payload={"task": pk}) for pk in ids)
    return len(rows)
