"""Opening and closing tasks as customers change: the supplier of the port ``touched``.

A fixed number of statements for any number of customers; three when nothing is to be decided.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from cmdm import clock, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import Customer, CustomerDomain, Pin
from stewardship.models import Task
from stewardship.rules import grouping, priority
from stewardship.rules.grouping import Assignment, Question

# What is open between the records of these customers, and all that their tasks hold.
_QUESTIONS = """
    WITH mine AS MATERIALIZED (SELECT id FROM customers_sourcerecord WHERE customer_id = ANY(%s)),
    near AS (
        SELECT c.id FROM mine JOIN matching_candidate c ON c.left_id = mine.id
        UNION SELECT c.id FROM mine JOIN matching_candidate c ON c.right_id = mine.id),
    held AS (
        SELECT DISTINCT m.task_id FROM near JOIN stewardship_taskcandidate m ON m.candidate_id = near.id AND m.open),
    wanted AS (
        SELECT id FROM near
        UNION SELECT m.candidate_id FROM held JOIN stewardship_taskcandidate m ON m.task_id = held.task_id AND m.open)
    SELECT c.id, c.kind, c.state = 'open', l.customer_id, r.customer_id, m.task_id, c.probability, c.evidence
      FROM wanted JOIN matching_candidate c ON c.id = wanted.id
      JOIN customers_sourcerecord l ON l.id = c.left_id JOIN customers_sourcerecord r ON r.id = c.right_id
      LEFT JOIN stewardship_taskcandidate m ON m.candidate_id = c.id AND m.open
     WHERE (c.state = 'open' OR m.id IS NOT NULL) AND l.customer_id IS NOT NULL AND r.customer_id IS NOT NULL
"""
# The task that asked about these candidates before: settled otherwise, or answered and the answer taken back.
_BEFORE = """
    SELECT DISTINCT ON (m.candidate_id) m.candidate_id, t.id
      FROM stewardship_taskcandidate m JOIN stewardship_task t ON t.id = m.task_id
     WHERE m.candidate_id = ANY(%s) AND NOT m.open AND (t.status = 'closed' OR (t.status = 'done' AND NOT EXISTS (
           SELECT 1 FROM stewardship_answer a WHERE a.task_id = t.id AND a.withdrawn_at IS NULL)))
     ORDER BY m.candidate_id, t.id DESC
"""
_RECORDS = """
    SELECT customer_id, count(*) FROM customers_sourcerecord
     WHERE customer_id = ANY(%s) AND closed_at IS NULL GROUP BY customer_id
"""
_REOPEN = """
    UPDATE stewardship_task SET status = 'open', done_at = NULL, change = %s,
           round = round + CASE WHEN status = 'done' THEN 1 ELSE 0 END
     WHERE id = ANY(%s)
"""
_PUT = """
    INSERT INTO stewardship_taskcandidate (task_id, candidate_id, open)
    SELECT task, candidate, true FROM unnest(%s::bigint[], %s::bigint[]) AS n(task, candidate)
    ON CONFLICT (task_id, candidate_id) DO UPDATE SET open = true
"""
_PART = """
    UPDATE stewardship_taskcandidate m SET open = false
      FROM unnest(%s::bigint[], %s::bigint[]) AS n(task, candidate)
     WHERE m.task_id = n.task AND m.candidate_id = n.candidate
"""
_STATE = """
    UPDATE stewardship_task t
       SET queue = n.queue, domains = n.domains, customers = n.customers, score = n.score, priority = n.priority,
           why = n.why, differs = n.differs, change = %s
      FROM jsonb_to_recordset(%s::jsonb) AS n(id bigint, queue text, domains bigint[], customers bigint[],
           score double precision, priority double precision, why text, differs text[])
     WHERE t.id = n.id AND (t.queue, t.domains, t.customers, t.score, t.priority, t.why, t.differs::text[])
           IS DISTINCT FROM (n.queue, n.domains, n.customers, n.score, n.priority, n.why, n.differs)
    RETURNING t.id
"""

_FOLLOW_PINS = """
    UPDATE stewardship_task t SET customers = ARRAY[r.customer_id], change = %s
      FROM customers_pin p JOIN customers_sourcerecord r ON r.id = p.record_id
     WHERE t.pin_id = p.id AND t.status = 'open' AND r.customer_id = ANY(%s) AND t.customers <> ARRAY[r.customer_id]
"""


@dataclass(frozen=True)
class _Found:
    """A candidate with what its task shows of it."""

    question: Question
    probability: float
    evidence: Mapping[str, Any]


@dataclass
class _Reach:
    """What tasks touch: the domains and the number of records of each customer."""

    domains: dict[int, set[int]] = field(default_factory=dict)
    records: dict[int, int] = field(default_factory=dict)


@action
def touched(customers: Sequence[Customer], deed: str, *, actor: User) -> None:
    """Open a task for what is now to be decided about these customers, close what no longer is. Refuses nothing.

    The caller holds the customers' locks.
    """
    ids = [customer.pk for customer in customers]
    found = _questions(ids)
    if found:
        _follow(found)
    _open_for_pins(ids)


def _questions(customers: Sequence[int]) -> dict[int, _Found]:
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS, [list(customers)])
        rows = cursor.fetchall()
    found = {}
    for candidate, kind, is_open, left, right, task, probability, evidence in rows:
        known = json.loads(evidence) if isinstance(evidence, str) else evidence
        found[candidate] = _Found(Question(candidate, kind, is_open, left, right, task), probability, known)
    return found


def _follow(found: Mapping[int, _Found]) -> None:
    made = grouping.assign(one.question for one in found.values())
    _part(made.left)
    _close(made.emptied)
    _reopen(made)
    _open(made, found)
    if not made.tasks:
        return
    tasks = [task for task, candidates in made.tasks.items() for _candidate in candidates]
    candidates = [candidate for candidates in made.tasks.values() for candidate in candidates]
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [tasks, candidates])
    _restate(made, found)


def _part(left: Sequence[tuple[int, int]]) -> None:
    if left:
        with connection.cursor() as cursor:
            cursor.execute(_PART, [[task for task, _candidate in left], [candidate for _task, candidate in left]])


def _close(emptied: Sequence[int]) -> None:
    if not emptied:
        return
    Task.objects.open().filter(pk__in=emptied).update(
        status=Task.Status.CLOSED, done_at=clock.now(), taken_by=None, taken_until=None, change=change_id()
    )
    history.keep(Task, emptied, history.CHANGED)


def _reopen(made: Assignment) -> None:
    """A question that was asked before goes back to its task, with its age and its answers."""
    if not made.new:
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [[candidate for group in made.new for candidate in group]])
        before = dict(cursor.fetchall())
        fresh, again = [], []
        for group in made.new:
            earlier = sorted({before[one] for one in group if one in before} - made.tasks.keys())
            if earlier:
                made.tasks[earlier[-1]] = group
                again.append(earlier[-1])
            else:
                fresh.append(group)
        made.new = fresh
        if again:
            cursor.execute(_REOPEN, [change_id(), again])
            history.keep(Task, again, history.CHANGED)


def _open(made: Assignment, found: Mapping[int, _Found]) -> None:
    """New tasks; what they show is stated afterwards, together with that of the old ones."""
    if not made.new:
        return
    rows = Task.objects.bulk_create(
        Task(queue=grouping.queue_of(found[one].question.kind for one in group)) for group in made.new
    )
    history.keep(Task, [row.pk for row in rows], history.ADDED)
    made.tasks.update({row.pk: group for row, group in zip(rows, made.new, strict=True)})


def _restate(made: Assignment, found: Mapping[int, _Found]) -> None:
    pairs = {task: found[group[0]].question.pair for task, group in made.tasks.items()}
    reach = _reach({customer for pair in pairs.values() for customer in pair})
    opened = dict(Task.objects.filter(pk__in=made.tasks).values_list("pk", "opened_at"))
    stated = [
        _stated(task, [found[one] for one in group], pairs[task], reach, opened[task])
        for task, group in made.tasks.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [change_id(), json.dumps(stated)])
        changed = [pk for (pk,) in cursor.fetchall()]
    history.keep(Task, changed, history.CHANGED)


def _reach(customers: Iterable[int]) -> _Reach:
    ids = sorted(customers)
    reach = _Reach()
    for customer, domain in CustomerDomain.objects.filter(customer__in=ids).values_list("customer_id", "domain_id"):
        reach.domains.setdefault(customer, set()).add(domain)
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, [ids])
        reach.records = dict(cursor.fetchall())
    return reach


def _stated(
    task: int, group: Sequence[_Found], pair: grouping.Pair, reach: _Reach, opened_at: datetime
) -> dict[str, Any]:
    best = max(group, key=lambda one: (one.probability, -one.question.candidate))
    queue = grouping.queue_of(one.question.kind for one in group)
    records = sum(reach.records.get(customer, 0) for customer in pair)
    return {
        "id": task,
        "queue": queue,
        "domains": sorted(set().union(*[reach.domains.get(customer, set()) for customer in pair])),
        "customers": list(pair),
        "score": best.probability,
        "priority": priority.priority(queue, best.probability, records, opened_at),
        "why": priority.why(queue, best.probability, records),
        "differs": grouping.differing(best.evidence.get("levels", ())),
    }


def _open_for_pins(customers: Sequence[int]) -> None:
    """A choice of a person that no longer holds is told to a person; the task goes where the record goes."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW_PINS, [change_id(), list(customers)])
    lapsed = Pin.objects.filter(record__customer__in=customers, ended_because="lapsed", tasks__isnull=True)
    pins = list(lapsed.select_related("record").order_by("pk"))
    if not pins:
        return
    reach = _reach({pin.record.customer_id for pin in pins if pin.record.customer_id})
    now = clock.now()
    made = Task.objects.bulk_create(_about(pin, reach, now) for pin in pins)
    history.keep(Task, [task.pk for task in made], history.ADDED)


def _about(pin: Pin, reach: _Reach, now: datetime) -> Task:
    customer = pin.record.customer_id or 0
    return Task(
        queue=Task.Queue.PIN,
        pin=pin,
        customers=[customer],
        domains=sorted(reach.domains.get(customer, {pin.record.domain_id})),
        priority=priority.priority("pin", None, reach.records.get(customer, 0), now),
        why="pin",
        differs=[pin.attribute],
        opened_at=now,
    )
