"""Which candidates make a task: those of customers that hang together by open candidates of one queue.

Only pairs that touch the same domains come together: who decides in his domain would otherwise lose a pair of it to a
group that reaches into another, where he may not decide.

A group has two to six customers; a larger one is cut at its weakest links. Doubts inside one customer make a task by
themselves. Which groups there are depends on what is open and on nothing else; which task holds a group depends on
where its candidates were before: tasks follow their candidates, the older one goes on, and what is separated again goes
back to where it was.

A task that somebody holds is left as it is. What would have joined it makes a task that waits for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stewardship.rules.cutting import LARGEST, Pair, connected, cut

SERIOUS = ("conflict", "over_merge", "raised", "stale", "sample", "possible")
RAISED = "raised"
INSIDE = frozenset({"over_merge", "sample"})
"""Kinds that ask about two records of one customer; what a customer raised may be about one or two."""


@dataclass(frozen=True)
class Question:
    """A candidate as a task sees it: between which customers, whether open, and in which open task.

    ``domains``: those of its customers. ``held``: its task is in somebody's hands. ``before``: tasks that asked it
    earlier, the first one first, and may ask it again.
    """

    candidate: int
    kind: str
    open: bool
    left: int
    right: int
    task: int | None = None
    strength: float = 0.5
    held: bool = False
    before: tuple[int, ...] = ()
    domains: tuple[int, ...] = ()

    @property
    def customers(self) -> tuple[int, ...]:
        return tuple(sorted({self.left, self.right}))

    @property
    def inside(self) -> bool:
        return self.left == self.right

    @property
    def asked(self) -> bool:
        """Open, and still a question where its records are now."""
        return self.open and (self.kind == RAISED or self.inside == (self.kind in INSIDE))


@dataclass(frozen=True)
class Group:
    """Candidates that belong in one task. ``beyond``: customers cut off; ``waits_for``: a task that is held."""

    candidates: tuple[int, ...]
    customers: tuple[int, ...]
    beyond: int = 0
    waits_for: int | None = None


@dataclass
class Assignment:
    """What becomes of the tasks."""

    tasks: dict[int, Group] = field(default_factory=dict)
    """The group of each task that goes on."""
    again: list[int] = field(default_factory=list)
    """Of these, the ones that had been settled and are asked again."""
    new: list[Group] = field(default_factory=list)
    """Each group for which a task is to be opened."""
    emptied: list[int] = field(default_factory=list)
    """Tasks with nothing left to ask."""
    left: list[tuple[int, int]] = field(default_factory=list)
    """Task and candidate that part."""


def assign(questions: Iterable[Question]) -> Assignment:
    """Give every question that is asked to exactly one task."""
    known = {one.candidate: one for one in sorted(questions, key=lambda one: one.candidate)}
    asked = [one for one in known.values() if one.asked]
    groups = sorted(_inside(asked) + _across([one for one in asked if not one.inside]), key=_first)
    made = _placed(groups, known)
    held = [(one.task, one.candidate) for one in known.values() if one.task is not None]
    kept = {task: set(group.candidates) for task, group in made.tasks.items()}
    made.left = [(task, candidate) for task, candidate in held if candidate not in kept.get(task, ())]
    made.emptied = sorted({task for task, _candidate in held} - kept.keys())
    return made


def _first(group: Group) -> int:
    return group.candidates[0]


def _inside(asked: Sequence[Question]) -> list[Group]:
    """All doubts of one kind about one customer; those that come up while they are looked at wait."""
    found: dict[tuple[int, str], list[Question]] = {}
    for one in asked:
        if one.inside:
            found.setdefault((one.left, one.kind), []).append(one)
    made = []
    for doubts in found.values():
        holding = {one.task: [each for each in doubts if each.task == one.task] for one in doubts if one.held}
        made += [_group(of_task, 1, None) for of_task in holding.values()]
        if free := [one for one in doubts if not one.held]:
            made.append(_group(free, 1, next(iter(holding), None)))
    return made


def _across(asked: Sequence[Question]) -> list[Group]:
    """Pairs of customers, each in the queue of its most serious candidate, as groups of one queue and its domains."""
    by_pair: dict[Pair, list[Question]] = {}
    for one in asked:
        by_pair.setdefault((min(one.left, one.right), max(one.left, one.right)), []).append(one)
    alike: dict[tuple[str, tuple[int, ...]], list[Pair]] = {}
    for pair, of_pair in by_pair.items():
        alike.setdefault((queue_of(one.kind for one in of_pair), of_pair[0].domains), []).append(pair)
    made = []
    for pairs in alike.values():
        for part in connected(pairs):
            strengths = {pair: max(one.strength for one in by_pair[pair]) for pair in part}
            made += _groups(strengths, by_pair)
    return made


def _groups(strengths: Mapping[Pair, float], by_pair: Mapping[Pair, Sequence[Question]]) -> list[Group]:
    """The groups of one connected part. What somebody holds stays as he has it; the rest of its group waits for it."""
    size = len(_ends(strengths))
    made: dict[int, list[Question]] = {}
    rest = []
    for pairs in [list(strengths)] if size <= LARGEST else cut(strengths):
        of_group = [one for pair in pairs for one in by_pair[pair]]
        holding = [one.task for one in of_group if one.held and one.task is not None]
        for one in of_group:
            if one.held and one.task is not None:
                made.setdefault(one.task, []).append(one)
        free = [one for one in of_group if not one.held]
        for part in _parts(free) if holding else [free]:
            rest.append(_group(part, size, min(holding, default=None)))
    for of_task in made.values():
        first, *others = _parts(of_task)
        rest.append(_group(first, size, None))
        rest += [_group(part, size, of_task[0].task) for part in others]
    return rest


def _parts(questions: Sequence[Question]) -> list[list[Question]]:
    """Questions that hang together."""
    by_pair: dict[Pair, list[Question]] = {}
    for one in questions:
        by_pair.setdefault((min(one.left, one.right), max(one.left, one.right)), []).append(one)
    return [[one for pair in pairs for one in by_pair[pair]] for pairs in connected(by_pair)]


def _group(questions: Sequence[Question], size: int, waits_for: int | None) -> Group:
    customers = tuple(sorted({end for one in questions for end in one.customers}))
    candidates = tuple(sorted(one.candidate for one in questions))
    return Group(candidates, customers, size - len(customers), waits_for)


def _ends(pairs: Iterable[Pair]) -> set[int]:
    return {end for pair in pairs for end in pair}


def _placed(groups: Sequence[Group], known: Mapping[int, Question]) -> Assignment:
    """The task of each group: the one in which it is; where several come from one, the group that first was there."""
    made = Assignment()
    placed: set[int] = set()
    held = {one.task for one in known.values() if one.held}
    within: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        for task in {task for one in group.candidates if (task := known[one].task) is not None}:
            within.setdefault(task, []).append(place)
    for task, places in sorted(within.items()):
        free = [place for place in places if place not in placed]
        if task in held:
            free = [place for place in free if groups[place].waits_for is None]
        if free:
            first = min(free, key=lambda place: (task not in _native(groups[place], known), _first(groups[place])))
            made.tasks[task] = groups[first]
            placed.add(first)
    open_now = {one.task for one in known.values()}
    for wish in (_native, _earlier):
        for place, group in enumerate(groups):
            wished = [task for task in wish(group, known) if task not in made.tasks] if place not in placed else []
            if wished:
                made.tasks[wished[0]] = group
                made.again += [] if wished[0] in open_now else [wished[0]]
                placed.add(place)
    made.new = [group for place, group in enumerate(groups) if place not in placed]
    return made


def _native(group: Group, known: Mapping[int, Question]) -> list[int]:
    """The tasks that asked about its candidates first."""
    return sorted({known[one].before[0] for one in group.candidates if known[one].before})


def _earlier(group: Group, known: Mapping[int, Question]) -> list[int]:
    return sorted({task for one in group.candidates for task in known[one].before}, reverse=True)


def queue_of(kinds: Iterable[str]) -> str:
    """The queue of a task: that of its most serious candidate."""
    given = set(kinds)
    return next((kind for kind in SERIOUS if kind in given), "possible")


Levels = Iterable[Sequence[Any]]


def differing(pairs: Iterable[Levels]) -> list[str]:
    """Comparisons that speak against these pairs, of each the weightiest first.

    A level of a pair is ``[comparison, level, weight, …]``.
    """
    return list(dict.fromkeys(name for levels in pairs for weight, name in sorted(_weighed(levels)) if weight < 0))


def agreeing(pairs: Iterable[Levels]) -> list[str]:
    """Comparisons that speak for them: by what they were found, of each the weightiest first."""
    found = (name for levels in pairs for weight, name in sorted(_weighed(levels), reverse=True) if weight > 0)
    return list(dict.fromkeys(found))


def _weighed(levels: Levels) -> list[tuple[float, str]]:
    return [(weight, comparison) for comparison, level, weight, *_ in levels if level != "alternative"]
