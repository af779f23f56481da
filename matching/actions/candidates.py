"""Opening and closing candidates."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from cmdm import clock
from cmdm.actions import change_id
from cmdm.database.copying import insert_many
from cmdm.database.rows import Rows
from customers.models import Customer, SourceRecord
from matching.actions.scoring import evidence_of
from matching.engine.evidence import Score
from matching.models import Candidate, Verdict
from matching.models.candidate import SAID
from matching.queries.verdicts import settled_pairs

OPEN, CLOSED = Candidate.State.OPEN, Candidate.State.CLOSED
_BETWEEN = Rows(
    Candidate,
    "JOIN customers_sourcerecord l ON l.id = t.left_id JOIN customers_sourcerecord r ON r.id = t.right_id "
    "WHERE t.state = 'open' AND l.customer_id = ANY(%s) AND r.customer_id = ANY(%s) ORDER BY t.id FOR UPDATE OF t",
)
# A superset of the pairs, answered by the index of one side.
_OPENED = Rows(
    Candidate,
    "WHERE t.state = 'open' AND t.left_id = ANY(%s) AND t.right_id = ANY(%s) ORDER BY t.id FOR UPDATE OF t",
)
_CLOSE = """
    UPDATE matching_candidate SET state = %s, closed_at = %s, closed_because = %s, change = %s WHERE id = ANY(%s)
"""


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

    A verdict whose facts have changed (stale) lets the question be asked again, unless it is locked. A verdict about
    two customers also settles other pairs of their records, until something new is heard of those.
    """
    asked = {question.ends: question for question in questions}
    if not asked:
        return []
    settled = settled_pairs(record for question in asked.values() for record in (question.one, question.other))
    rows = _OPENED([pair[0] for pair in asked], [pair[1] for pair in asked])
    opened = {(row.left_id, row.right_id): row for row in rows}
    fresh, again = [], []
    for pair, question in asked.items():
        if pair in settled.pairs or (question.kind != Candidate.Kind.RAISED and settled.covers(*pair)):
            continue
        row = opened.get(pair)
        if row is None:
            fresh.append(_new(question))
        else:
            _refresh(row, question)
            again.append(row)
    Candidate.objects.bulk_update(again, ["probability", "evidence", "kind", "reason", "change"])
    return [*insert_many(fresh), *again]


def _either(lefts: Collection[int], rights: Collection[int]) -> Q:
    """A superset of the pairs, answered by the index of one side."""
    return Q(left__among=set(lefts), right__among=set(rights))


def _new(question: Question) -> Candidate:
    left, right = sorted((question.one, question.other), key=lambda record: record.pk)
    return Candidate(
        left=left,
        right=right,
        party_type=left.party_type,
        kind=question.kind,
        probability=question.score.probability,
        evidence=_evidence(question, left, right),
        reason=question.reason,
        opened_at=clock.now(),
        change=change_id(),
    )


def _refresh(row: Candidate, question: Question) -> None:
    row.probability = question.score.probability
    row.evidence = _evidence(question, question.one, question.other)
    # What the customer himself said stays his question, whatever else speaks for it by now.
    if row.reason != SAID:
        row.kind = question.kind
        row.reason = SAID if question.reason == SAID else row.reason
    row.change = change_id()


def _evidence(question: Question, left: SourceRecord, right: SourceRecord) -> dict[str, Any]:
    """What speaks for it; a doubt also says which of the two records it is about."""
    found = evidence_of(question.score, left, right, question.version)
    return {**found, "doubted": question.one.pk} if question.kind in Candidate.INSIDE else found


def between(customers: Sequence[Customer]) -> list[Candidate]:
    """The open candidates whose two records lie in these customers, locked."""
    chosen = [customer.pk for customer in customers]
    return _BETWEEN(chosen, chosen)


def about(record_ids: Sequence[int]) -> list[Candidate]:
    """What is open about these records, locked, with its records."""
    mine = Candidate.objects.open().filter(Q(left__in=record_ids) | Q(right__in=record_ids))
    return list(mine.select_related("left", "right").defer("left__raw", "right__raw").locked())


def close(candidates: Sequence[Candidate], because: str) -> None:
    """Close locked candidates."""
    if not candidates:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [CLOSED, clock.now(), because, change_id(), [row.pk for row in candidates]])


def close_torn(customers: Sequence[int], because: str) -> None:
    """Close doubts about records of one of these customers (ids) that lie in two by now."""
    mine = Candidate.objects.open().filter(kind__in=Candidate.INSIDE)
    torn = mine.filter(Q(left__customer__in=customers) | Q(right__customer__in=customers))
    close(list(torn.exclude(left__customer=F("right__customer")).locked()), because)


def close_of_records(record_ids: Sequence[int], because: str) -> None:
    """Close whatever is open about these records."""
    close(about(record_ids), because)


def reopen(change: UUID) -> list[Candidate]:
    """Open again what a change closed, as it was; what is no question any more, or is asked already, stays closed."""
    return _open_again(list(Candidate.objects.filter(change=change, state=CLOSED).locked()))


def reopen_across(ones: Collection[int], others: Collection[int]) -> list[Candidate]:
    """Open again what merges closed between these records (ids): they were separated without a word on who they are."""
    sides = set(ones), set(others)
    rows = Candidate.objects.filter(state=CLOSED, closed_because="merged")
    found = rows.filter(_either(sides[0], sides[1]) | _either(sides[1], sides[0])).locked()
    return _open_again(list({_ends(row): row for row in found}.values()))


def _open_again(rows: Sequence[Candidate]) -> list[Candidate]:
    ends = _either([row.left_id for row in rows], [row.right_id for row in rows])
    settled = set(Verdict.objects.settling().filter(ends).values_list("left", "right"))
    settled |= set(Candidate.objects.open().filter(ends).values_list("left", "right"))
    active = SourceRecord.objects.current().filter(customer__status=Customer.Status.ACTIVE)
    where = dict(active.filter(pk__in={end for row in rows for end in _ends(row)}).values_list("pk", "customer"))
    again = [row for row in rows if _ends(row) not in settled and _is_question(row, where)]
    Candidate.objects.filter(pk__in=[row.pk for row in again]).update(
        state=OPEN, closed_at=None, closed_because="", change=change_id()
    )
    return again


def _ends(row: Candidate) -> tuple[int, int]:
    return row.left_id, row.right_id


def _is_question(row: Candidate, where: Mapping[int, int | None]) -> bool:
    """Both records are open, and lie apart; in one customer where that is what is doubted."""
    left, right = where.get(row.left_id), where.get(row.right_id)
    return bool(left and right) and (left == right) == (row.kind in Candidate.INSIDE)
