"""The review card: customers beside each other, with everything needed to answer and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access, clock, memo
from cmdm.models import User
from customers.models import Pin, SourceRecord
from customers.ports import EffectFact
from customers.queries.catalogue import catalogue
from customers.types.folding import fold
from matching.models import Candidate
from matching.models.candidate import SAID
from matching.queries.conflicts import conflicts
from matching.queries.explaining import PairExplained
from stewardship.models import Answer, Task
from stewardship.queries import policies
from stewardship.queries.cells import Columns
from stewardship.queries.comparison import Group, compare
from stewardship.queries.earlier import Earlier, earlier, last_answers
from stewardship.queries.effects import effects_of
from stewardship.queries.material import Head, Material, columns_of, heads_of, material, proposed_parts, scored
from stewardship.queries.moves import Field, Partition, matrix, partition
from stewardship.queries.notes import Line, lines_on
from stewardship.queries.queue import BANDS, CAP, Wanted, capped_count, elsewhere_of, label_of, waiting
from stewardship.queries.referrals import Asked, asked_about
from stewardship.queries.settling import Corrected, Counterfactual, corrected_in, counterfactual
from stewardship.queries.sides import Side, sides_of
from stewardship.queries.stances import Stances, stances_of
from stewardship.queries.why import Why, why_first
from stewardship.rules.cutting import LARGEST
from stewardship.rules.parting import Pair, apart

BATCH = 25
BESIDE = 5
"""So many customers stand in columns; more stand in a table."""


@dataclass(frozen=True)
class Undoable:
    """An answer of the reader that can still be taken back; 0 is the one that he is about to give."""

    pk: int
    label: Any
    names: str
    at: datetime
    score: float | None = None


@dataclass(frozen=True)
class Progress:
    """How far the reader is, and what comes next."""

    decided: int
    left: int
    next_pk: int = 0
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
    def is_rest_due(self) -> bool:
        """Whether a batch was finished with the last answer."""
        return self.decided > 0 and self.decided % BATCH == 0

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
    elsewhere: tuple[str, str] = ("", "")
    blind: bool = False
    inside: bool = False
    groups: Sequence[Group] = ()
    stances: Stances | None = None
    scores: Mapping[Pair, PairExplained] = field(default_factory=dict)
    parts: Partition | None = None
    leaving: Sequence[int] = ()
    earlier: Sequence[Earlier] = ()
    effects: Sequence[EffectFact] = ()
    needs_reason: frozenset[str] = frozenset()
    asked: Sequence[Asked] = ()
    notes: Sequence[Line] = ()
    corrected: Sequence[Corrected] = ()
    counterfactual: Counterfactual | None = None
    conflicts: Sequence[str] = ()
    told: str = ""
    pin: Pin | None = None
    pin_label: str = ""

    @property
    def size(self) -> int:
        return len(self.heads)

    @property
    def is_group(self) -> bool:
        """Whether who belongs together is answered by a partition."""
        return len(self.heads) > 2 and not self.inside

    @property
    def is_long(self) -> bool:
        """Whether there are too many to stand beside each other."""
        return len(self.heads) > BESIDE

    @cached_property
    def explained(self) -> PairExplained | None:
        """The score of a pair; of a group that of its surest two."""
        if not self.is_group:
            return self.scores.get((0, 1))
        return max(self.scores.values(), key=lambda one: one.probability, default=None)

    @property
    def compared(self) -> list[tuple[Head, SourceRecord]]:
        """Of a pair with more records than two: those two between which the score is, each under its column."""
        one = None if self.is_group else self.explained
        if one is None or one.records is None:
            return []
        if all(head.records == 1 for head in self.heads) and not self.corrected:
            return []
        return list(zip(self.heads, one.records, strict=False))

    @cached_property
    def matrix(self) -> list[tuple[Head, list[Field | None]]]:
        """The score between each two, in their order."""
        return matrix(self.scores, self.heads)

    @property
    def edges(self) -> list[tuple[Head, Head, PairExplained]]:
        """The pairs with their scores, the likeliest first."""
        found = sorted(self.scores.items(), key=lambda one: -one[1].probability)
        return [(self.heads[one], self.heads[other], explained) for (one, other), explained in found]

    @property
    def sentence(self) -> str:
        """What speaks for and against, in a sentence; of a group what it looks like."""
        if self.explained is None:
            return ""
        return self._looks if self.is_group else self.explained.sentence

    @property
    def _looks(self) -> str:
        bands = sorted(self.parts.bands, key=lambda band: -band.size) if self.parts else []
        if not bands or bands[0].size < 2:
            return _("None of these look like one customer.")
        words = {"n": bands[0].size, "all": self.size}
        text = _("All %(n)s look like one customer.") if len(bands) == 1 else _("%(n)s of %(all)s look like one.")
        other = bands[-1].places[0]
        against = self.scores.get((min(bands[0].places[0], other), max(bands[0].places[0], other)))
        if len(bands) == 1 or against is None:
            return text % words
        return f"{text % words} {self.heads[other].called}: {against.sentence}"

    @property
    def came_back(self) -> Asked | None:
        """The last question about it, once it is answered."""
        return next((one for one in self.asked[:1] if one.answered_at), None)

    @property
    def alike(self) -> dict[str, Any]:
        """The filter that shows others like it: of its queue and its size, scored about so, where the same differs."""
        score = self.task.score or 0.0
        found: dict[str, Any] = {"queue": self.task.queue, "band": next(n for n, b in BANDS.items() if score >= b[0])}
        found["size"] = "2" if self.size < 3 else "3-5" if self.size < LARGEST else "6"
        return {**found, **({"differs": self.task.differs[0]} if self.task.differs else {})}

    @property
    def low(self) -> float:
        """Where the waterfall's axis begins."""
        return min([*self._steps, 0.0])

    @property
    def high(self) -> float:
        """Where it ends."""
        return max([*self._steps, 1.0])

    @property
    def _steps(self) -> list[float]:
        one = self.explained
        return [one.prior, *[edge for row in one.reasons for edge in (row.start, row.end)]] if one else []

    @property
    def changed(self) -> list[str]:
        """Of a stale answer what has changed since."""
        return next((list(one.since) for one in self.earlier if one.stale), [])

    @property
    def to_choose(self) -> int:
        """Rows where no rule decides."""
        return sum(line.preview.undecided for group in self.groups for line in group.lines)

    @property
    def seen(self) -> str:
        """The versions shown, as the answer posts them back."""
        versions = {head.customer: head.version for head in self.heads}
        return ",".join(f"{customer}:{version}" for customer, version in sorted(versions.items()))

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


def review_card(task: Task, user: User, wanted: Wanted, *, blind: bool = False) -> Card:
    """The card of a task that touches the user's domains; a fixed number of queries.

    :param blind: nothing of the score, nor of what it proposes, is in the card.
    """
    with memo.keeping():
        card, sides = _around(task, user, wanted)
        made = material(task, user, catalogue())
        if card.decidable and task.status == Task.Status.OPEN:
            made = scored(made, in_order=not blind)
        card = replace(card, heads=heads_of(made, sides), blind=blind, inside=made.inside, scores=made.scores)
        return _filled(card, made)


def as_his(card: Card, *, minutes: int) -> Card:
    """A card fetched ahead as it stands when it is taken: held by the reader, who may take back his last answer."""
    last = Undoable(0, "", "", clock.now())
    return replace(card, mine=True, holder="", lapsed=False, minutes=minutes, undoable=[last])


def card_around(task: Task, user: User, wanted: Wanted) -> Card:
    """What stands around a card, for a page that has the card itself already; seven queries."""
    return _around(task, user, wanted)[0]


def _around(task: Task, user: User, wanted: Wanted) -> tuple[Card, dict[int, Side]]:
    now = clock.now()
    decidable = task.domain_ids() <= access.scope(user, "decide")
    answers = last_answers(user)
    coming = next_task(task, user, wanted)
    about = [task, *[answer.task for answer in answers], *([coming] if coming else [])]
    sides = sides_of({customer for one in about for customer in one.customers}, user)
    card = Card(
        task=task,
        wanted=wanted,
        title=title_of(task, sides),
        heads=[],
        why=why_first(task, decidable=decidable, now=now),
        decidable=decidable,
        elsewhere=elsewhere_of(task, user),
        progress=_progress(user, wanted, coming, sides),
        undoable=[_undoable(answer, sides) for answer in answers],
        **_hold(task, user, now),
    )
    return card, sides


def next_task(task: Task, user: User, wanted: Wanted) -> Task | None:
    """The task that would come after this one; one query."""
    rows = waiting(wanted, user)
    free = (wanted.behind(rows, task) if wanted.onward else rows.exclude(pk=task.pk)).free_for(user, clock.now())
    return free.filter(domains__contained_by=list(access.scope(user, "decide"))).first()


def title_of(task: Task, sides: Mapping[int, Side]) -> str:
    """Who it is about; of a settled task those that are still there (one may be part of the other by now)."""
    found = [sides.get(customer, Side(customer)) for customer in task.customers]
    shown = [side for side in found if side.visible or task.status == Task.Status.OPEN]
    text = _named([str(side) for side in shown])
    return text if found and found[0].visible else text[:1].upper() + text[1:]


def _named(names: Sequence[str]) -> str:
    if len(names) < 3:
        return _("%(one)s and %(other)s") % {"one": names[0], "other": names[1]} if len(names) > 1 else "".join(names)
    apart = list({fold(name) or name: name for name in reversed(names)}.values())[::-1]
    first = _("%(one)s and %(other)s") % {"one": apart[0], "other": apart[1]} if len(apart) > 1 else apart[0]
    count = ngettext("%(n)s customer", "%(n)s customers", len(names)) % {"n": len(names)}
    return f"{first}, {count}"


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


def _undoable(answer: Answer, sides: Mapping[int, Side]) -> Undoable:
    return Undoable(answer.pk, answer.get_decision_display(), title_of(answer.task, sides), answer.at, answer.score)


def _progress(user: User, wanted: Wanted, coming: Task | None, sides: Mapping[int, Side]) -> Progress:
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    decided = Answer.objects.filter(by=user, at__gte=today, withdrawn_at__isnull=True).count()
    left = capped_count(waiting(wanted, user))
    if coming is None:
        return Progress(decided, left)
    return Progress(decided, left, coming.pk, title_of(coming, sides), coming.score)


def _filled(card: Card, made: Material) -> Card:
    if made.task.pin_id:
        pin = Pin.objects.select_related("record__source", "set_by").get(pk=made.task.pin_id)
        return replace(card, pin=pin if card.decidable else None, pin_label=label_of(made.known, pin.attribute))
    if not card.decidable or made.candidate is None or made.task.status != Task.Status.OPEN:
        return card
    return _compared(card, made, columns_of(made, card.heads))


def _compared(card: Card, made: Material, columns: Columns) -> Card:
    pair = None if card.is_group else made.scores.get((0, 1))
    levels = {reason.comparison: (reason.level, reason.weight) for reason in pair.reasons} if pair else {}
    parts = first_parts(card, columns) if card.is_group else None
    together = [band.places for band in parts.bands] if parts else [range(len(made.sides))]
    wanted = policies.facts(made.task, made.customers, made.candidates)
    return replace(
        card,
        groups=compare(columns, made.candidates[0].party_type, levels),
        parts=parts,
        leaving=[record.pk for record in made.sides[1]] if made.inside else (),
        earlier=earlier(made, card.heads),
        effects=effects_of(made, card.heads, together, wanted),
        stances=None if made.inside else stances_of(made.customers, made.user),
        needs_reason=frozenset(answer for answer in Answer.Decision.values if wanted.reason(frozenset([answer]))),
        asked=asked_about(made.task.pk),
        notes=lines_on([record for side in made.sides for record in side], made.user, made.task),
        conflicts=_conflicts(card, made),
        told=_told(card, made),
        corrected=corrected_in(made, card.heads),
        counterfactual=None if card.blind else counterfactual(made, card.heads, card.explained, wanted),
    )


def _conflicts(card: Card, made: Material) -> list[str]:
    """What kept the machine from joining the two surest, where something did."""
    asked = next((one for one in made.candidates if one.kind == Candidate.Kind.CONFLICT), None)
    if asked is None or card.blind:
        return []
    sides = [made.records.get(record.customer_id or 0, ()) for record in (asked.left, asked.right)]
    return conflicts(*sides)


def _told(card: Card, made: Material) -> str:
    """What the customer said himself, where he raised it in the portal."""
    asked = next((one for one in made.candidates if one.reason == SAID), None)
    if asked is None:
        return ""
    if asked.kind in Candidate.INSIDE:
        return _("One of these records is about somebody else.")
    lie = {asked.left.customer_id, asked.right.customer_id}
    names = [head.called for head in card.heads if head.customer in lie]
    words = _("%(one)s and %(other)s are one person, who proved an address of each by a code.")
    return words % {"one": names[0], "other": names[-1]} if names else ""


def first_parts(card: Card, columns: Columns) -> Partition:
    """The partition with which a group begins: what the scores propose; blind, everybody by himself."""
    if card.blind:
        return partition(apart(card.size), {}, card.heads, columns, {})
    likely = {pair: found.probability for pair, found in card.scores.items()}
    return partition(proposed_parts(card.size, card.scores), {}, card.heads, columns, likely)
