"""What a steward says of a pair: different, related, not sure; and taking it back."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from cmdm import audit, events
from cmdm.actions import Refused, action
from cmdm.models import User
from customers import ports
from customers.actions import relations
from customers.models import Customer, Relation, SourceRecord
from matching.actions import candidates, verdict_rows
from matching.actions.held import hold, records_of
from matching.actions.verdict_rows import Say
from matching.models import Candidate, Verdict
from matching.queries.scores import scored_cross_pairs

RELATED, DIFFERENT = Verdict.Answer.RELATED, Verdict.Answer.DIFFERENT


@action
def keep_apart(
    left: SourceRecord,
    right: SourceRecord,
    *,
    actor: User,
    answer: str,
    seen: Mapping[int, int],
    reason: str = "",
    strength: str = Verdict.Strength.ADVISE,
    kind: str = Relation.Kind.HOUSEHOLD,
) -> Verdict:
    """Record that two records' customers are not, or may not be, the same; their candidates close.

    "Different" is kept for the pair and for every cross pair at or above the review floor; "related" also makes a
    relation. Refused when both records lie in one customer: that is an unmerge.
    """
    customers = Customer.objects.filter(pk__in=[left.customer_id, right.customer_id])
    held = hold(list(customers), actor=actor, seen=seen)
    if len(held) < 2:
        raise Refused(_("Both records belong to one customer. Unmerge them instead."))
    records = records_of(held)
    by_id = {record.pk: record for record in records}
    if left.pk not in by_id or right.pk not in by_id:
        raise Refused(_("One of these records has moved to another customer."))
    asked = candidates.between(held)
    pairs, scores = _pairs(by_id[left.pk], by_id[right.pk], records, answer)
    verdict_rows.write(pairs, Say(answer, actor, reason, strength), scores)
    if answer == RELATED:
        relations.relate(by_id[left.pk], by_id[right.pk], actor=actor, kind=kind)
    candidates.close([row for row in asked if _across(row, by_id)], answer)
    ports.touched(held, f"verdict.{answer}", actor=actor)
    found = Verdict.objects.in_force().get(left=min(left.pk, right.pk), right=max(left.pk, right.pk))
    audit.record(actor, f"verdict.{answer}", found, domains={record.domain_id for record in records})
    events.emit(f"verdict.{answer}", verdict=found.pk, customers=[str(one.key) for one in held])
    return found


def _pairs(
    left: SourceRecord, right: SourceRecord, records: list[SourceRecord], answer: str
) -> tuple[list[tuple[SourceRecord, SourceRecord]], dict[tuple[int, int], float]]:
    """The pair shown first; for "different" also the other cross pairs at or above the floor."""
    ends = (min(left.pk, right.pk), max(left.pk, right.pk))
    ones = [record for record in records if record.customer_id == left.customer_id]
    others = [record for record in records if record.customer_id == right.customer_id]
    scored = scored_cross_pairs(ones, others)
    scores = {pair: score for pair, (_records, score) in scored.items()}
    if answer != DIFFERENT:
        return [(left, right)], scores
    rest = [pair for key, (pair, _score) in scored.items() if key != ends]
    return [(left, right), *rest], scores


def _across(row: Candidate, by_id: Mapping[int, SourceRecord]) -> bool:
    one, other = by_id.get(row.left_id), by_id.get(row.right_id)
    return bool(one and other and one.customer_id != other.customer_id)


@action
def withdraw(change: UUID, *, actor: User) -> list[Candidate]:
    """Take back the verdicts of one change, end the relation it made, and open its candidates again."""
    rows = list(Verdict.objects.filter(change=change, revoked_at__isnull=True))
    if not rows:
        raise Refused(_("This answer has been taken back already."))
    ends = {end for row in rows for end in (row.left_id, row.right_id)}
    owners = set(SourceRecord.objects.filter(pk__in=ends).values_list("customer", flat=True))
    customers = list(Customer.objects.filter(pk__in=owners).locked())
    seen = {customer.pk: customer.version for customer in customers}
    hold(customers, actor=actor, seen=seen)
    verdict_rows.take_back(change)
    relations.end_of_change(change, actor=actor)
    reopened = candidates.reopen(change)
    ports.touched(customers, "verdict.withdrawn", actor=actor)
    audit.record(actor, "verdict.withdrawn", rows[0], domains=_domains(customers))
    events.emit("verdict.withdrawn", verdict=rows[0].pk, customers=[str(one.key) for one in customers])
    return reopened


@action
def revoke(verdict: Verdict, *, actor: User) -> None:
    """Forget one verdict: the pair may be asked, and joined, again. Refused when it has been taken back."""
    verdict = Verdict.objects.select_related("left", "right").get(pk=verdict.pk)
    owners = [verdict.left.customer_id, verdict.right.customer_id]
    customers = list(Customer.objects.filter(pk__in=[pk for pk in owners if pk]).locked())
    hold(customers, actor=actor, seen={customer.pk: customer.version for customer in customers})
    row = Verdict.objects.in_force().select_for_update(of=("self",)).filter(pk=verdict.pk).first()
    if row is None:
        raise Refused(_("This answer has been taken back already."))
    verdict_rows.revoke([row])
    audit.record(actor, "verdict.revoked", row, domains=_domains(customers))
    events.emit("verdict.revoked", verdict=row.pk, customers=[str(one.key) for one in customers])


def _domains(customers: list[Customer]) -> set[int]:
    return {domain for customer in customers for domain in customer.domain_ids()}
