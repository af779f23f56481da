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
from matching.actions.held import Held, hold, holding
from matching.actions.ledger import How
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
    held = holding(hold([customer for group in groups for customer in group], actor=actor, seen=seen))
    merged = part_held(held, groups, How(actor, reason, strength=strength), related=related, otherwise=otherwise)
    domains = {record.domain_id for record in held.records}
    audit.record(actor, "customers.parted", domains=domains, counts={"customers": len(held.customers)})
    return merged


def part_held(
    held: Held,
    groups: Sequence[Sequence[Customer]],
    how: How,
    *,
    related: Mapping[Ends, str] | None = None,
    otherwise: str = DIFFERENT,
) -> list[Customer]:
    """The same with customers that are held."""
    by_pk = {customer.pk: customer for customer in held.customers}
    parts = [held.only([by_pk[customer.pk] for customer in group]) for group in groups]
    place = {customer.pk: number for number, group in enumerate(groups) for customer in group}
    kinds = related or {}
    across: dict[Ends, list[Candidate]] = defaultdict(list)
    for row in held.apart:
        one, other = (place[held.by_id[end].customer_id or 0] for end in (row.left_id, row.right_id))
        if one != other:
            across[min(one, other), max(one, other)].append(row)
    said = _said(dict(enumerate(part.records for part in parts)), across, kinds, otherwise)
    # Before anything is merged: who is told of a merge must not find open what is being answered.
    for ends, rows in across.items():
        candidates.close(rows, RELATED if ends in kinds else otherwise)
    merged = [_merge(part, how) for part in parts]
    written = {}
    for answer, of_answer in said.items():
        pairs = [*of_answer.shown, *of_answer.derived]
        say = Say(answer, how.actor, how.reason, how.strength)
        written[answer] = verdict_rows.write(pairs, say, of_answer.scores, shown=len(of_answer.shown))
    for ends, kind in kinds.items():
        relations.relate(*said[RELATED].shown[sorted(kinds).index(ends)], actor=how.actor, kind=kind)
    # Who was merged was told of already, as his golden values were derived.
    alone = [one for one, part in zip(merged, parts, strict=True) if len(part.customers) == 1]
    if alone:
        ports.touched(alone, "verdict.parted", actor=how.actor)
    _tell(said, written, {record: merged[number] for number, part in enumerate(parts) for record in part.by_id})
    return merged


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


def _merge(held: Held, how: How) -> Customer:
    if len(held.customers) == 1:
        return held.customers[0]
    best = max(held.apart, key=lambda row: (row.probability, -row.pk), default=None)
    return ledger.join(held, how, best)


def _tell(
    said: Mapping[str, _Said], written: Mapping[str, Sequence[Verdict]], customer_of: Mapping[int, Customer]
) -> None:
    """One event for each pair that was shown; of the rows written those come first."""
    events.emit_many(
        events.Event(
            f"verdict.{answer}",
            payload={
                "verdict": row.pk,
                "customers": [str(customer_of[left.pk].key), str(customer_of[right.pk].key)],
            },
        )
        for answer, one in said.items()
        for (left, right), row in zip(one.shown, written[answer], strict=False)
    )
