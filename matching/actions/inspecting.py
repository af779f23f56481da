"""Looking inside customers: whether they hang together by a thread, or hold identifiers that contradict each other.

Done where the machine joined or linked. A doubt proposes a split and is a person's to answer; what a person called the
same is no thread.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from django.utils.module_loading import import_string

from cmdm import audit
from cmdm.actions import action
from cmdm.database.kept import kept
from cmdm.database.rows import Rows
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.actions.scoring import COMPARED
from matching.engine.clustering import DOUBTFUL
from matching.engine.comparing import conflict
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.scoring import score
from matching.engine.splitting import threads
from matching.models import Candidate
from matching.queries import prepared
from matching.queries.models import InForce, models_in_force

OVER_MERGE = Candidate.Kind.OVER_MERGE
WEAK, IDENTIFIERS = "weak bridge", "identifiers"
LATEST = 1_000  # records of one customer that are looked at; of more, the latest
TWO_AND_TWO = 4
STARS = 3  # records that are compared with all others before every pair is
MANY = 2_000  # pairs from which they are compared in arrays
IN_ARRAYS = "matching.queries.likely.likely"  # imported when there are so many: it needs much that pages do not
Pair = tuple[int, int]
_ENOUGH = """
    SELECT r.customer_id, count(*) FROM customers_sourcerecord r JOIN customers_customer c ON c.id = r.customer_id
     WHERE r.customer_id = ANY(%s) AND r.closed_at IS NULL AND r.about_id IS NULL
     GROUP BY r.customer_id, c.party_type HAVING count(*) >= %s OR (count(*) >= 2 AND c.party_type = ANY(%s))
"""
_OPEN = "WHERE t.customer_id = ANY(%s) AND t.closed_at IS NULL AND t.about_id IS NULL ORDER BY t.id"
_USUAL = Rows(SourceRecord, _OPEN, only=COMPARED)
_NEWEST = Rows(SourceRecord, f"{_OPEN} DESC LIMIT %s", only=COMPARED)
_TOLD = """
    SELECT 'same', left_id, right_id FROM matching_verdict
     WHERE revoked_at IS NULL AND answer = 'same' AND left_id = ANY(%s) AND right_id = ANY(%s)
    UNION ALL
    SELECT 'doubted', left_id, right_id FROM matching_candidate
     WHERE state = 'open' AND kind = 'over_merge' AND reason = ANY(%s) AND left_id = ANY(%s) AND right_id = ANY(%s)
"""


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
    grouped = _records(customers, models)
    if not grouped:
        return []
    rows = {record.pk: record for records in grouped.values() for record in records}
    features = prepared.features(rows.values(), models)
    same, doubted = _told(list(rows))
    reasons: dict[Pair, str] = {}
    for records in grouped.values():
        model = models[records[0].party_type].model
        known = [features[record.pk] for record in records]
        reasons |= dict.fromkeys(_contradictory(model, known), IDENTIFIERS)
        reasons |= dict.fromkeys(_weak(model, known, same), WEAK)
    if doubted - reasons.keys():
        _close_others(list(rows), reasons.keys())
    return [_question(rows[one], rows[other], features, models, why) for (one, other), why in reasons.items()]


def _told(records: list[int]) -> tuple[set[Pair], set[Pair]]:
    """Of the pairs of these records those that a person called the same, and those that are doubted."""
    with kept() as cursor:
        cursor.execute(_TOLD, [records, records, [WEAK, IDENTIFIERS], records, records])
        rows = cursor.fetchall()
    pairs = {kind: {(one, other) for said, one, other in rows if said == kind} for kind in ("same", "doubted")}
    return pairs["same"], pairs["doubted"]


def _question(
    left: SourceRecord, right: SourceRecord, features: Mapping[int, Features], models: Mapping[str, InForce], why: str
) -> Question:
    chosen = models[left.party_type]
    found = score(chosen.model, [(features[left.pk], features[right.pk])])[0]
    return Question(left, right, found, chosen.version, OVER_MERGE, why)


def _records(customers: Collection[int], models: Mapping[str, InForce]) -> dict[int, list[SourceRecord]]:
    """The records of those customers that have enough of them to be doubted, in id order."""
    strict = [party for party, chosen in models.items() if chosen.model.exclusive_schemes]
    with kept() as cursor:
        cursor.execute(_ENOUGH, [list(customers), TWO_AND_TWO, strict])
        chosen = dict(cursor.fetchall())
    if not chosen:
        return {}
    made: dict[int, list[SourceRecord]] = defaultdict(list)
    if usual := [customer for customer, records in chosen.items() if records <= LATEST]:
        for record in _USUAL(usual):
            made[record.customer_id or 0].append(record)
    for customer in chosen.keys() - made.keys():  # hardly any; all the records of one may be more than memory holds
        made[customer] = _NEWEST([customer], LATEST)[::-1]
    return made


def _weak(model: Model, records: Sequence[Features], same: Collection[Pair]) -> Sequence[Pair]:
    """The pairs on which the customer of these records (in id order) hangs.

    Records that pairs beyond doubt join into one hang on none, whatever the other pairs say: then those are enough.
    """
    if len(records) < TWO_AND_TWO:
        return ()
    ids = [each.id for each in records]
    edges = {pair: 1.0 for pair in combinations(ids, 2) if pair in same}
    told: dict[Pair, float] = {}
    for center in records[:STARS]:
        star = [(min(center.id, pk), max(center.id, pk)) for pk in ids if pk != center.id]
        told |= _probabilities(model, records, [pair for pair in star if pair not in told])
        sure = [(*pair, 1.0) for pair in {*edges, *(pair for pair, told_ in told.items() if told_ >= DOUBTFUL)}]
        if not threads(ids, sure, DOUBTFUL, least=1):
            return ()
    told |= _probabilities(model, records, [pair for pair in combinations(ids, 2) if pair not in told])
    edges = {pair: probability for pair, probability in told.items() if probability >= model.review} | edges
    return threads(ids, [(*pair, probability) for pair, probability in edges.items()], DOUBTFUL)


def _probabilities(model: Model, records: Sequence[Features], pairs: Sequence[Pair]) -> Mapping[Pair, float]:
    """Of pairs of these records the probabilities; of many only those at or above the review line."""
    if len(pairs) >= MANY:
        found: Mapping[Pair, float] = import_string(IN_ARRAYS)(model, records, pairs)
        return found
    by_id = {each.id: each for each in records}
    scores = score(model, [(by_id[one], by_id[other]) for one, other in pairs])
    return {pair: one.probability for pair, one in zip(pairs, scores, strict=True)}


def _contradictory(model: Model, records: Sequence[Features]) -> Sequence[Pair]:
    """The first pair whose exclusive identifiers differ."""
    if not model.exclusive_schemes:
        return ()
    # Of those that give the same identifiers the first speaks for all.
    telling = list({each.identifiers: each for each in reversed(records)}.values())[::-1]
    against = ((one.id, other.id) for one, other in combinations(telling, 2) if conflict(model, one, other))
    first = next(against, None)
    return (first,) if first else ()


def _close_others(ids: Sequence[int], doubted: Collection[Pair]) -> None:
    rows = Candidate.objects.open().filter(left__in=ids, right__in=ids, kind=OVER_MERGE, reason__in=[WEAK, IDENTIFIERS])
    candidates.close([row for row in rows.locked() if (row.left_id, row.right_id) not in doubted], "evidence")
