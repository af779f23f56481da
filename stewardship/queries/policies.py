"""What the policies want of an answer to a task: a second person, a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from cmdm import crypto
from customers.models import Customer
from customers.queries.catalogue import catalogue
from matching.models import Candidate
from stewardship.models import ReviewPolicy, Task
from stewardship.rules import seconding as rules

IDENTIFIER = "identifier"


@dataclass(frozen=True)
class Facts:
    """What policies ask of a task, whatever is answered."""

    task: Task
    sensitive: bool
    contradictory: bool
    policies: Sequence[rules.Policy]

    def answered(self, kinds: frozenset[str]) -> rules.Answered:
        """The same with what an answer says."""
        return rules.Answered(
            self.task.domain_ids(), self.task.score, kinds, sensitive=self.sensitive, contradictory=self.contradictory
        )

    def second(self, kinds: frozenset[str]) -> bool:
        """Whether such an answer needs a second person."""
        return rules.wants_second(self.policies, self.answered(kinds), drawn(self.task))

    @property
    def foreseen(self) -> list[str]:
        """The answers that surely need a second person; who is drawn by chance is not told before."""
        told = [answer for answer in rules.ANSWERS if self.surely(answer)]
        return told if self.task.stage == Task.Stage.FIRST else []

    def surely(self, answer: str) -> bool:
        """Whether an answer needs a second person whatever is drawn."""
        sure = [policy for policy in self.policies if policy.share >= 1]
        return rules.wants_second(sure, self.answered(rules.kinds(answer)), 0)

    def reason(self, kinds: frozenset[str]) -> bool:
        """Whether such an answer must say why."""
        return rules.wants_reason(self.policies, self.answered(kinds))


def facts(task: Task, customers: Sequence[Customer], candidates: Sequence[Candidate]) -> Facts:
    """The policies and what they ask of this task; two queries, one without a policy."""
    policies = policies_for(task.domain_ids())
    if not policies:
        return Facts(task, sensitive=False, contradictory=False, policies=())
    hidden = catalogue().sensitive
    against = IDENTIFIER in task.differs or any(one.kind == Candidate.Kind.CONFLICT for one in candidates)
    held = any(hidden & customer.values.keys() for customer in customers)
    return Facts(task, sensitive=held, contradictory=against, policies=policies)


def policies_for(domains: Collection[int]) -> list[rules.Policy]:
    """The policies in force of these domains, and those of all; one query."""
    with connection.cursor() as cursor:
        cursor.execute(*_in_force())
        made = [rules.Policy(*row) for row in cursor.fetchall()]
    return [one for one in made if one.domain is None or one.domain in domains]


@cache
def _in_force() -> tuple[str, tuple[Any, ...]]:
    """The statement, put together once: it is asked with every answer."""
    rows = ReviewPolicy.objects.active().values_list(*rules.Policy.__dataclass_fields__)
    statement, given = rows.query.sql_with_params()
    return str(statement), tuple(given)


def drawn(task: Task) -> float:
    """A number in [0, 1) that belongs to the task and its round: keyed, so that nobody can foretell it."""
    return (crypto.digest64(f"{task.pk}:{task.round}", "review draw") % 2**32) / 2**32


def needs_second(task: Task, decision: str) -> bool:
    """Whether this answer to the task would wait for a second person; four queries, one without a policy."""
    return _read(task).second(frozenset([decision]))


def surely_second(task: Task, answer: str) -> bool:
    """Whether this answer waits for a second person whatever is drawn; four queries, one without a policy."""
    return _read(task).surely(answer)


def needing_reason(task: Task) -> frozenset[str]:
    """The answers to this task that must say why; four queries, one without a policy."""
    found = _read(task)
    return frozenset(answer for answer in rules.ANSWERS if found.reason(frozenset([answer])))


def _read(task: Task) -> Facts:
    if not policies_for(task.domain_ids()):
        return Facts(task, sensitive=False, contradictory=False, policies=())
    customers = Customer.objects.filter(pk__in=task.customers).defer("lineage", "golden_hash")
    candidates = Candidate.objects.open().filter(tasks__task=task, tasks__open=True).only("kind")
    return facts(task, list(customers), list(candidates))
