"""The workload of a lead's stewards: what each holds and decided, and how much of it was taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from cmdm import clock
from cmdm.models import Domain, User
from stewardship.models import Task
from stewardship.models.task import TaskQuerySet
from stewardship.queries.colleagues import who_may

# Only tasks that touch the lead's domains count, and of what was decided only those that touch no other.
_HELD = """
    SELECT who, sum(held), sum(assigned), sum(asked), min(opened_at) FROM (
        SELECT taken_by_id AS who, 1 AS held, 0 AS assigned, 0 AS asked, opened_at FROM stewardship_task
         WHERE status = 'open' AND taken_by_id = ANY(%(people)s) AND taken_until > %(now)s
           AND domains && %(domains)s::bigint[]
        UNION ALL
        SELECT assigned_to_id, 0, 1, 0, opened_at FROM stewardship_task
         WHERE status = 'open' AND assigned_to_id = ANY(%(people)s) AND domains && %(domains)s::bigint[]
        UNION ALL
        SELECT referred_to_id, 0, 0, 1, opened_at FROM stewardship_task
         WHERE status = 'open' AND referred_to_id = ANY(%(people)s) AND domains && %(domains)s::bigint[]) AS work
     GROUP BY who
"""
_DECIDED = """
    SELECT a.by_id, count(*) FILTER (WHERE a.at >= %(today)s), count(*),
           count(*) FILTER (WHERE a.withdrawn_at IS NOT NULL)
      FROM stewardship_answer a JOIN stewardship_task t ON t.id = a.task_id
     WHERE a.by_id = ANY(%(people)s) AND a.at >= %(since)s AND t.domains && %(domains)s::bigint[]
     GROUP BY a.by_id
"""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Load:
    """One steward. ``undone`` are answers of the last seven days that were taken back."""

    user: User
    held: int = 0
    assigned: int = 0
    asked: int = 0
    oldest: datetime | None = None
    today: int = 0
    week: int = 0
    undone: int = 0

    @property
    def undone_share(self) -> float | None:
        return self.undone / self.week if self.week else None


@dataclass(frozen=True)
class Workload:
    """All who decide in the lead's domains."""

    domains: list[Domain]
    loads: list[Load]

    @property
    def waiting(self) -> int:
        return sum(load.held + load.assigned for load in self.loads)


def workload(domains: Collection[int]) -> Workload:
    """Who decides in these domains and how much each has; five queries, however many they are."""
    people = who_may("decide", domains, everywhere=False)
    now = clock.now()
    given: dict[str, Any] = {
        "people": [one.pk for one in people],
        "domains": sorted(domains),
        "now": now,
        "today": now.replace(hour=0, minute=0, second=0, microsecond=0),
        "since": now - WEEK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, given)
        held = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_DECIDED, given)
        decided = {row[0]: row[1:] for row in cursor.fetchall()}
    loads = [_load(one, held.get(one.pk), decided.get(one.pk)) for one in people]
    loads.sort(key=lambda load: (-(load.held + load.assigned), -load.week, str(load.user).casefold()))
    return Workload(list(Domain.objects.filter(pk__in=domains).order_by("name")), loads)


def in_hands_of(user: User, domains: Collection[int]) -> TaskQuerySet:
    """Open tasks of these domains that he holds, was assigned or was asked about, oldest first."""
    held = Q(taken_by=user, taken_until__gt=clock.now()) | Q(assigned_to=user) | Q(referred_to=user)
    rows = Task.objects.open().filter(held, domains__overlap=list(domains))
    return rows.select_related("taken_by", "assigned_to", "referred_to").order_by("pk")


def _load(user: User, held: tuple | None, decided: tuple | None) -> Load:
    taken, assigned, asked, oldest = held or (0, 0, 0, None)
    today, week, undone = decided or (0, 0, 0)
    return Load(user, int(taken), int(assigned), int(asked), oldest, today, week, undone)
