"""What a card is made of: the customers of a task, their records as far as the reader may see them, and its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cmdm import access
from cmdm.models import User
from customers.models import Customer, Pin, SourceRecord
from customers.queries.catalogue import Catalogue
from customers.queries.claims import pin_rules
from customers.types.folding import fold
from matching.models import Candidate
from matching.queries.explaining import PairExplained
from stewardship.models import Task, TaskCandidate
from stewardship.queries.cells import Columns, columns
from stewardship.queries.scores import explained_pairs, halves
from stewardship.queries.sides import Side
from stewardship.rules.naming import LETTERS, SHORT, names_of
from stewardship.rules.parting import Pair, Parted, proposed


@dataclass(frozen=True)
class Head:
    """The head of a column. ``survives``: its place in the order in which customers go on when they are joined."""

    place: int
    letter: str
    name: str
    side: Side
    customer: int
    records: int
    since: datetime | None
    version: int
    survives: int

    @property
    def called(self) -> str:
        """Its name in a sentence: a name of its own, or the letter."""
        return self.name or self.letter

    @property
    def short(self) -> str:
        """Two letters of a temporary name, the initials of its own, or the letter."""
        initials = "".join(word[0] for word in self.name.split()[:2]).upper()
        return SHORT.get(self.name) or initials or self.letter


@dataclass(frozen=True)
class Material:
    """What the parts of a card are made of. ``sides``: the records of each column."""

    task: Task
    user: User
    known: Catalogue
    customers: Sequence[Customer]
    records: Mapping[int, Sequence[SourceRecord]]
    candidates: Sequence[Candidate]
    sides: Sequence[Sequence[SourceRecord]]
    scores: Mapping[Pair, PairExplained] = field(default_factory=dict)

    @property
    def inside(self) -> bool:
        """Whether it asks about the records of one customer."""
        return len(self.customers) == 1

    @property
    def candidate(self) -> Candidate | None:
        """The surest of the pairs asked about."""
        return self.candidates[0] if self.candidates else None


def material(task: Task, user: User, known: Catalogue) -> Material:
    """The material of a task; four queries."""
    records: dict[int, list[SourceRecord]] = {customer: [] for customer in task.customers}
    rows = SourceRecord.objects.visible_to(user).current().filter(customer__in=task.customers)
    for record in rows.select_related("source").defer("raw", "findings").order_by("pk"):
        records[record.customer_id or 0].append(record)
    found = Customer.objects.filter(pk__in=task.customers).in_bulk()
    customers = [found[pk] for pk in task.customers if pk in found]
    members = TaskCandidate.objects.filter(task=task).values("candidate")
    asked = Candidate.objects.filter(pk__in=members).select_related("left", "right")
    candidates = list(asked.order_by("-state", "-probability", "pk"))
    made = Material(task, user, known, customers, records, candidates, [records[one.pk] for one in customers])
    if made.inside and candidates and task.status == Task.Status.OPEN:
        return _halved(made, candidates[0])
    return made


def _halved(made: Material, candidate: Candidate) -> Material:
    """Of one customer: the two halves into which it would fall, or the two records that are in doubt."""
    own = made.records[made.customers[0].pk]
    return replace(made, sides=halves(own, candidate))


def scored(made: Material, *, in_order: bool) -> Material:
    """With the score between each two columns; one query. :param in_order: who seems to belong together meets."""
    scores = explained_pairs(made.sides, made.candidates)
    if not in_order or made.inside or len(made.sides) < 3:
        return replace(made, scores=scores)
    order = [place for group in proposed_parts(len(made.sides), scores).groups for place in group]
    moved = {place: position for position, place in enumerate(order)}
    return replace(
        made,
        customers=[made.customers[place] for place in order],
        sides=[made.sides[place] for place in order],
        scores={_pair(moved[one], moved[other]): found for (one, other), found in scores.items()},
    )


def proposed_parts(count: int, scores: Mapping[Pair, PairExplained]) -> Parted:
    """The partition that the scores speak for."""
    likely = {pair: found.probability for pair, found in scores.items()}
    return proposed(count, likely, {pair: found.household for pair, found in scores.items()})


def _pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def heads_of(made: Material, sides: Mapping[int, Side]) -> list[Head]:
    """The heads of the columns."""
    owners = [made.customers[0]] * len(made.sides) if made.inside else list(made.customers)
    seen = [sides.get(owner.pk, Side(owner.pk)) for owner in owners]
    names = names_of(
        [one.name if one.visible else "" for one in seen], [frozenset(fold(one.name).split()) for one in seen]
    )
    counts = [sum(record.about_id is None for record in side) for side in made.sides]
    order = sorted(range(len(owners)), key=lambda place: (-counts[place], owners[place].key))
    return [
        Head(
            place=place + 1,
            letter=LETTERS[place % len(LETTERS)],
            name="" if made.inside else names[place],
            side=seen[place],
            customer=owner.pk,
            records=counts[place],
            since=min((record.observed_at for record in made.sides[place]), default=None),
            version=owner.version,
            survives=order.index(place),
        )
        for place, owner in enumerate(owners)
    ]


def columns_of(made: Material, heads: Sequence[Head]) -> Columns:
    """The columns ready to be compared; one query."""
    shown = {record.pk: record for side in made.sides for record in side}
    pins = Pin.objects.in_force().filter(record__in=shown)
    rules = pin_rules(pins, shown, made.known)
    names = [head.called for head in heads]
    return columns(made.sides, names, made.known, rules, access.scope(made.user, "reveal"))
