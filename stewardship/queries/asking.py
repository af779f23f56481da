"""Questions about cards that were put to somebody: what one was asked, what one asked, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from cmdm.models import User
from customers.models import Source
from customers.models.source import SourceQuerySet
from stewardship.models import Referral, Task, TaskCandidate
from stewardship.queries.referrals import words
from stewardship.queries.sides import Side, sides_of

MOST = 50


@dataclass(frozen=True)
class Asked:
    """One question. The customers are named as far as the reader may see them."""

    pk: int
    task: Task
    sides: Sequence[Side]
    question: str
    answer: str
    by: User
    to: User
    whom: str
    source: str
    at: datetime
    answered_at: datetime | None
    withdrawn: bool
    opens: bool

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and not self.withdrawn


def asked_of(user: User) -> list[Asked]:
    """What a user was asked, what is open first; three queries, and those of customers."""
    return _read(Referral.objects.filter(to=user), user)


def asked_by(user: User) -> list[Asked]:
    """What a user asked others, what is open first."""
    return _read(Referral.objects.filter(asked_by=user), user)


def asking_of(task: Task, user: User) -> list[Asked]:
    """Everything that was asked about a task."""
    return _read(Referral.objects.filter(task=task), user)


def sources_of(task: Task) -> SourceQuerySet:
    """The sources whose records a task asks about and that have an owner."""
    members = TaskCandidate.objects.filter(task=task)
    left, right = members.values("candidate__left__source"), members.values("candidate__right__source")
    return Source.objects.filter(Q(pk__in=left) | Q(pk__in=right), owner__isnull=False)


def _read(rows: QuerySet[Referral], user: User) -> list[Asked]:
    found = list(rows.select_related("task", "asked_by", "to", "source", "record__customer").order_by("-pk")[:MOST])
    found.sort(key=lambda one: one.answered_at is not None or one.withdrawn_at is not None)
    sides = sides_of({customer for one in found for customer in one.task.customers}, user)
    about = Task.objects.visible_to(user).filter(pk__in=[one.task_id for one in found])
    opened = set(about.values_list("pk", flat=True))
    return [_asked(one, sides, opened) for one in found]


def _asked(one: Referral, sides: dict[int, Side], opened: set[int]) -> Asked:
    said = words(one)
    return Asked(
        pk=one.pk,
        task=one.task,
        sides=[sides.get(customer, Side(customer)) for customer in one.task.customers],
        question=said.question,
        answer=said.answer,
        by=one.asked_by,
        to=one.to,
        whom=one.whom,
        source=one.source.name if one.source else "",
        at=one.asked_at,
        answered_at=one.answered_at,
        withdrawn=one.withdrawn_at is not None,
        opens=one.task_id in opened,
    )
