"""Rows of verdicts, as the deeds of the ledger and of stewards write and take them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cmdm import clock, history
from cmdm.actions import change_id
from cmdm.database.rows import Rows
from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import catalogue
from matching.actions.staleness import mark
from matching.models import Candidate, Verdict
from matching.queries.scores import scored_cross_pairs
from matching.queries.seen import seen_digests

DIFFERENT, SAME = Verdict.Answer.DIFFERENT, Verdict.Answer.SAME
_IN_FORCE = Rows(
    Verdict, "WHERE t.revoked_at IS NULL AND t.left_id = ANY(%s) AND t.right_id = ANY(%s) ORDER BY t.id FOR UPDATE"
)


@dataclass(frozen=True)
class Say:
    """A person's word on pairs: what, why and how firmly."""

    answer: str
    actor: User
    reason: str = ""
    strength: str = Verdict.Strength.ADVISE


def revoke(verdicts: Iterable[Verdict]) -> None:
    """Take verdicts back; they stay as rows."""
    ids = [row.pk for row in verdicts]
    if not ids:
        return
    Verdict.objects.filter(pk__in=ids).update(revoked_at=clock.now(), change=change_id())
    history.keep(Verdict, ids, history.CHANGED)


def write(
    pairs: Sequence[tuple[SourceRecord, SourceRecord]],
    say: Say,
    scores: Mapping[tuple[int, int], float],
    shown: int = 1,
) -> list[Verdict]:
    """Store the word on each pair, in their order; an earlier word on the same pair is revoked and stays as a row.

    The first pairs are those shown, the others are derived from them.
    """
    ordered = [(left, right) if left.pk < right.pk else (right, left) for left, right in pairs]
    ends = {(left.pk, right.pk) for left, right in ordered}
    earlier = _IN_FORCE([pk for pk, _ in ends], [pk for _, pk in ends])
    revoke([row for row in earlier if (row.left_id, row.right_id) in ends])
    compared = catalogue().compared
    rows = Verdict.objects.bulk_create(
        Verdict(
            left=left,
            right=right,
            answer=say.answer,
            strength=say.strength,
            reason=say.reason,
            probability=scores.get((left.pk, right.pk)),
            seen={str(one.pk): seen_digests(one, compared) for one in (left, right)},
            decided_by=say.actor,
            decided_at=clock.now(),
            derived=index >= shown,
            change=change_id(),
        )
        for index, (left, right) in enumerate(ordered)
    )
    history.keep(Verdict, [row.pk for row in rows], history.ADDED)
    return rows


def say_same(
    customers: Sequence[Customer],
    records: Sequence[SourceRecord],
    asked: Sequence[Candidate],
    candidate: Candidate | None,
    say: Say,
) -> None:
    """Keep a person's "same" on the best question of each two customers, or on their first records when none was.

    Of two customers the pair that was shown is kept, whichever scores best.
    """
    by_id = {record.pk: record for record in records}
    best: dict[frozenset[int | None], Candidate] = {}
    for row in sorted(asked, key=lambda one: -one.probability):
        if row.left_id in by_id and row.right_id in by_id:
            best.setdefault(frozenset([by_id[row.left_id].customer_id, by_id[row.right_id].customer_id]), row)
    if candidate is not None and {candidate.left_id, candidate.right_id} <= by_id.keys():
        best[frozenset([by_id[candidate.left_id].customer_id, by_id[candidate.right_id].customer_id])] = candidate
    pairs = [(by_id[row.left_id], by_id[row.right_id]) for row in best.values()]
    scores = {(row.left_id, row.right_id): row.probability for row in best.values()}
    shown = max(len(pairs), 1)
    if not pairs:
        firsts = [min((r for r in records if r.customer_id == one.pk), key=lambda r: r.pk) for one in customers]
        pairs = [(firsts[0], other) for other in firsts[1:]]
    write(pairs, say, scores, shown=shown)


def say_different(
    leaving: Sequence[SourceRecord],
    staying: Sequence[SourceRecord],
    chosen: str | Sequence[tuple[int, int]],
    *,
    actor: User,
    reason: str,
) -> None:
    """Keep "different" on each leaving × staying pair that had a score, or on the chosen ones; a "same" yields."""
    scored = scored_cross_pairs(leaving, staying)
    if chosen != "all":
        named = {(min(pair), max(pair)) for pair in chosen}
        scored = {ends: found for ends, found in scored.items() if ends in named}
    _revoke_same(leaving, staying)
    if scored:
        write(
            [pair for pair, _score in scored.values()],
            Say(DIFFERENT, actor, reason),
            {ends: score for ends, (_pair, score) in scored.items()},
        )


def _revoke_same(leaving: Sequence[SourceRecord], staying: Sequence[SourceRecord]) -> None:
    ends = {record.pk for record in leaving}, {record.pk for record in staying}
    every = ends[0] | ends[1]
    rows = Verdict.objects.in_force().filter(left__in=every, right__in=every, answer=SAME)
    revoke([row for row in rows if (row.left_id in ends[0]) != (row.right_id in ends[0])])


def take_back(change: UUID) -> None:
    """Undo what a change did to verdicts: its own are revoked, those that it revoked stand again.

    One on which a later word was given stays revoked; one whose facts have changed meanwhile stands again as stale.
    """
    rows = list(Verdict.objects.filter(change=change).select_for_update(of=("self",)).order_by("pk"))
    revoke([row for row in rows if row.revoked_at is None])
    gone = [row for row in rows if row.revoked_at is not None]
    later = Verdict.objects.in_force().filter(left__in=[row.left_id for row in gone])
    answered = set(later.values_list("left", "right"))
    again = [row for row in gone if (row.left_id, row.right_id) not in answered]
    ids = [row.pk for row in again]
    Verdict.objects.filter(pk__in=ids).update(revoked_at=None, change=change_id())
    history.keep(Verdict, ids, history.CHANGED)
    ends = {end for row in again for end in (row.left_id, row.right_id)}
    mark(list(SourceRecord.objects.filter(pk__in=ends).defer("raw", "findings")))
