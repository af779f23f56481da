"""The sample of automatic merges: drawing from what the machine joined, counting what people say of it, and the alarm.

Each join is a row of the ledger; whether it is drawn depends on its number alone (a keyed digest), so the share is
random, and the same whoever draws when. While the queue of a domain's sample is full, joins are passed over: what is
looked at stays a random choice of what was drawn from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from cmdm import audit, clock, crypto, events, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.models import Candidate
from matching.queries.models import models_in_force
from matching.queries.scores import compare_pairs
from stewardship.models import QualityTarget, SampledJoin
from stewardship.queries.targets import estimates, standing_lowered
from stewardship.rules.quality import is_too_low

TELL = "stewardship.lowered"  # the job that writes to the owner
AT_ONCE = 20_000
WAITING = 200
"""So many drawn joins of a domain may wait for an answer."""

_JOINS = """
    SELECT id, records[1], coalesce((evidence->>'record')::bigint, (evidence->'pair'->>1)::bigint),
           (evidence->'pair'->>0)::bigint
      FROM matching_ledgerentry
     WHERE id > %(mark)s AND id <= %(end)s AND by_machine AND deed IN ('link', 'merge')
     ORDER BY id
"""
_END = "SELECT max(id) FROM (SELECT id FROM matching_ledgerentry WHERE id > %s ORDER BY id LIMIT %s) AS next"
_FULL = """
    SELECT s.domain_id, count(*) FROM stewardship_sampledjoin s JOIN matching_candidate c ON c.id = s.candidate_id
     WHERE c.state = 'open' GROUP BY s.domain_id
"""


@dataclass(frozen=True)
class Join:
    """A row of the ledger as a pair of records: one that came, and one that was there."""

    entry: int
    came: int
    there: int


@action
def draw(*, actor: User) -> int:
    """Draw from the next joins of the machine in every domain that has a target, and ask; how many are asked.

    Some thousands at a time; whoever calls it often enough keeps up. Refuses nothing.
    """
    targets = list(QualityTarget.objects.locked())
    if not targets:
        return 0
    mark = min(one.measured.get("drawn_to", 0) for one in targets)
    joins, end = _joins(mark)
    if end is None:
        return 0
    made = _ask(_chosen(joins, targets), actor=actor)
    for target in targets:
        target.measured = {**target.measured, "drawn_to": max(end, target.measured.get("drawn_to", 0))}
        target.change = change_id()
    QualityTarget.objects.bulk_update(targets, ["measured", "change"])
    if made:
        counts = {"joins": len(joins), "drawn": sum(made.values())}
        audit.record(actor, "joins.sampled", domains=made.keys(), counts=counts)
    return sum(made.values())


@action
def measure(*, actor: User) -> list[QualityTarget]:
    """Count what people say of the drawn joins; where too few were right, the machine proposes from now on.

    The targets that were lowered now; their owners are told. Refuses nothing.
    """
    targets = list(QualityTarget.objects.locked().select_related("domain"))
    found = estimates(targets)
    changed, lowered = [], []
    for target in targets:
        one = found.get(target.domain_id)
        if one is None or (target.measured.get("answers") == one.answers and target.measured.get("right") == one.right):
            continue
        target.measured = {**target.measured, "right": one.right, "answers": one.answers}
        target.measured_at, target.change = clock.now(), change_id()
        if target.lowered_at is None and is_too_low(one, precision=target.precision, minimum=target.minimum):
            target.lowered_at = clock.now()
            lowered.append(target)
        changed.append(target)
    QualityTarget.objects.bulk_update(changed, ["measured", "measured_at", "lowered_at", "change"])
    if lowered:
        standing_lowered.forget()
        history.keep(QualityTarget, [one.pk for one in lowered], history.CHANGED)
        audit.record(actor, "quality.lowered", domains=[one.domain_id for one in lowered])
        events.emit_many(events.Event("quality.lowered", payload={"domain": one.domain_id}) for one in lowered)
    return lowered


def _joins(mark: int) -> tuple[list[Join], int | None]:
    """The next joins behind a row of the ledger, and the row up to which they were read; none when it is the last."""
    with connection.cursor() as cursor:
        cursor.execute(_END, [mark, AT_ONCE])
        end = cursor.fetchone()[0]
        if end is None:
            return [], None
        cursor.execute(_JOINS, {"mark": mark, "end": end})
        rows = cursor.fetchall()
    made = [Join(entry, one or came, there) for entry, came, there, one in rows if there is not None]
    return [join for join in made if join.came != join.there], end


def _chosen(joins: Sequence[Join], targets: Sequence[QualityTarget]) -> list[tuple[Join, int]]:
    """The joins that are drawn, each with the domain of the record that came."""
    wanted = {one.domain_id: one for one in targets if one.sample > 0}
    widest = max((one.sample for one in wanted.values()), default=0)
    near = [join for join in joins if _lot(join) < widest]
    domains = dict(SourceRecord.objects.filter(pk__in=[one.came for one in near]).values_list("pk", "domain"))
    with connection.cursor() as cursor:
        cursor.execute(_FULL)
        waiting = Counter(dict(cursor.fetchall()))
    chosen = []
    for join in near:
        domain = domains.get(join.came, 0)
        target = wanted.get(domain)
        if target is None or join.entry <= target.measured.get("drawn_to", 0) or waiting[domain] >= WAITING:
            continue
        if _lot(join) < target.sample:
            waiting[domain] += 1
            chosen.append((join, domain))
    return chosen


def _lot(join: Join) -> float:
    """A number in [0, 1) that belongs to this join."""
    return (crypto.digest64(str(join.entry), "sample of joins") % 2**32) / 2**32


def _ask(chosen: Sequence[tuple[Join, int]], *, actor: User) -> Counter[int]:
    """Open the questions about drawn joins whose records still lie in one customer; how many, by domain."""
    held = _together(chosen)
    if not held:
        return Counter()
    owners = [left.customer_id or 0 for left, _right in held.values()]
    customers = list(Customer.objects.filter(pk__in=owners).locked())
    held = _together(chosen)  # Under the locks: somebody may have separated them just now.
    questions = _questions(held)
    asked = {(row.left_id, row.right_id): row for row in candidates.open_all(questions)}
    known = set(SampledJoin.objects.filter(candidate__in=asked.values()).values_list("candidate", flat=True))
    rows, made = [], Counter[int]()
    for join, domain in chosen:
        row = asked.pop((min(join.came, join.there), max(join.came, join.there)), None)
        if row is not None and row.pk not in known:
            rows.append(SampledJoin(candidate=row, entry=join.entry, domain_id=domain, change=change_id()))
            made[domain] += 1
    SampledJoin.objects.bulk_create(rows)
    ports.touched(customers, "joins.sampled", actor=actor)
    return made


def _together(chosen: Sequence[tuple[Join, int]]) -> dict[tuple[int, int], tuple[SourceRecord, SourceRecord]]:
    """The pairs whose records are open, lie in one customer, and about which nothing is open."""
    ids = {end for join, _domain in chosen for end in (join.came, join.there)}
    records = SourceRecord.objects.current().select_related("source").defer("raw", "findings").in_bulk(ids)
    pairs = {}
    for join, _domain in chosen:
        left, right = (records.get(end) for end in sorted((join.came, join.there)))
        if left and right and left.customer_id and left.customer_id == right.customer_id:
            pairs[left.pk, right.pk] = (left, right)
    opened = Candidate.objects.open().filter(left__in=[one for one, _ in pairs], right__in=[two for _, two in pairs])
    for ends in opened.values_list("left", "right"):
        pairs.pop(ends, None)
    return pairs


def _questions(held: Mapping[tuple[int, int], tuple[SourceRecord, SourceRecord]]) -> Iterable[Question]:
    models: Mapping[str, Any] = models_in_force()
    scores = compare_pairs(held.values())
    for ends, (left, right) in held.items():
        if ends in scores:
            version = models[left.party_type].version
            yield Question(left, right, scores[ends], version, Candidate.Kind.SAMPLE, "sample")
