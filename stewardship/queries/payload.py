"""Tasks as the API gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cmdm import access, clock
from cmdm.models import User
from customers.models import Customer
from stewardship.models import Task


@dataclass(frozen=True)
class TaskCustomer:
    """A customer of a task, or nothing of it."""

    key: UUID | None = None
    number: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class TaskPayload:
    """A task as far as the reader may know it."""

    id: int
    queue: str
    stage: str
    score: float | None
    differs: Sequence[str]
    opened_at: datetime
    taken_until: datetime | None
    mine: bool
    beyond: int
    decidable: bool
    customers: Sequence[TaskCustomer]


def payloads(tasks: Sequence[Task], user: User) -> list[TaskPayload]:
    """Tasks with their visible customers; one query."""
    ids = {customer for task in tasks for customer in task.customers}
    rows = Customer.objects.visible_to(user).filter(pk__in=ids).only("key", "number", "version")
    seen = {row.pk: TaskCustomer(row.key, row.number, row.version) for row in rows}
    return [_payload(task, [seen.get(pk, TaskCustomer()) for pk in task.customers], user) for task in tasks]


def _payload(task: Task, customers: Sequence[TaskCustomer], user: User) -> TaskPayload:
    decidable = task.domain_ids() <= access.scope(user, "decide")
    held = task.taken_until is not None and task.taken_until > clock.now()
    return TaskPayload(
        id=task.pk,
        queue=task.queue,
        stage=task.stage,
        score=task.score if decidable else None,
        differs=task.differs if decidable else [],
        opened_at=task.opened_at,
        taken_until=task.taken_until if held else None,
        mine=held and task.taken_by_id == user.pk,
        beyond=task.beyond if decidable else 0,
        decidable=decidable,
        customers=customers,
    )
