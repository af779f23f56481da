"""Placing: each new or changed record finds its customer, inside the transaction that stores it.

A new record is linked to one clearly best customer at or above the automatic line, or founds a customer of its own and
leaves candidates to those it might be. A changed record never leaves its customer by itself: evidence gone, or evidence
for another customer, becomes a candidate. The machine joins two existing customers only in ``match``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cmdm import memo
from cmdm.database.kept import kept, send
from cmdm.models import User
from customers import ports
from customers.actions import founding
from customers.models import SourceRecord
from customers.ports import Incoming, Placement
from customers.queries.open_records import as_open
from matching.actions import candidates, doubts, inspecting, keys, nearness, staleness
from matching.actions.candidates import Question
from matching.actions.ledger_entries import Linked, write_links
from matching.actions.preparations import is_fresh
from matching.actions.scoring import EACH, PREPARED, TOGETHER, Prepared, Scored, get_ready, in_arrays, score_records
from matching.engine.deciding import Decision, Option, decide
from matching.engine.evidence import Score
from matching.engine.features import Party, prepare
from matching.engine.model import Model
from matching.models import Candidate
from matching.queries.blocking import digests, match_spaces
from matching.queries.lowered import lowered_customers, only_proposing
from matching.queries.models import models_in_force
from matching.queries.verdicts import Settled, settled_for

_LOCK = "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
OWNERS = "SELECT id, customer_id, closed_at IS NULL FROM customers_sourcerecord WHERE id = ANY(%s)"


def reserve(incoming: Sequence[Incoming]) -> None:
    """Take the locks on the buckets of what is about to be written; two queries."""
    if not incoming:
        return
    models = models_in_force()
    spaces = match_spaces(one.domain_id for one in incoming)
    prepared = memo.once(PREPARED, dict[tuple[int, str], Prepared])
    wanted: set[int] = set()
    for one in incoming:
        model = models[one.party_type].model
        features = prepare(model, Party(0, one.party_type, one.values))
        found = digests(model, features, spaces[one.domain_id])
        prepared[one.source_id, one.key] = Prepared(one.party_type, one.values, features, found)
        wanted.update(digest for digest, _key in found)
    if len(incoming) >= TOGETHER and in_arrays(EACH * len(incoming)):
        get_ready()
    keys.lock_buckets(wanted)


def forget_keys(records: Sequence[SourceRecord]) -> None:
    """Closed records are compared no longer: their keys go, and what was open about them is closed."""
    ids = [record.pk for record in records]
    keys.forget(ids)
    candidates.close_of_records(ids, "record closed")


@dataclass
class Placing:
    """One run: what is known while the records are placed in order.

    A group is a customer that this run founds; it is named by a negative number until then.
    """

    actor: User
    scored: Scored
    settled: Settled
    customer_of: dict[int, int] = field(default_factory=dict)
    groups: dict[int, list[SourceRecord]] = field(default_factory=dict)
    linked: list[Linked] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    decisions: dict[int, Decision] = field(default_factory=dict)
    best: dict[int, Score | None] = field(default_factory=dict)
    lowered: frozenset[int] = frozenset()  # customers
    proposing: frozenset[int] = frozenset()  # domains in which the machine only proposes

    def version(self, record: SourceRecord) -> int:
        return self.scored.models[record.party_type].version


def place(records: Sequence[SourceRecord], *, actor: User) -> dict[int, Placement]:
    """Where each record went and why, by record id; a fixed number of queries for any number of records."""
    staleness.mark([record for record in records if record.customer_id is not None])
    scored = score_records(records, store=True)
    settled = settled_for([*records, *scored.others.values()])
    run = Placing(actor, scored, settled)
    run.customer_of = {pk: row.customer_id for pk, row in scored.others.items() if row.customer_id}
    fresh = [record for record in records if record.customer_id is None]
    known = [record for record in records if record.customer_id is not None]
    _hold_targets(run)
    run.lowered, run.proposing = lowered_customers(run.customer_of.values()), ports.lowered()
    for record in sorted(fresh, key=lambda one: one.pk):
        _place_new(run, record)
    for record in known:
        _look_again(run, record)
    if known:
        run.questions += doubts.without_evidence(known, scored.models, settled)
        doubts.close_settled([record.pk for record in known], scored.models, settled)
    _write(run)
    _note_nearness(run, fresh, known)
    run.questions += _doubts(run, known)
    opened = candidates.open_all(run.questions)
    return _placements(run, records, opened)


def _doubts(run: Placing, known: Sequence[SourceRecord]) -> list[Question]:
    """What became doubtful inside the customers that got a record, or whose record changed."""
    touched = {one.customer for one in run.linked if one.customer > 0} | {record.customer_id or 0 for record in known}
    return inspecting.doubts_within(touched) if touched else []


def _hold_targets(run: Placing) -> None:
    """Lock the customers that a record may be linked to, in id order, and read the links again.

    Somebody may have merged one of them before we got its lock: then the survivor is locked, too.
    """
    held: set[int] = set()
    while wanted := _targets(run) - held:
        send(_LOCK, [list(wanted)])
        held |= wanted
        run.customer_of = _owners(run.customer_of)


def _owners(records: Iterable[int]) -> dict[int, int]:
    """The customers that these records (ids) lie in, of those that are open and lie in one.

    By nothing but their ids: while statistics say of a freshly loaded hub that no record lies in a customer, a
    condition on it would have all of those read that do.
    """
    with kept() as cursor:
        cursor.execute(OWNERS, [list(records)])
        return {pk: customer for pk, customer, is_open in cursor.fetchall() if is_open and customer}


def _targets(run: Placing) -> set[int]:
    return {
        run.customer_of[other]
        for (_record, other), score in run.scored.scores.items()
        if other in run.customer_of and score.probability >= _review(run, other)
    }


def _review(run: Placing, other: int) -> float:
    return run.scored.models[run.scored.others[other].party_type].model.review


def _options(run: Placing, record: SourceRecord, *, without: int | None = None) -> list[Option]:
    """The customers that the record might be, each with its best record."""
    best: dict[int, tuple[SourceRecord, Score]] = {}
    kin: set[int] = set()
    for other, score in run.scored.of(record.pk):
        customer = run.customer_of.get(other.pk)
        if customer is None or customer == without:
            continue
        if score.related and score.probability < _review(run, other.pk):
            kin.add(customer)
        if customer not in best or score.weight > best[customer][1].weight:
            best[customer] = (other, score)
    return [
        Option(
            customer,
            score,
            other.pk,
            forbidden=run.settled.apart(record, customer),
            conflict=customer in kin or (record.pk, other.pk) in run.scored.conflicts,
            stale=run.settled.stale(record, customer),
        )
        for customer, (other, score) in best.items()
    ]


def _best(model: Model, options: Sequence[Option]) -> Score | None:
    """The best score of those that reach the review line; below it many records are not told apart."""
    near = (one.score for one in options if one.score.probability >= model.review)
    return max(near, key=lambda score: score.weight, default=None)


def _place_new(run: Placing, record: SourceRecord) -> None:
    options = _options(run, record)
    model = run.scored.models[record.party_type].model
    decision = decide(only_proposing(model) if _is_lowered(run, record, options) else model, options)
    run.decisions[record.pk] = decision
    chosen = next((one for one in options if one.customer == decision.customer), None)
    run.best[record.pk] = chosen.score if chosen else _best(model, options)
    if decision.customer is None:
        group = -len(run.groups) - 1
        run.groups[group] = [record]
        run.customer_of[record.pk] = group
    else:
        run.customer_of[record.pk] = decision.customer
        if decision.customer < 0:
            run.groups[decision.customer].append(record)
        run.linked.append(Linked(record, decision.customer, decision.rule, chosen, run.version(record)))
    _ask(run, record, decision)


def _is_lowered(run: Placing, record: SourceRecord, options: Sequence[Option]) -> bool:
    """Whether linking it would touch a domain in which the machine only proposes."""
    if not run.proposing:
        return False
    groups = [run.groups[one.customer] for one in options if one.customer < 0]
    near = {record.domain_id, *(member.domain_id for group in groups for member in group)}
    return bool(run.proposing & near) or any(one.customer in run.lowered for one in options)


def _ask(run: Placing, record: SourceRecord, decision: Decision) -> None:
    for option in decision.candidates:
        other = run.scored.others[option.best_record]
        kind = Candidate.Kind.POSSIBLE
        if option.stale:
            kind = Candidate.Kind.STALE
        elif option.conflict or option.forbidden:
            kind = Candidate.Kind.CONFLICT
        run.questions.append(Question(record, other, option.score, run.version(record), kind, decision.rule))


def _look_again(run: Placing, record: SourceRecord) -> None:
    """Evidence for another customer becomes a question; the record stays where it is."""
    run.customer_of[record.pk] = record.customer_id or 0
    options = _options(run, record, without=record.customer_id)
    model = run.scored.models[record.party_type].model
    decision = decide(model, options)
    run.decisions[record.pk] = Decision("link", "none", record.customer_id, decision.candidates)
    run.best[record.pk] = _best(model, options)
    extra = () if decision.customer is None else tuple(o for o in options if o.customer == decision.customer)
    _ask(run, record, Decision("candidate", decision.rule, None, (*extra, *decision.candidates)))


def _write(run: Placing) -> None:
    """Found the groups, whole, link the other records, and write the ledger."""
    founded = _found(run)
    existing = {one.record: one.customer for one in run.linked if one.customer > 0}
    fresh = {record.pk for record in existing if is_fresh(record)}
    records = [record.pk for record in existing]
    founding.link_many(records, list(existing.values()), actor=run.actor, written=fresh)
    write_links(run.actor, founded, run.groups, run.linked)
    own = {record: founded[group] for group, records in run.groups.items() for record in records}
    for record, customer in {**own, **existing}.items():
        record.customer_id = customer


def _found(run: Placing) -> dict[int, int]:
    """The customer (id) that each group has become, in the order in which they were begun."""
    by_party: dict[str, list[int]] = defaultdict(list)
    for group in sorted(run.groups, reverse=True):
        by_party[run.groups[group][0].party_type].append(group)
    founded: dict[int, int] = {}
    for party, groups in sorted(by_party.items()):
        records = [record for group in groups for record in run.groups[group]]
        written = {one.pk: as_open(one) for one in records if is_fresh(one)}
        members = [[record.pk for record in run.groups[group]] for group in groups]
        made = founding.found_many(party, members, actor=run.actor, written=written)
        founded.update(zip(groups, made, strict=True))
    return founded


def _note_nearness(run: Placing, fresh: Sequence[SourceRecord], known: Sequence[SourceRecord]) -> None:
    """Tell `match` which customers it need not look at for these records; one statement a party type."""
    for party in sorted({record.party_type for record in (*fresh, *known)}):
        mine = [record for record in fresh if record.party_type == party]
        near = {record.customer_id or 0 for record in mine if _leads_elsewhere(run, record)}
        near |= {record.customer_id or 0 for record in known if record.party_type == party}
        alone = {record.customer_id or 0 for record in mine} - near
        founded = {record.customer_id or 0 for record in mine if run.customer_of[record.pk] < 0}
        nearness.note(run.scored.models[party].version, founded=founded & alone, alone=alone, near=near)


def _leads_elsewhere(run: Placing, record: SourceRecord) -> bool:
    """Whether it has a pair at the review line with a record of another customer."""
    own = run.customer_of[record.pk]
    review = run.scored.models[record.party_type].model.review
    return any(
        score.probability >= review and run.customer_of.get(other.pk) != own
        for other, score in run.scored.of(record.pk)
    )


def _placements(run: Placing, records: Sequence[SourceRecord], opened: Sequence[Candidate]) -> dict[int, Placement]:
    asked: dict[int, list[int]] = defaultdict(list)
    for candidate in opened:
        asked[candidate.left_id].append(candidate.pk)
        asked[candidate.right_id].append(candidate.pk)
    made = {}
    for record in records:
        decision, best = run.decisions[record.pk], run.best[record.pk]
        made[record.pk] = Placement(
            record_id=record.pk,
            customer_id=record.customer_id or 0,
            decision=decision.kind,
            rule=decision.rule,
            probability=best.probability if best else None,
            levels=tuple((one.comparison, one.level, one.weight) for one in best.levels) if best else (),
            candidates=tuple(asked[record.pk]),
            founded=run.customer_of[record.pk] < 0,
        )
    return made
