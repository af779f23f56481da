"""Scores of given pairs of records, whatever their blocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from django.db import connection

from customers.models import SourceRecord
from matching.engine.evidence import Score
from matching.engine.scoring import score
from matching.queries.features import features_of
from matching.queries.models import models_in_force

MAX_CROSS = 2_000
_ASKED = "SELECT left_id, right_id FROM matching_candidate WHERE left_id = ANY(%s) AND right_id = ANY(%s)"
Ends = tuple[int, int]


def compare_pairs(pairs: Iterable[tuple[SourceRecord, SourceRecord]]) -> dict[tuple[int, int], Score]:
    """The scores of given pairs, whatever their blocks."""
    chosen = list(pairs)
    models = models_in_force()
    records = {record.pk: record for pair in chosen for record in pair}
    features = features_of(records.values(), dict(models))
    return {
        (left.pk, right.pk): score(models[left.party_type].model, [(features[left.pk], features[right.pk])])[0]
        for left, right in chosen
        if left.party_type == right.party_type
    }


@dataclass(frozen=True)
class Crossing:
    """A pair of records across two sides, and its score."""

    pair: tuple[SourceRecord, SourceRecord]
    score: float


def scored_between(sides: Mapping[int, Sequence[SourceRecord]]) -> dict[Ends, dict[Ends, Crossing]]:
    """By two sides (their names, the lower first), every pair at or above the review floor, or that was a candidate.

    Two queries for any number of sides.
    """
    current = {
        name: [one for one in side if one.closed_at is None and one.about_id is None] for name, side in sides.items()
    }
    pairs, of_sides = {}, {}
    for one, other in combinations(sorted(current), 2):
        crossing = list(product(current[one], current[other]))[:MAX_CROSS]
        for left, right in crossing:
            ends = (min(left.pk, right.pk), max(left.pk, right.pk))
            pairs[ends], of_sides[ends] = (left, right), (one, other)
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [list({left for left, _ in pairs}), list({right for _, right in pairs})])
        asked = set(cursor.fetchall())
    models = models_in_force()
    found: dict[Ends, dict[Ends, Crossing]] = {}
    for (one_end, other_end), made in compare_pairs(pairs.values()).items():
        ends = (min(one_end, other_end), max(one_end, other_end))
        left, right = pairs[ends]
        if made.probability >= models[left.party_type].model.review or ends in asked:
            found.setdefault(of_sides[ends], {})[ends] = Crossing((left, right), made.probability)
    return found


def scored_cross_pairs(
    ones: Sequence[SourceRecord], others: Sequence[SourceRecord]
) -> dict[Ends, tuple[tuple[SourceRecord, SourceRecord], float]]:
    """The same for two sides, as pair and score."""
    found = scored_between({0: ones, 1: others}).get((0, 1), {})
    return {ends: (one.pair, one.score) for ends, one in found.items()}
