"""The queue page: filters, facets with counts, rows. Rights come before counting, counts stop at a thousand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Domain, User
from customers.models import Source
from customers.queries.catalogue import Catalogue, catalogue
from stewardship.models import Task, TaskCandidate
from stewardship.models.task import TaskQuerySet
from stewardship.queries.sides import Side, sides_of
from stewardship.queries.why import Why, why_first

CAP = 1_000
SIZE = 25
BANDS: dict[str, tuple[float, float, Any]] = {
    "high": (0.80, 1.01, _("0.80 and more")),
    "middle": (0.50, 0.80, _("0.50 – 0.80")),
    "low": (0.0, 0.50, _("under 0.50")),
}
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
             WHERE status = 'open' AND queue = '{queue}' AND domains && %(domains)s::bigint[] LIMIT %(cap)s) AS capped),
           (SELECT opened_at FROM stewardship_task
             WHERE status = 'open' AND queue = '{queue}' AND domains && %(domains)s::bigint[] ORDER BY id LIMIT 1)
"""
_QUEUES = " UNION ALL ".join(_A_QUEUE.format(queue=queue) for queue in Task.Queue.values)
# What differs is counted only where the reader may see both sides.
_FACETS = """
    WITH base AS MATERIALIZED (
        SELECT id, score, domains, taken_by_id, taken_until,
               CASE WHEN domains <@ %(domains)s::bigint[] THEN differs ELSE '{}' END AS differs
          FROM stewardship_task
         WHERE status = 'open' AND queue = %(queue)s AND domains && %(domains)s::bigint[] LIMIT %(cap)s)
    SELECT 'mine', '', count(*) FROM base WHERE taken_by_id = %(user)s AND taken_until > %(now)s
    UNION ALL
    SELECT 'band', CASE WHEN score >= 0.8 THEN 'high' WHEN score >= 0.5 THEN 'middle' ELSE 'low' END, count(*)
      FROM base WHERE score IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'differs', d, count(*) FROM base, unnest(base.differs) AS d GROUP BY 2
    UNION ALL
    SELECT 'domain', d::text, count(*) FROM base, unnest(base.domains) AS d
     WHERE d = ANY(%(domains)s::bigint[]) GROUP BY 2
    UNION ALL
    SELECT 'source', r.source_id::text, count(DISTINCT base.id)
      FROM base JOIN stewardship_taskcandidate m ON m.task_id = base.id AND m.open
      JOIN matching_candidate c ON c.id = m.candidate_id
      JOIN customers_sourcerecord r ON r.id IN (c.left_id, c.right_id) AND r.domain_id = ANY(%(seen)s::bigint[])
     GROUP BY 2
"""


@dataclass(frozen=True)
class Wanted:
    """The filters of the queue, as they stand in its address."""

    queue: str = "possible"
    source: int | None = None
    band: str = ""
    differs: str = ""
    mine: bool = False
    domain: int | None = None
    oldest: bool = False

    def narrow(self, rows: TaskQuerySet, user: User) -> TaskQuerySet:
        """The tasks that fit, in their order."""
        rows = rows.filter(queue=self.queue)
        if self.source is not None:
            said = Q(candidate__left__source=self.source) | Q(candidate__right__source=self.source)
            rows = rows.filter(Exists(TaskCandidate.objects.filter(said, task=OuterRef("pk"), open=True)))
        if self.band:
            low, high, _label = BANDS[self.band]
            rows = rows.filter(score__gte=low, score__lt=high)
        if self.differs:
            mine = list(access.scope(user, "decide"))
            rows = rows.filter(differs__contains=[self.differs], domains__contained_by=mine)
        if self.domain is not None:
            rows = rows.filter(domains__contains=[self.domain])
        if self.mine:
            rows = rows.filter(taken_by=user, taken_until__gt=clock.now())
        return rows.order_by(*self.order)

    @property
    def order(self) -> tuple[str, ...]:
        return ("pk",) if self.oldest else ("-priority", "pk")

    def behind(self, rows: TaskQuerySet, task: Task) -> TaskQuerySet:
        """Of these rows, in their order, those that come after a task."""
        if self.oldest:
            return rows.filter(pk__gt=task.pk)
        return rows.filter(Q(priority__lt=task.priority) | Q(priority=task.priority, pk__gt=task.pk))

    @property
    def is_filtered(self) -> bool:
        return bool(self.source is not None or self.band or self.differs or self.mine or self.domain is not None)

    def parameters(self, **changed: Any) -> dict[str, Any]:
        """What stands in the address; ``changed`` lays over it, ``None`` takes away."""
        own = {
            "queue": self.queue,
            "source": self.source,
            "band": self.band or None,
            "differs": self.differs or None,
            "domain": self.domain,
            "mine": "1" if self.mine else None,
            "order": "oldest" if self.oldest else None,
        }
        return {name: value for name, value in {**own, **changed}.items() if value is not None}


@dataclass(frozen=True)
class Choice:
    """One line of a facet: a link with its count."""

    label: Any
    count: int
    parameters: Mapping[str, Any]
    active: bool = False
    icon: str = ""
    capped: bool = False


@dataclass(frozen=True)
class Facet:
    """One group of choices."""

    label: Any
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Chip:
    """A filter in force and the address without it."""

    label: Any
    without: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One task of the list."""

    task: Task
    sides: Sequence[Side]
    why: Why
    differs: Sequence[str]
    sources: Sequence[str]
    mine: bool
    holder: str
    minutes: int
    decidable: bool


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
    rows: Sequence[Row] = field(default_factory=tuple)


def waiting(wanted: Wanted, user: User) -> TaskQuerySet:
    """Open tasks that touch the user's domains and fit the filters, in order."""
    return wanted.narrow(Task.objects.visible_to(user).open(), user)


def capped_count(rows: QuerySet[Any]) -> int:
    """The number of rows, a thousand and one at most; one query."""
    return rows.order_by()[: CAP + 1].count()


def queue_page(wanted: Wanted, tasks: Sequence[Task], user: User) -> QueuePage:
    """The page around these tasks; a fixed number of queries."""
    known = catalogue()
    queues, oldest = _queues(wanted, user)
    counts = _facet_counts(wanted, user)
    current = next(choice for choice in queues.choices if choice.active)
    labels = _labels(counts, known)
    return QueuePage(
        wanted=wanted,
        title=current.label,
        waiting=current.count,
        oldest=oldest,
        matching=capped_count(waiting(wanted, user)) if wanted.is_filtered else current.count,
        queues=queues,
        facets=_facets(wanted, counts, labels, capped=current.count > CAP),
        chips=_chips(wanted, labels),
        rows=rows_of(tasks, user, known),
    )


def open_by_queue(user: User) -> dict[str, int]:
    """How much waits in each queue, a thousand and one at most; one query."""
    return {queue: count for queue, count, _oldest in _queue_counts(user)}


def _queue_counts(user: User) -> list[tuple[str, int, datetime | None]]:
    domains = sorted(access.scope(user, "decide"))
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES, {"domains": domains, "cap": CAP + 1})
        return sorted(cursor.fetchall(), key=lambda row: Task.Queue.values.index(row[0]))


def _queues(wanted: Wanted, user: User) -> tuple[Facet, datetime | None]:
    choices, since = [], None
    for queue, count, oldest in _queue_counts(user):
        active = queue == wanted.queue
        since = oldest if active else since
        label = Task.Queue(queue).label
        choices.append(Choice(label, count, {"queue": queue}, active, ICONS[queue]))
    return Facet(_("Queues"), choices), since


def _facet_counts(wanted: Wanted, user: User) -> dict[str, dict[str, int]]:
    given: dict[str, Any] = {
        "queue": wanted.queue,
        "domains": sorted(access.scope(user, "decide")),
        "seen": sorted(access.scope(user, "view")),
        "cap": CAP,
        "user": user.pk,
        "now": clock.now(),
    }
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_FACETS, given)
        for facet, value, count in cursor.fetchall():
            found[facet][value] = count
    return found


def _labels(counts: Mapping[str, Mapping[str, int]], known: Catalogue) -> dict[str, dict[str, Any]]:
    """Names of what the facets count; two queries."""
    sources = Source.objects.filter(pk__in=[int(pk) for pk in counts.get("source", ())])
    return {
        "source": {str(pk): name for pk, name in sources.values_list("pk", "name")},
        "domain": {str(pk): name for pk, name in Domain.objects.values_list("pk", "name")},
        "differs": {name: spec.row.label for name, spec in known.specs.items()},
        "band": {name: label for name, (_low, _high, label) in BANDS.items()},
    }


def _facets(
    wanted: Wanted, counts: Mapping[str, Mapping[str, int]], labels: Mapping[str, Mapping[str, Any]], *, capped: bool
) -> list[Facet]:
    mine = Choice(_("Taken by me"), counts["mine"].get("", 0), wanted.parameters(mine="1"), wanted.mine, "lock")
    made = [Facet(_("Mine"), [mine])]
    for name, title in (
        ("band", _("Score")),
        ("differs", _("What differs")),
        ("source", _("Source")),
        ("domain", _("Domain")),
    ):
        found = counts.get(name, {})
        order = list(BANDS) if name == "band" else sorted(found, key=lambda one: (-found[one], one))[:10]
        given = str(getattr(wanted, name) or "")
        choices = [
            Choice(
                labels[name].get(value) or value.replace("_", " "),
                found.get(value, 0),
                wanted.parameters(**{name: None if value == given else value}),
                value == given,
                capped=capped,
            )
            for value in order
        ]
        if len(choices) > 1 or given:
            made.append(Facet(title, choices))
    return made


def _chips(wanted: Wanted, labels: Mapping[str, Mapping[str, Any]]) -> list[Chip]:
    chips = [Chip(_("Taken by me"), wanted.parameters(mine=None))] if wanted.mine else []
    for name in ("band", "differs", "source", "domain"):
        value = getattr(wanted, name)
        if value:
            label = labels[name].get(str(value)) or str(value).replace("_", " ")
            chips.append(Chip(label, wanted.parameters(**{name: None})))
    return chips


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
    )


def label_of(known: Catalogue, name: str) -> str:
    """The name of an attribute for people."""
    spec = known.specs.get(name)
    return spec.row.label if spec else name.replace("_", " ").capitalize()


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
