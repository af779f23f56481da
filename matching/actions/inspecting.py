"""Looking inside customers: whether they hang together by a thread, or hold identifiers that contradict each other.

Done where the machine joined or linked. A doubt proposes a split and is a person's to answer; what a person called the
same is no thread.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from django.db.models import Count, Q

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.engine.clustering import DOUBTFUL
from matching.engine.comparing import conflict
from matching.engine.evidence import Score
from matching.engine.meeting import across, meeting
from matching.engine.splitting import Ends, halves, threads
from matching.models import Candidate, Verdict
from matching.queries.features import features_of
from matching.queries.models import InForce, models_in_force
from matching.queries.scores import compare_pairs

OVER_MERGE = Candidate.Kind.OVER_MERGE
WEAK, IDENTIFIERS = "weak bridge", "identifiers"
MOST = 40  # records of one customer that are compared each with each; of more, those that meet under a key
LATEST = 1_000  # records of one customer that are looked at; of more, the latest
MEETINGS = 4_000
ACROSS = 400  # pairs across a thread of a large customer that are compared before it is a doubt
TWO_AND_TWO = 4
Pair = tuple[int, int]
Two = tuple[SourceRecord, SourceRecord]


@action
def inspect(customers: Collection[int], *, actor: User) -> int:
    """Open the doubts about customers (ids), close those that are none any more; how many are open. Refuses nothing."""
    held = list(Customer.objects.active().filter(pk__in=customers).locked())
    opened = candidates.open_all(doubts_within([one.pk for one in held]))
    ports.touched(held, "inspected", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", counts={"candidates": len(opened)})
    return len(opened)


def doubts_within(customers: Collection[int]) -> list[Question]:
    """What is doubtful inside these locked customers; earlier doubts that no longer are close.

    One query where none of them has records enough.
    """
    models = models_in_force()
    found: list[Question] = []
    grouped = _records(customers, models)
    if not grouped:
        return found
    scores = compare_pairs(pair for records in grouped.values() for pair in _compared(records, models))
    ids = [record.pk for records in grouped.values() for record in records]
    said = Verdict.objects.in_force().filter(left__in=ids, right__in=ids, answer=Verdict.Answer.SAME)
    same = set(said.values_list("left", "right"))
    for records in grouped.values():
        found += _weak(records, scores, same, models) + _contradictory(records, scores, models)
    _close_others(ids, found)
    return found


def _records(customers: Collection[int], models: Mapping[str, InForce]) -> dict[int, list[SourceRecord]]:
    """The records of those customers that have enough of them to be doubted."""
    strict = [party for party, chosen in models.items() if chosen.model.exclusive_schemes]
    mine = SourceRecord.objects.current().filter(customer__in=customers, about__isnull=True)
    counted = mine.values("customer").annotate(records=Count("pk")).order_by()
    enough = Q(records__gte=TWO_AND_TWO) | Q(records__gte=2, customer__party_type__in=strict)
    chosen = list(counted.filter(enough).values_list("customer", flat=True))
    made: dict[int, list[SourceRecord]] = defaultdict(list)
    if chosen:
        for record in mine.filter(customer__in=chosen).defer("raw", "findings").order_by("pk"):
            made[record.customer_id or 0].append(record)
    return {customer: records[-LATEST:] for customer, records in made.items()}


def _compared(
    records: Sequence[SourceRecord], models: Mapping[str, InForce]
) -> list[tuple[SourceRecord, SourceRecord]]:
    """The pairs of a customer that are compared."""
    if len(records) <= MOST:
        return list(combinations(records, 2))
    features = features_of(records, dict(models))
    met = meeting(models[records[0].party_type].model, [features[record.pk] for record in records], MEETINGS)
    return [(records[one], records[other]) for one, other in met]


def _weak(
    records: Sequence[SourceRecord],
    scores: Mapping[Pair, Score],
    same: Collection[Pair],
    models: Mapping[str, InForce],
) -> list[Question]:
    if len(records) < TWO_AND_TWO:
        return []
    chosen = models[records[0].party_type]
    by_id = {record.pk: record for record in records}
    own = {pair: score for pair, score in scores.items() if pair[0] in by_id and pair[1] in by_id}
    said = [(*pair, 1.0) for pair in same if pair[0] in by_id and pair[1] in by_id]
    found = _threads(list(by_id), own, said, chosen)
    if len(records) > MOST and found:
        # They may hang together by what was not compared.
        sides = [halves(list(by_id), _edges(own, said, chosen), one, other) for one, other in found]
        more = {pair for ones, others in sides for pair in across(ones, others, ACROSS)} - own.keys()
        own.update(compare_pairs((by_id[one], by_id[other]) for one, other in sorted(more)[:MEETINGS]))
        found = _threads(list(by_id), own, said, chosen)
    missing = [(by_id[one], by_id[other]) for one, other in found if (one, other) not in own]
    own.update(compare_pairs(missing))
    return [
        Question(by_id[one], by_id[other], own[one, other], chosen.version, OVER_MERGE, WEAK) for one, other in found
    ]


def _threads(nodes: Sequence[int], own: Mapping[Pair, Score], said: Sequence[Ends], chosen: InForce) -> list[Pair]:
    found = threads(nodes, _edges(own, said, chosen), DOUBTFUL)
    return [(min(pair), max(pair)) for pair in found]


def _edges(own: Mapping[Pair, Score], said: Sequence[Ends], chosen: InForce) -> list[Ends]:
    return [(*pair, one.probability) for pair, one in own.items() if one.probability >= chosen.model.review] + [*said]


def _contradictory(
    records: Sequence[SourceRecord], scores: Mapping[Pair, Score], models: Mapping[str, InForce]
) -> list[Question]:
    """Of each customer the first pair whose exclusive identifiers differ."""
    chosen = models[records[0].party_type]
    if not chosen.model.exclusive_schemes:
        return []
    features = features_of(records, dict(models))
    # Of those that give the same identifiers the first speaks for all.
    telling = list({features[record.pk].identifiers: record for record in reversed(records)}.values())[::-1]
    against = (
        (left, right)
        for left, right in combinations(telling, 2)
        if conflict(chosen.model, features[left.pk], features[right.pk])
    )
    first = next(against, None)
    if first is None:
        return []
    ends = first[0].pk, first[1].pk
    score = scores[ends] if ends in scores else compare_pairs([first])[ends]
    return [Question(*first, score, chosen.version, OVER_MERGE, IDENTIFIERS)]


def _close_others(ids: Sequence[int], found: Sequence[Question]) -> None:
    doubted = {question.ends for question in found}
    rows = Candidate.objects.open().filter(left__in=ids, right__in=ids, kind=OVER_MERGE, reason__in=[WEAK, IDENTIFIERS])
    candidates.close([row for row in rows.locked() if (row.left_id, row.right_id) not in doubted], "evidence")
