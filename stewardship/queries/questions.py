"""What is asked about customers and all that hangs together with them by open questions."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmdm import clock
from cmdm.database.kept import kept
from stewardship.rules.grouping import Question

WALKED = 500  # customers of one part that are read; a larger part is cut where reading ended

# The records of customers. While a hub is filled statistics know nothing of who has how many: a plan for those that are
# guessed makes room for millions. Of an array it takes a few, whoever is in it.
_MINE = """
    mine AS MATERIALIZED (
        SELECT unnest(ARRAY(SELECT r.id FROM customers_sourcerecord r WHERE r.customer_id = ANY(%(customers)s))) AS id)
"""
# From the questions about these customers, and from the customers of the tasks that hold one of them, along open
# questions to everybody who can be reached. OFFSET 0 keeps the planner from joining whole tables for a step: it takes
# what a walk gives for many more rows than it does, and the open questions of a running load for hardly any.
_REACHED = f"""
    WITH RECURSIVE {_MINE},
    near AS MATERIALIZED (
        SELECT c.id, c.state = 'open' AS open, c.left_id, c.right_id
          FROM mine JOIN matching_candidate c ON c.left_id = mine.id
        UNION SELECT c.id, c.state = 'open', c.left_id, c.right_id
          FROM mine JOIN matching_candidate c ON c.right_id = mine.id),
    held AS (
        SELECT DISTINCT m.task_id FROM near JOIN stewardship_taskcandidate m ON m.candidate_id = near.id AND m.open),
    reach (customer) AS (
        SELECT customer FROM (
            SELECT r.customer_id FROM near CROSS JOIN LATERAL (VALUES (near.left_id), (near.right_id)) AS e(id)
             CROSS JOIN LATERAL (SELECT o.customer_id FROM customers_sourcerecord o WHERE o.id = e.id OFFSET 0) AS r
             WHERE near.open AND r.customer_id IS NOT NULL
            UNION SELECT unnest(t.customers) FROM held JOIN stewardship_task t ON t.id = held.task_id
            ) AS seeds(customer)
        UNION
        SELECT next.customer FROM reach CROSS JOIN LATERAL unnest(ARRAY(
            SELECT (SELECT o.customer_id FROM customers_sourcerecord o WHERE o.id = c.other)
              FROM customers_sourcerecord r CROSS JOIN LATERAL (
                SELECT a.right_id FROM matching_candidate a WHERE a.left_id = r.id AND a.state = 'open'
                UNION ALL SELECT b.left_id FROM matching_candidate b WHERE b.right_id = r.id AND b.state = 'open'
                OFFSET 0) AS c(other)
             WHERE r.customer_id = reach.customer)) AS next(customer)
         WHERE next.customer IS NOT NULL)
    SELECT customer, pg_current_snapshot()::text FROM reach LIMIT %(walked)s
"""
# Whether there is anything to walk along at all: most customers that change have no question, and hardly any a pin.
_HANGS = """
    SELECT EXISTS (
        SELECT FROM customers_sourcerecord r CROSS JOIN LATERAL (
            SELECT c.id, c.state FROM matching_candidate c WHERE c.left_id = r.id
            UNION ALL SELECT c.id, c.state FROM matching_candidate c WHERE c.right_id = r.id OFFSET 0) AS c
         WHERE r.customer_id = ANY(%s) AND (c.state = 'open' OR EXISTS (
               SELECT FROM stewardship_taskcandidate m WHERE m.candidate_id = c.id AND m.open))),
           EXISTS (SELECT FROM customers_sourcerecord r JOIN customers_pin p ON p.record_id = r.id
                    WHERE r.customer_id = ANY(%s))
"""
# Of all these the open questions, and whatever else their tasks hold: by ids, for the same reason.
_WANTED = f"""
    WITH {_MINE},
    near AS MATERIALIZED (
        SELECT c.id, c.state = 'open' AS open FROM mine JOIN matching_candidate c ON c.left_id = mine.id
        UNION SELECT c.id, c.state = 'open' FROM mine JOIN matching_candidate c ON c.right_id = mine.id),
    tasks AS (
        SELECT DISTINCT m.task_id FROM near JOIN stewardship_taskcandidate m ON m.candidate_id = near.id AND m.open)
    SELECT id FROM near WHERE open
    UNION SELECT m.candidate_id FROM tasks JOIN stewardship_taskcandidate m ON m.task_id = tasks.task_id AND m.open
"""
# In the middle of a first load statistics say that no record has a customer: a plan would begin with those that have
# one, and go through all of them for every candidate. Hence OFFSET 0, here and above.
_QUESTIONS = """
    SELECT c.id, CASE WHEN c.kind = 'over_merge' AND c.reason = 'said by the customer' THEN 'raised' ELSE c.kind END,
           c.state = 'open', l.customer_id, r.customer_id, m.task_id, c.probability,
           COALESCE((t.taken_by_id IS NOT NULL AND t.taken_until > %(now)s) OR t.stage <> 'first', false),
           b.tasks, b.shut, c.evidence,
           ARRAY(SELECT DISTINCT d.domain_id FROM customers_customerdomain d
                  WHERE d.customer_id IN (l.customer_id, r.customer_id) ORDER BY 1), c.reason
      FROM matching_candidate c
     CROSS JOIN LATERAL (SELECT o.customer_id FROM customers_sourcerecord o WHERE o.id = c.left_id OFFSET 0) AS l
     CROSS JOIN LATERAL (SELECT o.customer_id FROM customers_sourcerecord o WHERE o.id = c.right_id OFFSET 0) AS r
      LEFT JOIN stewardship_taskcandidate m ON m.candidate_id = c.id AND m.open
      LEFT JOIN stewardship_task t ON t.id = m.task_id
      LEFT JOIN LATERAL (
        SELECT array_agg(p.task_id ORDER BY p.id) AS tasks,
               array_agg(p.task_id) FILTER (WHERE e.status <> 'open') AS shut
          FROM stewardship_taskcandidate p JOIN stewardship_task e ON e.id = p.task_id
         WHERE p.candidate_id = c.id AND (e.status <> 'done' OR NOT EXISTS (
               SELECT 1 FROM stewardship_answer a WHERE a.task_id = e.id AND a.withdrawn_at IS NULL))) AS b ON true
     WHERE c.id = ANY(%(wanted)s) AND (c.state = 'open' OR m.id IS NOT NULL)
       AND l.customer_id IS NOT NULL AND r.customer_id IS NOT NULL
"""

# Which tasks hold or held what is or was asked about them, and what each holds now.
_TASKS = f"""
    WITH {_MINE},
    near AS MATERIALIZED (
        SELECT c.id FROM mine JOIN matching_candidate c ON c.left_id = mine.id
        UNION SELECT c.id FROM mine JOIN matching_candidate c ON c.right_id = mine.id)
    SELECT m.task_id, array_agg(m.candidate_id) FILTER (WHERE m.open)
      FROM near JOIN stewardship_taskcandidate m ON m.candidate_id = near.id GROUP BY m.task_id
"""


@dataclass(frozen=True)
class Found:
    """A candidate with what its task shows of it."""

    question: Question
    probability: float
    evidence: Mapping[str, Any]
    reason: str = ""


def asked_around(customers: Collection[int]) -> dict[int, frozenset[int]]:
    """By task, open or not, in all parts in which one of these customers (ids) is, the candidates in it now.

    Two queries.
    """
    reached, _seen = _reached(customers)
    with kept() as cursor:
        cursor.execute(_TASKS, {"customers": sorted(reached.union(customers))})
        return {task: frozenset(candidates or ()) for task, candidates in cursor.fetchall()}


def _reached(customers: Collection[int]) -> tuple[set[int], str]:
    """Those that are reached, and the snapshot in which they were."""
    given: dict[str, Any] = {"customers": list(customers), "walked": WALKED + 10 * len(customers)}
    with kept() as cursor:
        cursor.execute(_REACHED, given)
        rows = cursor.fetchall()
    return {customer for customer, _seen in rows}, rows[0][1] if rows else ""


@dataclass(frozen=True)
class Wanted:
    """Candidates (ids), and the snapshot of the database in which they began to be read."""

    candidates: Sequence[int] = ()
    seen: str = ""


def hangs_on(customers: Collection[int]) -> tuple[bool, bool]:
    """Whether anything is asked about these customers (ids), and whether a value of theirs was chosen; one query."""
    with kept() as cursor:
        cursor.execute(_HANGS, [list(customers), list(customers)])
        asked, pinned = cursor.fetchone()
        return asked, pinned


def wanted(customers: Collection[int]) -> Wanted:
    """The candidates of all parts in which one of these customers (ids) is; two queries."""
    reached, seen = _reached(customers)
    with kept() as cursor:
        cursor.execute(_WANTED, {"customers": sorted(reached.union(customers))})
        return Wanted(sorted(candidate for (candidate,) in cursor.fetchall()), seen)


def tasks_of(candidates: Sequence[int]) -> list[int]:
    """The tasks (ids) that ask or asked these candidates; one query."""
    with kept() as cursor:
        cursor.execute(
            "SELECT DISTINCT task_id FROM stewardship_taskcandidate WHERE candidate_id = ANY(%s)", [list(candidates)]
        )
        return sorted(task for (task,) in cursor.fetchall())


def questions(candidates: Sequence[int]) -> dict[int, Found]:
    """What is asked by these candidates (ids), and in which tasks; one query."""
    with kept() as cursor:
        cursor.execute(_QUESTIONS, {"wanted": list(candidates), "now": clock.now()})
        rows = cursor.fetchall()
    present = {row[5] for row in rows}
    found = {}
    for candidate, kind, is_open, left, right, task, probability, held, tasks, shut, evidence, domains, reason in rows:
        before = tuple(one for one in tasks or () if one in present or one in (shut or ()))
        known = json.loads(evidence) if isinstance(evidence, str) else evidence
        question = Question(candidate, kind, is_open, left, right, task, probability, held, before, tuple(domains))
        found[candidate] = Found(question, probability, known, reason)
    return found
