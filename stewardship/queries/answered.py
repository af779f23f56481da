"""Answers as rows and in figures: by day, taken back, first beside second, and what was said of sampled joins.

What is counted is bounded: at most the newest answers of some weeks. An answer that does not act is told to nobody
while its task is open, for the second person answers before seeing the first.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from cmdm import access, clock
from cmdm.models import User
from customers.models import SourceRecord
from matching.models import Verdict
from stewardship.models import Answer, SampledJoin, Task
from stewardship.rules.quality import Agreement, Estimate, agreement

DAYS = 28
MOST = 50_000
PERIOD = timedelta(days=90)

_NEWEST = """
    WITH newest AS MATERIALIZED (
        SELECT a.id, a.task_id, a.round, a.at, a.role, a.acts, a.decision, a.withdrawn_at IS NOT NULL AS withdrawn
          FROM stewardship_answer a WHERE a.at >= %(since)s ORDER BY a.at DESC LIMIT %(most)s),
    mine AS (
        SELECT n.* FROM newest n JOIN stewardship_task t ON t.id = n.task_id
         WHERE t.domains && %(domains)s::bigint[]
           AND NOT (t.status = 'open' AND t.round = n.round AND NOT n.acts AND NOT n.withdrawn))
"""
_BY_DAY = (
    _NEWEST
    + """
    SELECT (at AT TIME ZONE %(zone)s)::date, count(*), count(*) FILTER (WHERE withdrawn) FROM mine GROUP BY 1 ORDER BY 1
"""
)
_PAIRS = (
    _NEWEST
    + """
    SELECT one.decision, mine.decision, count(*) FROM mine
      JOIN stewardship_answer one ON one.task_id = mine.task_id AND one.round = mine.round AND one.role = 'first'
     WHERE mine.role = 'second' AND NOT mine.withdrawn AND one.withdrawn_at IS NULL
     GROUP BY 1, 2
"""
)
_BY_WEEK = """
    SELECT date_trunc('week', v.decided_at AT TIME ZONE %(zone)s)::date,
           count(*) FILTER (WHERE v.answer = 'same'), count(*)
      FROM stewardship_sampledjoin s JOIN matching_candidate c ON c.id = s.candidate_id
      JOIN matching_verdict v ON v.left_id = c.left_id AND v.right_id = c.right_id AND v.revoked_at IS NULL
     WHERE s.domain_id = ANY(%(domains)s) AND v.answer IN ('same', 'different', 'related')
       AND v.decided_at >= %(since)s
     GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Throughput:
    """How many answers were given on each of the last days, and how many of them were taken back since."""

    days: Sequence[tuple[date, int, int]]

    @property
    def answers(self) -> int:
        return sum(count for _day, count, _back in self.days)

    @property
    def withdrawn(self) -> int:
        return sum(back for _day, _count, back in self.days)

    @property
    def undone(self) -> float | None:
        return self.withdrawn / self.answers if self.answers else None


def throughput(user: User) -> Throughput:
    """The last four weeks; one query."""
    today = clock.now().date()
    start = today - timedelta(days=DAYS - 1)
    found = {day: (count, back) for day, count, back in _run(_BY_DAY, user, start)}
    days = [start + timedelta(days=number) for number in range(DAYS)]
    return Throughput([(day, *found.get(day, (0, 0))) for day in days])


def agreed(user: User) -> Agreement:
    """First beside second answers of the last three months; one query."""
    start = (clock.now() - PERIOD).date()
    return agreement({(one, other): count for one, other, count in _run(_PAIRS, user, start)})


def by_week(domains: Collection[int], weeks: int = 26) -> list[tuple[date, Estimate]]:
    """What was said in each week of sampled joins of these domains; one query."""
    given: dict[str, Any] = {"domains": list(domains), "zone": "UTC", "since": clock.now() - timedelta(weeks=weeks)}
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, given)
        return [(week, Estimate(right, count)) for week, right, count in cursor.fetchall()]


def _run(statement: str, user: User, start: date) -> list[tuple[Any, ...]]:
    since = datetime.combine(start, datetime.min.time(), tzinfo=clock.now().tzinfo)
    scope = sorted(access.scope(user, "decide"))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"since": since, "most": MOST, "domains": scope, "zone": "UTC"})
        return cursor.fetchall()


def answers_for(
    user: User, *, day: date | None = None, role: str = "", withdrawn: bool = False, decision: str = ""
) -> QuerySet[Answer]:
    """The answers behind a figure, the newest first."""
    rows = Answer.objects.filter(task__in=Task.objects.visible_to(user)).exclude(
        Q(task__status=Task.Status.OPEN, acts=False, withdrawn_at__isnull=True) & Q(task__round=F("round"))
    )
    start = day or (clock.now() - (PERIOD if role else timedelta(days=DAYS - 1))).date()
    since = datetime.combine(start, datetime.min.time(), tzinfo=clock.now().tzinfo)
    rows = rows.filter(at__gte=since)
    if day is not None:
        rows = rows.filter(at__lt=since + timedelta(days=1))
    if role:
        rows = rows.filter(role=role, withdrawn_at__isnull=True)
    if decision:
        rows = rows.filter(decision=decision)
    if withdrawn:
        rows = rows.filter(withdrawn_at__isnull=False)
    return rows.select_related("by", "task").order_by("-at", "-pk")


@dataclass(frozen=True)
class Looked:
    """A sampled join with what people said of it."""

    join: SampledJoin
    answer: str
    verdict: Verdict | None
    left: str
    right: str
    customer: str | None


def looked_at(joins: Sequence[SampledJoin], user: User) -> list[Looked]:
    """Sampled joins with what was said of them; two queries. Records that he may not see are not named."""
    ends = {(one.candidate.left_id, one.candidate.right_id) for one in joins}
    told = Verdict.objects.in_force().filter(left__in={a for a, _ in ends}, right__in={b for _, b in ends})
    verdicts = {(row.left_id, row.right_id): row for row in told.select_related("decided_by")}
    wanted = {end for pair in ends for end in pair}
    rows = SourceRecord.objects.filter(pk__in=wanted, domain__in=access.scope(user, "view"))
    names: Mapping[int, SourceRecord] = {row.pk: row for row in rows.select_related("source", "customer")}
    return [_looked(one, verdicts, names) for one in joins]


def _looked(join: SampledJoin, verdicts: Mapping[Any, Verdict], names: Mapping[int, SourceRecord]) -> Looked:
    left, right = join.candidate.left_id, join.candidate.right_id
    verdict = verdicts.get((left, right))
    customer = names[left].customer if left in names else None
    one, other = (f"{names[end].source.name} {names[end].key}" if end in names else "" for end in (left, right))
    said = verdict.answer if verdict else ""
    return Looked(join, said, verdict, one, other, str(customer.key) if customer else None)
