"""What an answer does to customers, and how that is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.models import User
from customers.actions import pins, relations
from customers.models import Customer, Pin, SourceRecord
from matching.actions import ledger, parting, rejoining, together, verdicts
from matching.actions.held import Held
from matching.actions.ledger import How
from matching.models import Candidate, LedgerEntry, Verdict
from stewardship.models import Answer
from stewardship.rules.partition import Partition

DIFFERENT, UNSURE = Verdict.Answer.DIFFERENT, Verdict.Answer.UNSURE
Deed = LedgerEntry.Deed


@dataclass(frozen=True)
class Chosen:
    """An answer that acts: what it comes to, and which claims shall win in what is merged."""

    decision: str
    partition: Partition
    leaving: Sequence[int] = ()
    choices: Mapping[str, int] = field(default_factory=dict)
    until: Mapping[str, date] = field(default_factory=dict)


def act(
    held: Held,
    candidates: Sequence[Candidate],
    chosen: Chosen,
    *,
    actor: User,
    seen: Mapping[int, int],
    reason: str,
    strength: str,
) -> None:
    """Do what was decided, in the running change. Refused as the deeds of matching are."""
    if len(held.customers) < 2:
        _act_inside(candidates, chosen, actor=actor, seen=seen, reason=reason, strength=strength)
        return
    by_id = {customer.pk: customer for customer in held.customers}
    groups = chosen.partition.groups or tuple((pk,) for pk in sorted(by_id))
    merged = parting.part_held(
        held,
        [[by_id[pk] for pk in group] for group in groups],
        How(actor, reason, strength=strength),
        related=chosen.partition.kinds(),
        otherwise=UNSURE if chosen.decision == UNSURE else DIFFERENT,
    )
    for group, survivor in zip(groups, merged, strict=True):
        if len(group) > 1 and chosen.choices:
            _choose(survivor, chosen, actor=actor, reason=reason)


def _act_inside(
    candidates: Sequence[Candidate],
    chosen: Chosen,
    *,
    actor: User,
    seen: Mapping[int, int],
    reason: str,
    strength: str,
) -> None:
    """Two records of one customer: they belong together, or some of the customer's records leave it."""
    if chosen.decision == DIFFERENT:
        records = SourceRecord.objects.filter(pk__in=chosen.leaving).defer("raw", "findings")
        ledger.unmerge(list(records), actor=actor, seen=seen, reason=reason)
        return
    best = max(candidates, key=lambda one: (one.probability, -one.pk))
    said = {"reason": reason, "strength": strength, "answer": chosen.decision}
    together.keep_together(best, actor=actor, seen=seen, also=candidates, **said)


def _choose(survivor: Customer, chosen: Chosen, *, actor: User, reason: str) -> None:
    """Pin a chosen claim where the rules made another win."""
    wanted = {name: record for name, record in chosen.choices.items() if _winner(survivor.lineage.get(name)) != record}
    records = SourceRecord.objects.current().filter(customer=survivor, pk__in=wanted.values()).in_bulk()
    for name, record in sorted(wanted.items()):
        if record in records:
            pins.pin(records[record], name, actor=actor, until=chosen.until.get(name), reason=reason)


def _winner(lineage: Any) -> int | None:
    first = lineage[0] if isinstance(lineage, list) and lineage else lineage
    return first.get("record") if isinstance(first, Mapping) else None


def reverse(answer: Answer, *, actor: User) -> None:
    """Take back what an answer did: its pins, merges or separation, verdicts and relations."""
    for pin in Pin.objects.in_force().filter(change=answer.change).order_by("pk"):
        pins.end(pin, actor=actor)
    deeds = set(LedgerEntry.objects.filter(change=answer.change).values_list("deed", flat=True))
    if Deed.MERGE in deeds:
        ledger.undo(answer.change, actor=actor)
        relations.end_of_change(answer.change, actor=actor)
    elif Deed.UNMERGE in deeds:
        rejoining.rejoin(answer.change, actor=actor)
    elif Verdict.objects.filter(change=answer.change).exists():
        verdicts.withdraw(answer.change, actor=actor)
    else:
        raise Refused(_("This answer has been taken back already."))
