"""The queue page: rows, facets, and the filters that the reader keeps. Rights come before counting."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import User
from customers.queries.catalogue import Catalogue, catalogue
from stewardship.models import SavedFilter, Task, TaskCandidate
from stewardship.models.task import OFFERED
from stewardship.queries.facets import Chip, Choice, Facet, chips, counted, facets, labelled
from stewardship.queries.sides import Side, sides_of
from stewardship.queries.wanted import BANDS, CAP, Wanted, capped_count, waiting
from stewardship.queries.why import Why, why_first

__all__ = [
    "BANDS", "CAP", "ICONS", "SIZE", "Choice", "QueuePage", "Row", "Wanted", "capped_count", "elsewhere_of",
    "kept_counts", "label_of", "open_by_queue", "queue_page", "rows_of", "waiting",
]  # fmt: skip

SIZE = 25
SAVED = 20
NAMED = 2
ICONS = {
    "possible": "arrows-join",
    "conflict": "git-pull-request",
    "over_merge": "arrows-split",
    "stale": "refresh-alert",
    "sample": "dice-3",
    "raised": "message-user",
    "pin": "pinned-off",
}

# One branch a queue, its name a constant: only so does an empty queue cost an index look-up instead of the whole table.
_A_QUEUE = """
    SELECT '{queue}', (SELECT count(*) FROM (SELECT 1 FROM stewardship_task
             WHERE status = 'open' AND queue = '{queue}' AND domains && %(domains)s::bigint[] AND {offered}
             LIMIT %(cap)s) AS capped),
           (SELECT opened_at FROM stewardship_task
             WHERE status = 'open' AND queue = '{queue}' AND domains && %(domains)s::bigint[] AND {offered}
             ORDER BY id LIMIT 1)
"""
_QUEUES = " UNION ALL ".join(_A_QUEUE.format(queue=queue, offered=OFFERED) for queue in Task.Queue.values)


@dataclass(frozen=True)
class Row:
    """One task of the list: who is asked about, why now, and whether the reader may take it."""

    task: Task
    sides: Sequence[Side]
    why: Why
    differs: Sequence[str]
    sources: Sequence[str]
    mine: bool
    holder: str
    minutes: int
    decidable: bool
    elsewhere: str = ""
    elsewhere_icon: str = "lock"

    @property
    def named(self) -> list[Side]:
        """Those that are named: two with different names where there are two."""
        first = [side for side in self.sides if side.visible][:1] or list(self.sides[:1])
        called = {str(side) for side in first}
        others = [side for side in self.sides if side not in first]
        other = next((side for side in others if str(side) not in called), None) or next(iter(others), None)
        return [*first, *([other] if other else [])]

    @property
    def more(self) -> int:
        """How many customers of the group are not named."""
        return max(len(self.sides) - NAMED, 0)


@dataclass(frozen=True)
class QueuePage:
    """Everything on the page but the rows' own paging."""

    wanted: Wanted
    title: Any
    waiting: int
    oldest: datetime | None
    matching: int
    queues: Facet
    facets: Sequence[Facet]
    chips: Sequence[Chip]
    saved: Sequence[SavedFilter] = ()
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def first(self) -> int:
        """The row where the reader begins: the first that is in nobody else's hands (its id)."""
        free = (row.task.pk for row in self.rows if not row.holder and not row.elsewhere)
        return next(free, self.rows[0].task.pk if self.rows else 0)


def queue_page(wanted: Wanted, tasks: Sequence[Task], user: User) -> QueuePage:
    """The page around these tasks; a fixed number of queries."""
    known = catalogue()
    queues, oldest = _queues(wanted, user)
    counts = counted(wanted, user)
    current = next(choice for choice in queues.choices if choice.active)
    labels = labelled(wanted, counts, known, user)
    return QueuePage(
        wanted=wanted,
        title=current.label,
        waiting=current.count,
        oldest=oldest,
        matching=capped_count(waiting(wanted, user)) if wanted.is_filtered else current.count,
        queues=queues,
        facets=facets(wanted, counts, labels, capped=current.count > CAP),
        chips=chips(wanted, labels),
        saved=list(
            SavedFilter.objects.visible_to(user).select_related("domain", "user").order_by("name", "pk")[:SAVED]
        ),
        rows=rows_of(tasks, user, known),
    )


def saved_filters(user: User) -> list[SavedFilter]:
    """The reader's own filters and those shared with him; one query."""
    rows = SavedFilter.objects.visible_to(user).select_related("domain", "user")
    return list(rows.order_by("name", "pk")[:SAVED])


def kept_counts(kept: Sequence[Wanted], user: User) -> list[int]:
    """How many cards each of these filters shows among the first thousand of its queue; one query, none for none."""
    statements: list[str] = []
    given: list[Any] = []
    for place, wanted in enumerate(kept):
        first = waiting(Wanted(queue=wanted.queue), user).order_by().values("pk")[:CAP]
        try:
            rows = waiting(wanted, user).filter(pk__in=first).order_by().values("pk")
            statement, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        statements.append(f"SELECT {place}, count(*) FROM ({statement}) AS kept")
        given += values
    if not statements:
        return [0] * len(kept)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), given)
        found = dict(cursor.fetchall())
    return [found.get(place, 0) for place in range(len(kept))]


def open_by_queue(user: User) -> dict[str, int]:
    """How much waits in each queue, a thousand and one at most; one query."""
    return {queue: count for queue, count, _oldest in _queue_counts(user)}


def _queue_counts(user: User) -> list[tuple[str, int, datetime | None]]:
    domains = sorted(access.scope(user, "decide"))
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES, {"domains": domains, "cap": CAP + 1, "now": clock.now()})
        return sorted(cursor.fetchall(), key=lambda row: Task.Queue.values.index(row[0]))


def _queues(wanted: Wanted, user: User) -> tuple[Facet, datetime | None]:
    choices, since = [], None
    for queue, count, oldest in _queue_counts(user):
        active = queue == wanted.queue
        since = oldest if active else since
        label = Task.Queue(queue).label
        choices.append(Choice(label, count, {"queue": queue}, active, ICONS[queue]))
    return Facet(_("Queues"), choices), since


def rows_of(tasks: Sequence[Task], user: User, known: Catalogue) -> list[Row]:
    """Tasks as the list shows them; four queries, however many."""
    sides = sides_of({customer for task in tasks for customer in task.customers}, user)
    sources = _sources(tasks, user)
    held = access.scope(user, "decide")
    now = clock.now()
    return [_row(task, sides, sources.get(task.pk, ()), held, user, known, now) for task in tasks]


def _row(
    task: Task,
    sides: Mapping[int, Side],
    sources: Sequence[str],
    held: frozenset[int],
    user: User,
    known: Catalogue,
    now: datetime,
) -> Row:
    decidable = task.domain_ids() <= held
    is_held = task.taken_by is not None and task.taken_until is not None and task.taken_until > now
    mine = is_held and task.taken_by_id == user.pk
    left = int((task.taken_until - now).total_seconds() // 60) + 1 if is_held and task.taken_until else 0
    elsewhere, icon = elsewhere_of(task, user)
    return Row(
        task=task,
        sides=[sides.get(customer, Side(customer)) for customer in task.customers],
        why=why_first(task, decidable=decidable, now=now),
        differs=[label_of(known, name) for name in task.differs[:3]] if decidable else [],
        sources=sources,
        mine=mine,
        holder=str(task.taken_by) if is_held and not mine else "",
        minutes=left,
        decidable=decidable,
        elsewhere=elsewhere,
        elsewhere_icon=icon,
    )


def elsewhere_of(task: Task, user: User) -> tuple[str, str]:
    """Where a task is that the reader cannot take now, though nobody holds it."""
    if task.referred_to is not None and task.referred_to.kind == User.Kind.PORTAL:
        return str(_("Asked: the customer")), "help-circle"
    if task.referred_to is not None and task.referred_to_id != user.pk:
        return str(_("Asked: %(who)s") % {"who": task.referred_to}), "help-circle"
    if task.assigned_to is not None and task.assigned_to_id != user.pk:
        return str(_("For %(who)s") % {"who": task.assigned_to}), "user-check"
    return "", ""


def label_of(known: Catalogue, name: str) -> str:
    """The name of an attribute for people."""
    spec = known.specs.get(name)
    return spec.label if spec else name.replace("_", " ").capitalize()


def _sources(tasks: Sequence[Task], user: User) -> dict[int, list[str]]:
    """Names of the sources whose records the tasks ask about, as far as the user may see them; one query."""
    seen = access.scope(user, "view")
    found: dict[int, list[str]] = defaultdict(list)
    members = TaskCandidate.objects.filter(task__in=[task.pk for task in tasks], open=True)
    for side in members.values_list(
        "task_id",
        "candidate__left__domain_id",
        "candidate__left__source__name",
        "candidate__right__domain_id",
        "candidate__right__source__name",
    ):
        task, left_domain, left, right_domain, right = side
        for domain, name in ((left_domain, left), (right_domain, right)):
            if domain in seen and name not in found[task]:
                found[task].append(name)
    return found
