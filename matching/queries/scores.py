"""Scores of given pairs of records, whatever their blocks."""

from collections.abc import Iterable, Sequence

from customers.models import SourceRecord
from matching.engine.evidence import Score
from matching.engine.scoring import score
from matching.models import Candidate
from matching.queries.features import features_of
from matching.queries.models import models_in_force

MAX_CROSS = 2_000


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


def scored_cross_pairs(
    ones: Sequence[SourceRecord], others: Sequence[SourceRecord]
) -> dict[tuple[int, int], tuple[tuple[SourceRecord, SourceRecord], float]]:
    """Every pair across the two sides at or above the review floor, or that was a candidate; by ends."""
    open_ones = [record for record in ones if record.closed_at is None and record.about_id is None]
    open_others = [record for record in others if record.closed_at is None and record.about_id is None]
    pairs = [(left, right) for left in open_ones for right in open_others][:MAX_CROSS]
    by_ends = {(min(a.pk, b.pk), max(a.pk, b.pk)): (a, b) for a, b in pairs}
    asked = set(
        Candidate.objects.filter(left__in={pk for pk, _ in by_ends}, right__in={pk for _, pk in by_ends}).values_list(
            "left", "right"
        )
    )
    models = models_in_force()
    found = {}
    for (one, other), found_score in compare_pairs(pairs).items():
        ends = (min(one, other), max(one, other))
        left, right = by_ends[ends]
        if found_score.probability >= models[left.party_type].model.review or ends in asked:
            found[ends] = ((left, right), found_score.probability)
    return found
