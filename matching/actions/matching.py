"""``match``: comparing existing customers with each other, and joining those that are clearly the same.

Placing never joins two existing customers; this does. Unions go in order of evidence and refuse what a person kept
apart, what conflicts, and what the model itself calls related or strangers; the refused ones become questions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db.models import Q

from cmdm import access, audit, clock
from cmdm.actions import Refused, Stale, action
from cmdm.models import User
from customers import ports
from customers.models import Customer, PartyType, SourceRecord
from matching.actions import candidates, ledger
from matching.actions.candidates import Question
from matching.actions.scoring import score_records
from matching.engine.clustering import Edge, cluster
from matching.engine.evidence import Score
from matching.models import Candidate, MatchMark, Verdict
from matching.queries.models import models_in_force

BATCH = 1_000
APART = 0.001
Progress = Callable[[int, int, str], None]


@dataclass
class Found:
    """What one run found, between customers (ids in order): the best pair of records and the least score."""

    best: dict[tuple[int, int], tuple[SourceRecord, SourceRecord, Score, bool]] = field(default_factory=dict)
    least: dict[tuple[int, int], float] = field(default_factory=dict)
    compared: int = 0


@dataclass(frozen=True)
class Matched:
    """The account of a run."""

    records: int
    pairs: int
    merged: int
    asked: int


def run(*, actor: User, everything: bool = False, progress: Progress | None = None) -> Matched:
    """Compare the customers touched since the last run (or all), join and ask. Cut off, it is simply run again.

    Refused (PermissionDenied) without ``decide`` in every domain.
    """
    access.require_everywhere(actor, "decide")
    report = progress or (lambda done, total, phase: None)
    started = clock.now()
    totals = [0, 0, 0, 0]
    for party in PartyType.values:
        if party not in models_in_force():
            continue
        chosen = _records(party, everything=everything)
        found = _compare(chosen, report)
        merged, asked = _settle(party, found, actor=actor, report=report)
        totals = [a + b for a, b in zip(totals, (len(chosen), found.compared, merged, asked), strict=True)]
    made = Matched(*totals)
    _finish(made, started, actor=actor)
    return made


def _records(party: str, *, everything: bool) -> list[int]:
    rows = SourceRecord.objects.current().filter(party_type=party, about__isnull=True, customer__isnull=False)
    mark = MatchMark.objects.filter(party_type=party).first()
    if mark is not None and mark.at is not None and not everything:
        rows = rows.filter(customer__changed_at__gte=mark.at)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _compare(ids: Sequence[int], report: Progress) -> Found:
    found = Found()
    for number, batch in enumerate(_batches(ids)):
        report(number * BATCH, len(ids), "comparing")
        records = list(SourceRecord.objects.filter(pk__in=batch).defer("raw", "findings"))
        scored = score_records(records, store=False)
        by_id = {record.pk: record for record in records}
        for (one, other), score in scored.scores.items():
            found.compared += 1
            mine, theirs = by_id[one], scored.others[other]
            if mine.customer_id and theirs.customer_id and mine.customer_id != theirs.customer_id:
                conflict = (one, other) in scored.conflicts
                _keep(found, mine, theirs, score, conflict, scored.models[mine.party_type].model.review)
    report(len(ids), len(ids), "comparing")
    return found


def _keep(found: Found, mine: SourceRecord, theirs: SourceRecord, score: Score, conflict: bool, review: float) -> None:
    one, other = mine.customer_id or 0, theirs.customer_id or 0
    pair = (min(one, other), max(one, other))
    if score.related or score.probability <= APART:
        found.least[pair] = min(score.probability, found.least.get(pair, 1.0))
    if score.probability >= review:
        known = found.best.get(pair)
        if known is None or score.weight > known[2].weight:
            found.best[pair] = (mine, theirs, score, conflict or bool(known and known[3]))


def _settle(party: str, found: Found, *, actor: User, report: Progress) -> tuple[int, int]:
    """Join what is clear and ask about the rest; how many customers were merged away, how many questions opened."""
    chosen = models_in_force()[party]
    edges = [Edge(a, b, score.probability) for (a, b), (_l, _r, score, _c) in found.best.items()]
    nodes = sorted({node for edge in edges for node in (edge.a, edge.b)})
    apart = _kept_apart(nodes) | {pair for pair, (_l, _r, _s, conflict) in found.best.items() if conflict}
    apart |= {pair for pair in found.least if pair in found.best}
    made = cluster(nodes, edges, automatic=chosen.model.automatic, forbidden=apart)
    groups = [group for group in made.groups if len(group) > 1]
    merged = 0
    for number, group in enumerate(groups):
        if number % 20 == 0:
            report(number, len(groups), "merging")
        merged += _merge(group, found, actor=actor)
    settled = {pair for group in groups for pair in _pairs(group)}
    questions = [
        Question(left, right, score, chosen.version, _kind(pair, apart), "match")
        for pair, (left, right, score, _conflict) in found.best.items()
        if pair not in settled
    ]
    asked = sum(ask(questions[start : start + BATCH], actor=actor) for start in range(0, len(questions), BATCH))
    return merged, asked


def _pairs(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((a, b) for index, a in enumerate(group) for b in group[index + 1 :])


def _kind(pair: tuple[int, int], apart: Iterable[tuple[int, int]]) -> str:
    return Candidate.Kind.CONFLICT if pair in apart else Candidate.Kind.POSSIBLE


def _kept_apart(customers: Sequence[int]) -> set[tuple[int, int]]:
    """Customers (ids in order) between whose records a person said "different", stale or not; one query."""
    rows = Verdict.objects.in_force().filter(answer=Verdict.Answer.DIFFERENT)
    rows = rows.filter(Q(left__customer__in=customers) | Q(right__customer__in=customers))
    found = rows.values_list("left__customer", "right__customer")
    return {(min(a, b), max(a, b)) for a, b in found if a and b}


def _merge(group: Sequence[int], found: Found, *, actor: User) -> int:
    """Merge one group; a group that somebody touched meanwhile waits for the next run."""
    customers = list(Customer.objects.active().filter(pk__in=group).order_by("pk"))
    if len(customers) < 2:
        return 0
    strongest = max((found.best[pair] for pair in _pairs(group) if pair in found.best), key=lambda best: best[2].weight)
    try:
        ledger.merge(
            customers,
            actor=actor,
            seen={customer.pk: customer.version for customer in customers},
            rule="automatic",
            by_machine=True,
            evidence={
                "pair": sorted([strongest[0].pk, strongest[1].pk]),
                "levels": [[one.comparison, one.level, one.weight] for one in strongest[2].levels],
            },
            probability=strongest[2].probability,
        )
    except (Refused, Stale):
        return 0
    return len(customers) - 1


@action
def ask(questions: Sequence[Question], *, actor: User) -> int:
    """Open the questions of one batch and the tasks for them; how many are open now."""
    ends = {record.pk for question in questions for record in (question.one, question.other)}
    owners = SourceRecord.objects.filter(pk__in=ends, customer__isnull=False).values_list("customer", flat=True)
    customers = list(Customer.objects.filter(pk__in=set(owners)).locked())
    where = dict(SourceRecord.objects.current().filter(pk__in=ends).values_list("pk", "customer"))
    pairs = [(where.get(one.one.pk), where.get(one.other.pk), one) for one in questions]
    still = [question for left, right, question in pairs if left and right and left != right]
    opened = candidates.open_all(still)
    ports.touched(customers, "matched", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", counts={"candidates": len(opened)})
    return len(opened)


@action
def _finish(made: Matched, started: datetime, *, actor: User) -> None:
    """Note up to when customers have been compared, and enter the run in the log."""
    for party in PartyType.values:
        MatchMark.objects.update_or_create(party_type=party, defaults={"at": started})
    audit.record(actor, "customers.matched", counts=asdict(made))
