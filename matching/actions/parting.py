"""Saying of several customers at once who belongs together: those are merged, the others related or kept apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cmdm import audit, events
from cmdm.actions import action
from cmdm.models import User
from customers import ports
from customers.actions import relations
from customers.models import Customer, SourceRecord
from matching.actions import candidates, ledger, verdict_rows
from matching.actions.verdict_rows import Say
from matching.models import Candidate, Verdict
from matching.queries.scores import Crossing, scored_between

DIFFERENT, RELATED = Verdict.Answer.DIFFERENT, Verdict.Answer.RELATED
Ends = tuple[int, int]


@dataclass
class _Said:
    """What is said of pairs of records: those that were shown first, then those derived from them."""

    shown: list[tuple[SourceRecord, SourceRecord]] = field(default_factory=list)
    derived: list[tuple[SourceRecord, SourceRecord]] = field(default_factory=list)
    scores: dict[Ends, float] = field(default_factory=dict)


@action
def part(
    groups: Sequence[Sequence[Customer]],
    *,
    actor: User,
    seen: Mapping[int, int],
    related: Mapping[Ends, str] | None = None,
    otherwise: str = DIFFERENT,
    reason: str = "",
    strength: str = Verdict.Strength.ADVISE,
) -> list[Customer]:
    """Make one customer of each group, and record of each two groups what they are to each other; the customers after.

    Two groups that had neither a question nor a score are left unsaid, unless they are related. Refused as a merge is.

    :param related: by two groups (places, the lower first) the kind of their relation.
    :param otherwise: what is said of all other groups: "different" or "unsure".
    """
    held = ledger.hold([customer for group in groups for customer in group], actor=actor, seen=seen)
    place = {customer.pk: number for number, group in enumerate(groups) for customer in group}
    records = ledger.records_of(held)
    by_id = {record.pk: record for record in records}
    kinds = related or {}
    asked = [row for row in candidates.between(held) if row.left_id in by_id and row.right_id in by_id]
    across: dict[Ends, list[Candidate]] = defaultdict(list)
    within: dict[int, list[Candidate]] = defaultdict(list)
    for row in asked:
        one, other = (place[by_id[end].customer_id or 0] for end in (row.left_id, row.right_id))
        if one != other:
            across[min(one, other), max(one, other)].append(row)
        elif by_id[row.left_id].customer_id != by_id[row.right_id].customer_id:
            within[one].append(row)
    said = _said(_sides(records, place), across, kinds, otherwise)
    # Before anything is merged: who is told of a merge must not find open what is being answered.
    for ends, rows in across.items():
        candidates.close(rows, RELATED if ends in kinds else otherwise)
    merged = [_merge(group, within[number], actor, seen, reason, strength) for number, group in enumerate(groups)]
    for answer, of_answer in said.items():
        pairs = [*of_answer.shown, *of_answer.derived]
        verdict_rows.write(pairs, Say(answer, actor, reason, strength), of_answer.scores, shown=len(of_answer.shown))
    for ends, kind in kinds.items():
        relations.relate(*said[RELATED].shown[sorted(kinds).index(ends)], actor=actor, kind=kind)
    ports.touched(merged, "verdict.parted", actor=actor)
    _tell(said, actor=actor, domains={record.domain_id for record in records})
    return merged


def _sides(records: Sequence[SourceRecord], place: Mapping[int, int]) -> dict[int, list[SourceRecord]]:
    found: dict[int, list[SourceRecord]] = defaultdict(list)
    for record in records:
        found[place[record.customer_id or 0]].append(record)
    return found


def _said(
    sides: Mapping[int, Sequence[SourceRecord]],
    across: Mapping[Ends, Sequence[Candidate]],
    related: Mapping[Ends, str],
    otherwise: str,
) -> dict[str, _Said]:
    """The pairs of records on which each answer is kept, of related groups in order of their places."""
    scored = scored_between(sides)
    made = {answer: _Said() for answer in (RELATED, otherwise)}
    for ends in sorted({*scored, *across, *related}):
        answer = RELATED if ends in related else otherwise
        found = scored.get(ends, {})
        shown = _shown(across.get(ends, ()), found) or _firsts(sides, ends)
        pair = found[shown].pair if shown in found else _pair(sides, ends, shown)
        of_answer = made[answer]
        of_answer.shown.append(pair)
        of_answer.scores.update({key: one.score for key, one in found.items()})
        if answer == DIFFERENT:
            of_answer.derived += [one.pair for key, one in found.items() if key != shown]
    return {answer: of_answer for answer, of_answer in made.items() if of_answer.shown}


def _shown(asked: Sequence[Candidate], scored: Mapping[Ends, Crossing]) -> Ends | None:
    """The pair that was asked about with the highest score; where none was, the one that scores highest."""
    if asked:
        best = max(asked, key=lambda row: (row.probability, -row.pk))
        return best.left_id, best.right_id
    return max(scored, key=lambda ends: (scored[ends].score, ends), default=None)


def _firsts(sides: Mapping[int, Sequence[SourceRecord]], ends: Ends) -> Ends:
    """The first open records of both sides."""
    one, other = (min(sides[end], key=lambda record: (record.closed_at is not None, record.pk)).pk for end in ends)
    return min(one, other), max(one, other)


def _pair(sides: Mapping[int, Sequence[SourceRecord]], ends: Ends, wanted: Ends) -> tuple[SourceRecord, SourceRecord]:
    by_id = {record.pk: record for end in ends for record in sides[end]}
    return by_id[wanted[0]], by_id[wanted[1]]


def _merge(
    group: Sequence[Customer],
    asked: Sequence[Candidate],
    actor: User,
    seen: Mapping[int, int],
    reason: str,
    strength: str,
) -> Customer:
    if len(group) == 1:
        return group[0]
    best = max(asked, key=lambda row: (row.probability, -row.pk), default=None)
    return ledger.merge(group, actor=actor, seen=seen, candidate=best, reason=reason, strength=strength)


def _tell(said: Mapping[str, _Said], *, actor: User, domains: set[int]) -> None:
    shown = [(answer, left, right) for answer, one in said.items() for left, right in one.shown]
    ends = {end for _answer, left, right in shown for end in (left.pk, right.pk)}
    now = SourceRecord.objects.filter(pk__in=ends).values_list("pk", "customer__key")
    key_of = {pk: str(key) for pk, key in now}
    rows = Verdict.objects.in_force().filter(left__in=ends, right__in=ends)
    number = {(left, right): pk for pk, left, right in rows.values_list("pk", "left", "right")}
    events.emit_many(
        events.Event(
            f"verdict.{answer}",
            payload={
                "verdict": number[min(left.pk, right.pk), max(left.pk, right.pk)],
                "customers": [key_of[left.pk], key_of[right.pk]],
            },
        )
        for answer, left, right in shown
    )
    audit.record(actor, "customers.parted", domains=domains, counts={"pairs": len(shown)})
