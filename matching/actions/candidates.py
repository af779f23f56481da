"""Opening and closing candidates."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from cmdm import clock
from cmdm.actions import change_id
from customers.models import Customer, SourceRecord
from matching.actions.scoring import evidence_of
from matching.engine.evidence import Score
from matching.models import Candidate, Verdict

OPEN, CLOSED = Candidate.State.OPEN, Candidate.State.CLOSED


@dataclass(frozen=True)
class Question:
    """A pair of records to ask a person about."""

    one: SourceRecord
    other: SourceRecord
    score: Score
    version: int
    kind: str = Candidate.Kind.POSSIBLE
    reason: str = ""

    @property
    def ends(self) -> tuple[int, int]:
        return min(self.one.pk, self.other.pk), max(self.one.pk, self.other.pk)


def open_all(questions: Iterable[Question]) -> list[Candidate]:
    """Open candidates for pairs that are not open and that no verdict settles; refresh those that are open.

    A verdict whose facts have changed (stale) lets the question be asked again.
    """
    asked = {question.ends: question for question in questions}
    if not asked:
        return []
    ends = _either([pair[0] for pair in asked], [pair[1] for pair in asked])
    settled = set(Verdict.objects.in_force().filter(ends, stale_since__isnull=True).values_list("left", "right"))
    opened = {(row.left_id, row.right_id): row for row in Candidate.objects.open().filter(ends).locked()}
    fresh, again = [], []
    for pair, question in asked.items():
        if pair in settled:
            continue
        row = opened.get(pair)
        if row is None:
            fresh.append(_new(question))
        else:
            _refresh(row, question)
            again.append(row)
    Candidate.objects.bulk_update(again, ["probability", "evidence", "kind", "change"])
    return [*Candidate.objects.bulk_create(fresh), *again]


def _either(lefts: Collection[int], rights: Collection[int]) -> Q:
    """A superset of the pairs, answered by the index of one side."""
    return Q(left__in=set(lefts), right__in=set(rights))


def _new(question: Question) -> Candidate:
    left, right = sorted((question.one, question.other), key=lambda record: record.pk)
    return Candidate(
        left=left,
        right=right,
        party_type=left.party_type,
        kind=question.kind,
        probability=question.score.probability,
        evidence=evidence_of(question.score, left, right, question.version),
        reason=question.reason,
        opened_at=clock.now(),
        change=change_id(),
    )


def _refresh(row: Candidate, question: Question) -> None:
    row.probability = question.score.probability
    row.evidence = evidence_of(question.score, question.one, question.other, question.version)
    row.kind = question.kind
    row.change = change_id()


def between(customers: Sequence[Customer]) -> list[Candidate]:
    """The open candidates whose two records lie in these customers, locked."""
    chosen = [customer.pk for customer in customers]
    rows = Candidate.objects.open().filter(left__customer__in=chosen, right__customer__in=chosen)
    return list(rows.locked())


def close(candidates: Sequence[Candidate], because: str) -> None:
    """Close locked candidates."""
    Candidate.objects.filter(pk__in=[row.pk for row in candidates]).update(
        state=CLOSED, closed_at=clock.now(), closed_because=because, change=change_id()
    )


def close_of_records(record_ids: Sequence[int], because: str) -> None:
    """Close whatever is open about these records."""
    mine = Q(left__in=record_ids) | Q(right__in=record_ids)
    close(list(Candidate.objects.open().filter(mine).locked()), because)


def reopen(change: UUID) -> list[Candidate]:
    """Open again what a change closed, as it was."""
    rows = list(Candidate.objects.filter(change=change, state=CLOSED).locked())
    Candidate.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=OPEN, closed_at=None, closed_because="", change=change_id()
    )
    return rows
