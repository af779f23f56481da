"""Which candidates make a task: in this form, all open candidates between the same two customers.

Tasks follow their candidates. When customers are merged, two tasks may come to ask about one pair: the older one takes
the candidates over. When they are split, one task may come to ask about two pairs: it keeps the first, others get one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

SERIOUS = ("conflict", "over_merge", "stale", "possible")
INSIDE = frozenset({"over_merge", "stale"})
"""Kinds that ask about two records of one customer."""

Pair = tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """A candidate as a task sees it: between which customers, whether open, and in which open task."""

    candidate: int
    kind: str
    open: bool
    left: int
    right: int
    task: int | None = None

    @property
    def pair(self) -> Pair:
        return tuple(sorted({self.left, self.right}))

    @property
    def asked(self) -> bool:
        """Open, and still a question where its records are now."""
        if not self.open:
            return False
        return self.kind in INSIDE if self.left == self.right else self.kind != "over_merge"


@dataclass
class Assignment:
    """What becomes of the tasks."""

    tasks: dict[int, list[int]] = field(default_factory=dict)
    """Candidates of each task that goes on."""
    new: list[list[int]] = field(default_factory=list)
    """Candidates of each task to be opened."""
    emptied: list[int] = field(default_factory=list)
    """Tasks with nothing left to ask."""
    left: list[tuple[int, int]] = field(default_factory=list)
    """Task and candidate that part."""


def assign(questions: Iterable[Question]) -> Assignment:
    """Give every question that is asked to exactly one task."""
    known = sorted(questions, key=lambda one: one.candidate)
    groups: dict[Pair, list[Question]] = {}
    for question in known:
        if question.asked:
            groups.setdefault(question.pair, []).append(question)
    made = Assignment()
    for group in groups.values():
        free = sorted({one.task for one in group if one.task is not None} - made.tasks.keys())
        candidates = [one.candidate for one in group]
        if free:
            made.tasks[free[0]] = candidates
        else:
            made.new.append(candidates)
    held = [(one.task, one.candidate) for one in known if one.task is not None]
    made.left = [(task, candidate) for task, candidate in held if candidate not in made.tasks.get(task, ())]
    made.emptied = sorted({task for task, _candidate in held} - made.tasks.keys())
    return made


def queue_of(kinds: Iterable[str]) -> str:
    """The queue of a task: that of its most serious candidate."""
    given = set(kinds)
    return next((kind for kind in SERIOUS if kind in given), "possible")


def differing(levels: Iterable[Sequence[Any]]) -> list[str]:
    """Comparisons that speak against the pair, the weightiest first; a level is ``[comparison, level, weight, …]``."""
    against = sorted((weight, comparison) for comparison, level, weight, *_ in levels if level != "alternative")
    return [comparison for weight, comparison in against if weight < 0]
