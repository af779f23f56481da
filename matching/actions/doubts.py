"""What a changed record raises and settles: doubts whether it belongs to its customer; questions without evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from customers.models import SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.models import Candidate
from matching.queries.models import InForce
from matching.queries.scores import compare_pairs
from matching.queries.verdicts import Settled

OVER_MERGE = Candidate.Kind.OVER_MERGE
EVIDENCE_GONE = "evidence gone"
# What a score raises, and may settle; what a customer said, and what is drawn for a sample, waits for a person.
SCORED = (Candidate.Kind.POSSIBLE, Candidate.Kind.CONFLICT, Candidate.Kind.STALE, OVER_MERGE)
Models = Mapping[str, InForce]


def without_evidence(records: Sequence[SourceRecord], models: Models, settled: Settled) -> list[Question]:
    """Records that no longer resemble any other record of their customer, and that no person joined to it."""
    mates: dict[int, list[SourceRecord]] = defaultdict(list)
    chosen = {record.customer_id for record in records}
    rows = SourceRecord.objects.current().filter(customer__in=chosen, about__isnull=True).defer("raw", "findings")
    for row in rows:
        mates[row.customer_id or 0].append(row)
    pairs = [(record, mate) for record in records for mate in mates[record.customer_id or 0] if mate.pk != record.pk]
    scores = compare_pairs(pairs)
    asked = []
    for record in records:
        others = [mate for mate in mates[record.customer_id or 0] if (record.pk, mate.pk) in scores]
        if not others or settled.held_together(record, others):
            continue
        mate = max(others, key=lambda one: (scores[record.pk, one.pk].weight, -one.pk))
        best, model = scores[record.pk, mate.pk], models[record.party_type]
        if best.probability < model.model.review:
            asked.append(Question(record, mate, best, model.version, OVER_MERGE, EVIDENCE_GONE))
    return asked


def close_settled(changed: Sequence[int], models: Models, settled: Settled) -> None:
    """Close what is open about changed records (ids) and no question any more: too little speaks for it by now.

    A doubt is settled when both its records resemble a record of their customer again.
    """
    rows = [row for row in candidates.about(changed) if row.kind in SCORED]
    if not rows:
        return
    doubts = [row for row in rows if row.kind == OVER_MERGE and row.reason == EVIDENCE_GONE]
    ends = {end.pk: end for row in doubts for end in (row.left, row.right)}
    lacking = {question.one.pk for question in without_evidence(list(ends.values()), models, settled)}
    asked = [row for row in rows if row.kind != OVER_MERGE]
    scores = compare_pairs((row.left, row.right) for row in asked)
    weak = [
        row
        for row in asked
        if (found := scores.get((row.left_id, row.right_id))) is None
        or found.probability < models[row.party_type].model.review
    ]
    candidates.close(weak + [row for row in doubts if not {row.left_id, row.right_id} & lacking], EVIDENCE_GONE)
