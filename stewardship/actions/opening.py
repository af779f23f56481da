"""Opening and closing tasks as customers change: the supplier of the port ``touched``.

A fixed number of statements for any number of customers; three when nothing is to be decided.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from cmdm import clock, history
from cmdm.actions import action, change_id
from cmdm.database.copying import insert_many
from cmdm.database.kept import kept, send
from cmdm.database.rows import Rows
from cmdm.database.snapshots import snapshot
from cmdm.models import User
from customers import ports
from customers.models import Customer, Pin
from stewardship.models import Answer, Referral, Task
from stewardship.queries.questions import Found, hangs_on, questions, tasks_of, wanted
from stewardship.rules import grouping, priority
from stewardship.rules.grouping import Assignment, Group

_RECORDS = """
    SELECT customer_id, count(*) FROM customers_sourcerecord
     WHERE customer_id = ANY(%s) AND closed_at IS NULL GROUP BY customer_id
"""
_DOMAINS = "SELECT customer_id, domain_id FROM customers_customerdomain WHERE customer_id = ANY(%s)"
_LOCK = "SELECT id FROM stewardship_task WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_TASKS = Rows(Task, "WHERE t.id = ANY(%s)", only=("opened_at", "customers", "stage"))
_REOPEN = """
    UPDATE stewardship_task SET status = 'open', done_at = NULL, stage = 'first', stage_since = NULL, change = %s,
           round = round + CASE WHEN status = 'done' THEN 1 ELSE 0 END
     WHERE id = ANY(%s)
"""
_PUT = """
    INSERT INTO stewardship_taskcandidate (task_id, candidate_id, open)
    SELECT task, candidate, true FROM unnest(%s::bigint[], %s::bigint[]) AS n(task, candidate)
    ON CONFLICT (task_id, candidate_id) DO UPDATE SET open = true WHERE NOT stewardship_taskcandidate.open
"""
_PART = """
    UPDATE stewardship_taskcandidate m SET open = false
      FROM unnest(%s::bigint[], %s::bigint[]) AS n(task, candidate)
     WHERE m.task_id = n.task AND m.candidate_id = n.candidate
"""
_STATE = """
    UPDATE stewardship_task t
       SET queue = n.queue, domains = n.domains, customers = n.customers, score = n.score, priority = n.priority,
           why = n.why, differs = n.differs, agrees = n.agrees, beyond = n.beyond, waits_for_id = n.waits_for,
           change = %s
      FROM jsonb_to_recordset(%s::jsonb) AS n(id bigint, queue text, domains bigint[], customers bigint[],
           score double precision, priority double precision, why text, differs text[], agrees text[],
           beyond integer, waits_for bigint)
     WHERE t.id = n.id
       AND (t.queue, t.domains, t.customers, t.score, t.priority, t.why, t.differs::text[], t.agrees::text[], t.beyond,
            t.waits_for_id)
           IS DISTINCT FROM
           (n.queue, n.domains, n.customers, n.score, n.priority, n.why, n.differs, n.agrees, n.beyond, n.waits_for)
    RETURNING t.id
"""
_FOLLOW_PINS = """
    UPDATE stewardship_task t SET customers = ARRAY[r.customer_id], change = %s
      FROM customers_pin p JOIN customers_sourcerecord r ON r.id = p.record_id
     WHERE t.pin_id = p.id AND t.status = 'open' AND r.customer_id = ANY(%s) AND t.customers <> ARRAY[r.customer_id]
"""
# Answers to what is open again because what they said was taken back elsewhere; one that merged somebody stays.
_TAKEN_BACK = """
    UPDATE stewardship_answer a SET withdrawn_at = %s
      FROM stewardship_task t JOIN stewardship_taskcandidate m ON m.task_id = t.id
      JOIN matching_candidate c ON c.id = m.candidate_id AND c.state = 'open'
      JOIN customers_sourcerecord r ON r.id = c.left_id
     WHERE r.customer_id = ANY(%s) AND a.task_id = t.id AND a.round = t.round AND t.status = 'done'
       AND a.withdrawn_at IS NULL AND a.decision IN ('different', 'related', 'unsure')
"""


@dataclass
class _Reach:
    """What tasks touch: domains, number of records and of what else hangs on each customer."""

    domains: dict[int, set[int]] = field(default_factory=dict)
    records: dict[int, int] = field(default_factory=dict)
    hanging: dict[int, int] = field(default_factory=dict)


@action
def touched(customers: Sequence[Customer], deed: str, *, actor: User) -> None:
    """Open a task for what is now to be decided about these customers, close what no longer is. Refuses nothing.

    The caller holds the customers' locks.
    """
    ids = [customer.pk for customer in customers]
    if deed == "verdict.withdrawn":
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN_BACK, [clock.now(), ids])
    asked, pinned = hangs_on(ids)
    if asked:
        regroup(ids)
    if pinned:
        _open_for_pins(ids)


def regroup(customers: Sequence[int]) -> None:
    """Give every question about these customers (ids), and about whom hangs together with them, to its task."""
    found = wanted(customers)
    if not found.candidates:
        return
    held = tasks_of(found.candidates)
    if held:
        send(_LOCK, [held])
        if snapshot() != found.seen:
            found = wanted(customers)  # as they stand now that nobody else moves them
    _follow(questions(found.candidates))


def _follow(found: Mapping[int, Found]) -> None:
    made = grouping.assign(one.question for one in found.values())
    _part(made.left)
    _close(made.emptied)
    _reopen(made.again)
    _open(made, found)
    if not made.tasks:
        return
    pairs = [(task, candidate) for task, group in made.tasks.items() for candidate in group.candidates]
    send(_PUT, [[task for task, _candidate in pairs], [candidate for _task, candidate in pairs]])
    _restate(made.tasks, found)


def _part(left: Sequence[tuple[int, int]]) -> None:
    if left:
        with connection.cursor() as cursor:
            cursor.execute(_PART, [[task for task, _candidate in left], [candidate for _task, candidate in left]])


def _close(emptied: Sequence[int]) -> None:
    if not emptied:
        return
    rows = Task.objects.open().filter(pk__in=emptied)
    rows.update(
        status=Task.Status.CLOSED, done_at=clock.now(), taken_by=None, taken_until=None, referred_to=None,
        waits_for=None, change=change_id(),
    )  # fmt: skip
    Referral.objects.unanswered().filter(task__in=emptied).update(withdrawn_at=clock.now(), change=change_id())
    history.keep(Task, emptied, history.CHANGED)


def _reopen(again: Sequence[int]) -> None:
    """A question that was asked before goes back to its task, with its age and its answers."""
    if again:
        with connection.cursor() as cursor:
            cursor.execute(_REOPEN, [change_id(), list(again)])
        history.keep(Task, again, history.CHANGED)


def _open(made: Assignment, found: Mapping[int, Found]) -> None:
    """New tasks; what they show is stated afterwards, together with that of the old ones."""
    if not made.new:
        return
    rows = insert_many(Task(queue=_queue(group, found), change=change_id()) for group in made.new)
    history.keep(Task, [row.pk for row in rows], history.ADDED)
    made.tasks.update({row.pk: group for row, group in zip(rows, made.new, strict=True)})


def _queue(group: Group, found: Mapping[int, Found]) -> str:
    return grouping.queue_of(found[one].question.kind for one in group.candidates)


def _restate(tasks: Mapping[int, Group], found: Mapping[int, Found]) -> None:
    reach = _reach({customer for group in tasks.values() for customer in group.customers})
    rows = {row.pk: row for row in _TASKS(list(tasks))}
    stated = [_stated(rows[task], group, found, reach) for task, group in tasks.items()]
    with kept() as cursor:
        cursor.execute(_STATE, [change_id(), json.dumps(stated)])
        changed = [pk for (pk,) in cursor.fetchall()]
    _begin_again([rows[pk].pk for pk in changed if _is_other(rows[pk], tasks[pk])])
    history.keep(Task, changed, history.CHANGED)


def _is_other(row: Task, group: Group) -> bool:
    """It waits for a second answer, and is about other customers by now."""
    return row.stage != Task.Stage.FIRST and row.customers != list(group.customers)


def _begin_again(tasks: Sequence[int]) -> None:
    """The first answer was about others: it is asked anew, from the first."""
    if tasks:
        Answer.objects.filter(task__in=tasks, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE stewardship_task SET stage = 'first', stage_since = NULL, round = round + 1 WHERE id = ANY(%s)",
                [list(tasks)],
            )


def _reach(customers: Iterable[int]) -> _Reach:
    ids = sorted(customers)
    reach = _Reach()
    with kept() as cursor:
        cursor.execute(_DOMAINS, [ids])
        for customer, domain in cursor.fetchall():
            reach.domains.setdefault(customer, set()).add(domain)
        cursor.execute(_RECORDS, [ids])
        reach.records = dict(cursor.fetchall())
    for count in ports.impacts:
        for customer, hanging in count(ids).items():
            reach.hanging[customer] = reach.hanging.get(customer, 0) + hanging
    return reach


def _stated(row: Task, group: Group, found: Mapping[int, Found], reach: _Reach) -> dict[str, Any]:
    of_group = sorted(
        (found[one] for one in group.candidates), key=lambda one: (-one.probability, one.question.candidate)
    )
    queue = _queue(group, found)
    weight = priority.Weight(
        queue=queue,
        probabilities=tuple(one.probability for one in of_group),
        records=sum(reach.records.get(customer, 0) for customer in group.customers),
        hanging=sum(reach.hanging.get(customer, 0) for customer in group.customers),
        doubt=of_group[0].reason,
    )
    levels = [one.evidence.get("levels", ()) for one in of_group]
    return {
        "id": row.pk,
        "queue": queue,
        "domains": sorted(set().union(*[reach.domains.get(customer, set()) for customer in group.customers])),
        "customers": list(group.customers),
        "score": of_group[0].probability,
        "priority": priority.priority(weight, row.opened_at),
        "why": priority.why(weight),
        "differs": grouping.differing(levels),
        "agrees": grouping.agreeing(levels),
        "beyond": group.beyond,
        "waits_for": group.waits_for,
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
    made = Task.objects.bulk_create(_about(pin, reach) for pin in pins)
    history.keep(Task, [task.pk for task in made], history.ADDED)


def _about(pin: Pin, reach: _Reach) -> Task:
    customer = pin.record.customer_id or 0
    now = clock.now()
    weight = priority.Weight("pin", (), reach.records.get(customer, 0), reach.hanging.get(customer, 0))
    return Task(
        queue=Task.Queue.PIN,
        pin=pin,
        customers=[customer],
        domains=sorted(reach.domains.get(customer, {pin.record.domain_id})),
        priority=priority.priority(weight, now),
        why="pin",
        differs=[pin.attribute],
        opened_at=now,
    )
