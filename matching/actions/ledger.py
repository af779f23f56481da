"""Merging, unmerging, undoing: records move between customers, and the ledger says why.

Each deed names the versions it saw, takes its locks by kind (customers, records, candidates) in id order, moves links,
writes the ledger, and has the golden values of every customer it touched derived once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, Stale, action
from cmdm.models import User
from customers import ports
from customers.actions import golden, links
from customers.models import Customer, SourceRecord
from matching.actions import candidates, redirects, verdict_rows
from matching.actions.held import Held, hold, holding, records_of
from matching.actions.ledger_entries import Deed, entry
from matching.actions.verdict_rows import Say
from matching.models import Candidate, LedgerEntry, Verdict
from matching.queries.ledgers import brought_by, survivor_of, with_followers
from matching.queries.verdicts import different_within, yields

Pairs = Sequence[tuple[int, int]]
ALL = "all"


@action
def merge(
    customers: Sequence[Customer],
    *,
    actor: User,
    seen: Mapping[int, int],
    reason: str = "",
    rule: str = "steward",
    candidate: Candidate | None = None,
    by_machine: bool = False,
    strength: str = Verdict.Strength.ADVISE,
    evidence: Mapping[str, Any] | None = None,
    probability: float | None = None,
) -> Customer:
    """Make one customer of several; the survivor. Refused unless they are current, different and of one party type.

    A person's earlier "different" between them is taken back by his own "same". For the machine it is a refusal, unless
    it was left to later suggestions and what was seen has changed since.
    """
    held = holding(hold(customers, actor=actor, seen=seen))
    how = How(actor, reason, rule, by_machine=by_machine, strength=strength, evidence=evidence, probability=probability)
    survivor = join(held, how, candidate)
    domains = {record.domain_id for record in held.records}
    audit.record(actor, "customer.merged", survivor, domains=domains, counts={"customers": len(held.customers)})
    return survivor


@dataclass(frozen=True)
class How:
    """Who merges, why and how firmly, and what speaks for it."""

    actor: User
    reason: str = ""
    rule: str = "steward"
    _: KW_ONLY
    by_machine: bool = False
    strength: str = Verdict.Strength.ADVISE
    evidence: Mapping[str, Any] | None = None
    probability: float | None = None


def join(held: Held, how: How, candidate: Candidate | None) -> Customer:
    """Make one customer of those held; the survivor. Refused as a merge is."""
    _refuse_unfit(held.customers)
    apart = different_within(held.records)
    if how.by_machine and not all(yields(verdict) for verdict in apart):
        raise Refused(_("A person said that these are different."))
    survivor = survivor_of(held.customers, held.records)
    losers = [customer for customer in held.customers if customer.pk != survivor.pk]
    lay = {record.pk: record.customer_id or 0 for record in held.records}
    asked = held.apart
    verdict_rows.revoke(apart)
    if not how.by_machine:
        say = Say(Verdict.Answer.SAME, how.actor, how.reason, how.strength)
        verdict_rows.say_same(held.customers, held.records, asked, candidate, say)
    why: dict[str, Any] = {"rule": how.rule, "reason": how.reason, "by_machine": how.by_machine}
    why["evidence"] = dict(how.evidence or {})
    why["probability"] = candidate.probability if candidate else how.probability
    if candidate:
        why["evidence"]["pair"] = [candidate.left_id, candidate.right_id]
    _join(survivor, losers, held.records, actor=how.actor, why=why)
    candidates.close(asked, "merged")
    golden.rebuild(held.customers, "customer.merged", actor=how.actor, survivor=str(survivor.key))
    ports.relinked(lay, actor=how.actor, cause="merge")
    return survivor


def _refuse_unfit(held: Sequence[Customer]) -> None:
    if len(held) < 2 or any(customer.status != Customer.Status.ACTIVE for customer in held):
        raise Refused(_("Only two different, current customers can be merged."))
    if len({customer.party_type for customer in held}) > 1:
        raise Refused(_("A person and an organisation cannot be merged."))


def _join(
    survivor: Customer,
    losers: Sequence[Customer],
    records: Sequence[SourceRecord],
    *,
    actor: User,
    why: Mapping[str, Any],
) -> None:
    """Move each loser's records to the survivor, one ledger entry each."""
    rows = []
    for loser in losers:
        brought = [record for record in records if record.customer_id == loser.pk]
        ids = [record.pk for record in brought]
        rows.append(entry(Deed.MERGE, survivor, ids, actor=actor, source_customer=loser, **why))
        links.move(dict.fromkeys(brought, survivor), actor=actor)
    LedgerEntry.objects.bulk_create(rows)
    links.set_status(losers, Customer.Status.MERGED, actor=actor, into=survivor)
    redirects.project([survivor, *losers], actor=actor)


@action
def unmerge(
    records: Sequence[SourceRecord],
    *,
    actor: User,
    seen: Mapping[int, int],
    reason: str = "",
    different: str | Pairs = ALL,
    rule: str = "steward",
    by_machine: bool = False,
) -> list[Customer]:
    """Take records out of their customer; the customers after, the one left first.

    Exactly what one merged customer brought in goes back under its own key; anything else founds a new customer. Later
    records of the machine whose best evidence leaves go with it. Each leaving × staying pair that had a score gets the
    verdict "different", unless ``different`` names fewer; when it names none, what was asked before is asked again.
    The machine, which has looked at all of them, takes exactly those that it names. Refused for records of several
    customers, or all of one.
    """
    customer, leaving, staying = _hold_split(records, actor=actor, seen=seen)
    if not by_machine:
        leaving, staying = with_followers(leaving, staying)
    how = How(actor, reason, rule, by_machine=by_machine)
    made = _split(customer, leaving, Deed.UNMERGE, how)
    verdict_rows.say_different(leaving, staying, different, actor=actor, reason=reason)
    candidates.close(_across(leaving, staying), "unmerged")
    if not different:
        candidates.reopen_across([record.pk for record in leaving], [record.pk for record in staying])
    golden.rebuild([customer, made], "customer.unmerged", actor=actor, left=str(customer.key), made=str(made.key))
    ports.relinked({record.pk: customer.pk for record in (*leaving, *staying)}, actor=actor, cause="unmerge")
    audit.record(
        actor,
        "customer.unmerged",
        customer,
        domains={record.domain_id for record in (*leaving, *staying)},
        counts={"records": len(leaving)},
    )
    return [customer, made]


def _hold_split(
    records: Sequence[SourceRecord], *, actor: User, seen: Mapping[int, int]
) -> tuple[Customer, list[SourceRecord], list[SourceRecord]]:
    """The locked customer of these records, those that leave and those that stay."""
    named = {record.pk for record in records}
    rows = SourceRecord.objects.filter(pk__in=named, about__isnull=True)
    owners = set(rows.values_list("customer", flat=True))
    if len(owners) != 1 or None in owners:
        raise Refused(_("Choose records of one customer."))
    customer = hold([Customer.objects.get(pk=owners.pop())], actor=actor, seen=seen)[0]
    everything = records_of([customer])
    leaving = [record for record in everything if record.pk in named]
    staying = [record for record in everything if record.pk not in named]
    if len(leaving) != len(named):
        raise Stale(_("Somebody has moved one of these records since you saw it."), versions={})
    if not any(record.closed_at is None for record in staying) or not any(r.closed_at is None for r in leaving):
        raise Refused(_("Some record must stay and some must leave."))
    return customer, leaving, staying


def _split(
    customer: Customer,
    leaving: Sequence[SourceRecord],
    deed: str,
    how: How,
    reverses: LedgerEntry | None = None,
) -> Customer:
    """Move the leaving records to the customer that brought exactly them, or to a new one."""
    revived = brought_by(leaving)
    if revived is not None:
        revived = Customer.objects.locked().get(pk=revived.pk)
        links.set_status([revived], Customer.Status.ACTIVE, actor=how.actor)
        links.move(dict.fromkeys(leaving, revived), actor=how.actor)
    else:
        revived = links.found([leaving], actor=how.actor)[0]
    fields = {"source_customer": customer, "reason": how.reason, "reverses": reverses, "rule": how.rule}
    row = entry(deed, revived, [record.pk for record in leaving], actor=how.actor, by_machine=how.by_machine, **fields)
    row.save(force_insert=True)
    redirects.project([customer, revived], actor=how.actor)
    return revived


def _across(leaving: Sequence[SourceRecord], staying: Sequence[SourceRecord]) -> list[Candidate]:
    """Open candidates between the two sides (an over-merge that this unmerge settles)."""
    ends = {record.pk for record in leaving}, {record.pk for record in staying}
    rows = Candidate.objects.open().filter(left__in=ends[0] | ends[1], right__in=ends[0] | ends[1]).locked()
    return [row for row in rows if (row.left_id in ends[0]) != (row.right_id in ends[0])]


@action
def undo(change: UUID, *, actor: User) -> list[Customer]:
    """Take back the merges of one change: unmerge without verdicts. What the change closed or took back stands again.

    Refused when their records no longer lie together, or when nothing was merged by it.
    """
    entries = list(LedgerEntry.objects.filter(change=change, deed=Deed.MERGE).order_by("-pk"))
    if not entries:
        raise Refused(_("Nothing was merged by this."))
    owners = set(
        SourceRecord.objects.filter(pk__in=[pk for one in entries for pk in one.records]).values_list(
            "customer", flat=True
        )
    )
    merged = [one.source_customer_id for one in entries]
    held = list(Customer.objects.filter(pk__in=[*owners, *merged]).locked())
    access.require(actor, "decide", *[one for one in held if one.pk in owners])
    if not any(one.status == Customer.Status.ACTIVE for one in held):
        raise Refused(_("The customer has been retired since: none of its records is open."))
    touched = {one.pk: one for one in held}
    lay = _links(touched)
    for one in entries:
        revived = _take_back(one, actor=actor)
        touched[revived.pk] = revived
    verdict_rows.take_back(change)
    candidates.close_torn(list(touched), "unmerged")
    candidates.reopen(change)
    customers = list(Customer.objects.filter(pk__in=touched).locked())
    golden.rebuild(customers, "customer.unmerged", actor=actor)
    ports.relinked(lay, actor=actor, cause="unmerge")
    audit.record(actor, "customer.merge_undone", customers[0], domains=_domains(entries))
    return customers


def _links(customers: Iterable[int]) -> dict[int, int]:
    """By record the customer in which it lies, of all records of these."""
    rows = SourceRecord.objects.filter(customer__in=set(customers), about__isnull=True)
    return {pk: customer or 0 for pk, customer in rows.values_list("pk", "customer")}


def _take_back(one: LedgerEntry, *, actor: User) -> Customer:
    if LedgerEntry.objects.filter(reverses=one).exists():
        raise Refused(_("This merge has been taken back already."))
    records = list(SourceRecord.objects.filter(pk__in=one.records).locked().defer("raw", "findings"))
    owners = {record.customer_id for record in records}
    if len(owners) != 1 or owners == {one.source_customer_id}:
        raise Refused(_("These records no longer lie together. Unmerge them on the customer's page."))
    customer = Customer.objects.get(pk=owners.pop())
    return _split(customer, records, Deed.UNDO, How(actor), reverses=one)


def _domains(entries: Sequence[LedgerEntry]) -> set[int]:
    ids = [pk for one in entries for pk in one.records]
    return set(SourceRecord.objects.filter(pk__in=ids).values_list("domain", flat=True))
