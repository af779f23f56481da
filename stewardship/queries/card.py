"""The review card: two customers beside each other, with everything needed to answer and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access, clock
from cmdm.models import User
from customers import ports
from customers.models import Customer, Pin, SourceRecord
from customers.ports import EffectFact
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.claims import pin_rules
from matching.models import Candidate, Verdict
from matching.queries.explaining import PairExplained, pair_explained
from stewardship.models import Answer, Task, TaskCandidate
from stewardship.queries.comparison import Columns, Group, columns, compare
from stewardship.queries.queue import CAP, Wanted, capped_count, label_of, waiting
from stewardship.queries.sides import Side, sides_of
from stewardship.queries.why import Why, why_first

BATCH = 25
UNDOABLE = 10
LETTERS = "AB"


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    letter: str
    side: Side
    records: int
    since: datetime | None
    version: int


@dataclass(frozen=True)
class Earlier:
    """What somebody said of these two before."""

    answer: str
    label: Any
    by: str
    at: datetime
    reason: str
    withdrawn: bool
    since: Sequence[str] = ()


@dataclass(frozen=True)
class Undoable:
    """An answer of the reader that can still be taken back."""

    pk: int
    label: Any
    names: str
    at: datetime


@dataclass(frozen=True)
class Progress:
    """How far the reader is."""

    decided: int
    left: int
    next_names: str = ""
    next_score: float | None = None

    @property
    def place(self) -> int:
        return self.decided % BATCH + 1

    @property
    def fraction(self) -> float:
        return self.place / BATCH

    @property
    def size(self) -> int:
        return BATCH

    @property
    def is_more(self) -> bool:
        return self.left > CAP


@dataclass(frozen=True)
class Card:
    """A task as the card shows it. Not ``decidable``: only the visible sides, and that another steward is needed."""

    task: Task
    wanted: Wanted
    title: str
    heads: Sequence[Head]
    why: Why
    decidable: bool
    mine: bool
    holder: str
    minutes: int
    lapsed: bool
    progress: Progress
    undoable: Sequence[Undoable]
    groups: Sequence[Group] = ()
    explained: PairExplained | None = None
    low: float = 0.0
    high: float = 0.0
    earlier: Sequence[Earlier] = ()
    effects: Sequence[EffectFact] = ()
    pin: Pin | None = None
    pin_label: str = ""

    @property
    def to_choose(self) -> int:
        """Rows where no rule decides."""
        return sum(line.preview.undecided for group in self.groups for line in group.lines)

    @property
    def seen(self) -> str:
        """The versions shown, as the answer posts them back."""
        return ",".join(f"{head.side.customer}:{head.version}" for head in self.heads)

    @property
    def differing(self) -> int:
        return sum(len(group.lines) for group in self.groups)

    @property
    def shares(self) -> list[tuple[float, str]]:
        """Same, household and other, as the bar draws them."""
        if self.explained is None:
            return []
        one = self.explained
        return [(one.probability, "same"), (one.household, "related"), (one.other, "grey")]


@dataclass(frozen=True)
class _Material:
    """What the parts of a card are made of."""

    task: Task
    user: User
    known: Catalogue
    customers: Sequence[Customer]
    records: Mapping[int, Sequence[SourceRecord]]
    candidate: Candidate | None


def review_card(task: Task, user: User, wanted: Wanted) -> Card:
    """The card of a task that touches the user's domains; a fixed number of queries."""
    known = catalogue()
    now = clock.now()
    decidable = task.domain_ids() <= access.scope(user, "decide")
    answers = _last_answers(user)
    coming = _next_task(task, user, wanted)
    about = [task, *[answer.task for answer in answers], *([coming] if coming else [])]
    sides = sides_of({customer for one in about for customer in one.customers}, user)
    card = Card(
        task=task,
        wanted=wanted,
        title=_title(task, sides),
        heads=[],
        why=why_first(task, decidable=decidable, now=now),
        decidable=decidable,
        progress=_progress(user, wanted, coming, sides),
        undoable=[Undoable(one.pk, one.get_decision_display(), _title(one.task, sides), one.at) for one in answers],
        **_hold(task, user, now),
    )
    return _fill(card, _material(task, user, known), sides)


def _hold(task: Task, user: User, now: datetime) -> dict[str, Any]:
    mine = task.taken_by_id == user.pk
    runs = task.taken_until is not None and task.taken_until > now
    left = (task.taken_until - now if runs and task.taken_until else timedelta()).total_seconds()
    return {
        "mine": mine and runs,
        "holder": str(task.taken_by) if runs and not mine else "",
        "minutes": int(left // 60) + 1 if runs else 0,
        "lapsed": mine and not runs,
    }


def _title(task: Task, sides: Mapping[int, Side]) -> str:
    """Both customers; of a settled task those that are still there to be seen (one may be part of the other by now)."""
    found = [sides.get(customer, Side(customer)) for customer in task.customers]
    names = [str(side) for side in found if side.visible or task.status == Task.Status.OPEN]
    title = _("%(one)s and %(other)s") % {"one": names[0], "other": names[1]} if len(names) > 1 else "".join(names)
    return title if found and found[0].visible else title[:1].upper() + title[1:]


def _last_answers(user: User) -> list[Answer]:
    """The last ten that can be taken back, newest first; one query."""
    rows = Answer.objects.filter(by=user, withdrawn_at__isnull=True, at__gte=clock.now() - timedelta(hours=12))
    return list(rows.select_related("task").order_by("-pk")[:UNDOABLE])


def _next_task(task: Task, user: User, wanted: Wanted) -> Task | None:
    free = waiting(wanted, user).free_for(user, clock.now()).exclude(pk=task.pk)
    return free.filter(domains__contained_by=list(access.scope(user, "decide"))).first()


def _progress(user: User, wanted: Wanted, coming: Task | None, sides: Mapping[int, Side]) -> Progress:
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    decided = Answer.objects.filter(by=user, at__gte=today, withdrawn_at__isnull=True).count()
    left = capped_count(waiting(wanted, user))
    if coming is None:
        return Progress(decided, left)
    return Progress(decided, left, _title(coming, sides), coming.score)


def _material(task: Task, user: User, known: Catalogue) -> _Material:
    records: dict[int, list[SourceRecord]] = {customer: [] for customer in task.customers}
    rows = SourceRecord.objects.visible_to(user).current().filter(customer__in=task.customers)
    for record in rows.select_related("source").defer("raw", "findings").order_by("pk"):
        records[record.customer_id or 0].append(record)
    found = Customer.objects.filter(pk__in=task.customers).in_bulk()
    members = TaskCandidate.objects.filter(task=task).values("candidate")
    asked = Candidate.objects.filter(pk__in=members).select_related("left", "right")
    best = asked.order_by("-state", "-probability", "pk").first()
    customers = [found[pk] for pk in task.customers if pk in found]
    return _Material(task, user, known, customers, records, best)


def _fill(card: Card, made: _Material, sides: Mapping[int, Side]) -> Card:
    heads = [
        Head(
            letter,
            sides.get(customer.pk, Side(customer.pk)),
            len(made.records[customer.pk]),
            min((record.observed_at for record in made.records[customer.pk]), default=None),
            customer.version,
        )
        for letter, customer in zip(LETTERS, made.customers, strict=False)
    ]
    card = replace(card, heads=heads)
    if made.task.pin_id:
        pin = Pin.objects.select_related("record__source", "set_by").get(pk=made.task.pin_id)
        return replace(card, pin=pin if card.decidable else None, pin_label=label_of(made.known, pin.attribute))
    if not card.decidable or made.candidate is None or made.task.status != Task.Status.OPEN:
        return card
    return _compared(card, made, made.candidate)


def _compared(card: Card, made: _Material, candidate: Candidate) -> Card:
    explained = pair_explained(candidate.left, candidate.right)
    levels = {reason.comparison: (reason.level, reason.weight) for reason in explained.reasons}
    edges = [explained.prior, *[edge for reason in explained.reasons for edge in (reason.start, reason.end)]]
    return replace(
        card,
        groups=compare(_columns(made, candidate), candidate.party_type, levels),
        explained=explained,
        low=min([*edges, 0.0]),
        high=max([*edges, 1.0]),
        earlier=_earlier(made),
        effects=_effects(made),
    )


def _columns(made: _Material, candidate: Candidate) -> Columns:
    """A and B are the two customers; inside one customer, the two records that no longer hold together."""
    if len(made.customers) > 1:
        left, right = (made.records[customer.pk] for customer in made.customers[:2])
    else:
        own = made.records[made.customers[0].pk]
        left = [record for record in own if record.pk == candidate.left_id]
        right = [record for record in own if record.pk == candidate.right_id]
    shown = {record.pk: record for record in (*left, *right)}
    pins = Pin.objects.in_force().filter(record__in=shown)
    rules = pin_rules(pins, shown, made.known)
    return columns(left, right, made.known, rules, access.scope(made.user, "reveal"))


def _earlier(made: _Material) -> list[Earlier]:
    """Verdicts between the records shown, and answers of this task that were taken back; newest first; two queries."""
    ids = [record.pk for records in made.records.values() for record in records]
    said = Verdict.objects.filter(left__in=ids, right__in=ids, derived=False).select_related("decided_by")
    earlier = [
        Earlier(
            row.answer,
            row.get_answer_display(),
            str(row.decided_by),
            row.decided_at,
            row.reason,
            row.revoked_at is not None,
            _since(made, row.decided_at),
        )
        for row in said.order_by("-pk")[:3]
    ]
    back = Answer.objects.filter(task=made.task, withdrawn_at__isnull=False, decision="same").select_related("by")
    earlier += [
        Earlier(row.decision, row.get_decision_display(), str(row.by), row.at, row.reason, True)
        for row in back.order_by("-pk")[:3]
    ]
    return sorted(earlier, key=lambda one: one.at, reverse=True)[:3]


def _since(made: _Material, moment: datetime) -> list[str]:
    """Sources that said something new after a moment."""
    return sorted({r.source.name for records in made.records.values() for r in records if r.received_at > moment})


def _effects(made: _Material) -> list[EffectFact]:
    """What "same" would also do: who goes on, what other open questions follow, and what other apps know."""
    facts = [fact for fact in (_survival(made), _other_tasks(made)) if fact]
    for effect in ports.effects:
        found = effect(made.customers, made.user)
        facts += [found] if isinstance(found, EffectFact) else list(found or ())
    return facts


def _survival(made: _Material) -> EffectFact | None:
    if len(made.customers) < 2:
        return None
    order = sorted(made.customers, key=lambda one: (-len(made.records[one.pk]), one.key))
    kept, gone = order[0], order[-1]
    count = len(made.records[gone.pk])
    moves = ngettext("%(n)s record moves", "%(n)s records move", count) % {"n": count}
    words = {"gone": gone.number, "kept": kept.number}
    return EffectFact("arrows-join", moves, _("%(gone)s becomes part of %(kept)s") % words, count)


def _other_tasks(made: _Material) -> EffectFact | None:
    ids = [customer.pk for customer in made.customers]
    mine = SourceRecord.objects.filter(customer__in=ids).values("pk")
    asked = Candidate.objects.open().filter(Q(left__in=mine) | Q(right__in=mine))
    members = TaskCandidate.objects.filter(open=True, candidate__in=asked).exclude(task=made.task)
    count = members.values("task").distinct().count()
    if not count:
        return None
    headline = ngettext("%(n)s other card changes", "%(n)s other cards change", count) % {"n": count}
    return EffectFact("stack-2", headline, _("It asks about one of these two as well"), count)
