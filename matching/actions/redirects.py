"""Where merged customers redirect to, and what they brought: projections of the ledger."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from cmdm.models import User
from customers.actions import links
from customers.models import Customer, SourceRecord
from matching.models import LedgerEntry

MERGED, RETIRED, ACTIVE = Customer.Status.MERGED, Customer.Status.RETIRED, Customer.Status.ACTIVE
MERGE = LedgerEntry.Deed.MERGE


def last_merges(customers: Sequence[int]) -> dict[int, LedgerEntry]:
    """By merged customer: the entry by which it was merged last; one query."""
    rows = LedgerEntry.objects.filter(deed=MERGE, source_customer__in=customers)
    newest = rows.order_by("source_customer", "-pk").distinct("source_customer")
    return {row.source_customer_id or 0: row for row in newest}


def brought_by(customer: Customer, leaving: Sequence[SourceRecord]) -> Customer | None:
    """The merged customer that brought exactly these records, locked; the latest merged where several did."""
    wanted = sorted(record.pk for record in leaving)
    rows = LedgerEntry.objects.filter(deed=MERGE, records=wanted).order_by("-pk")
    for row in rows.select_related("source_customer"):
        found = Customer.objects.filter(pk=row.source_customer_id).locked().first()
        if found is not None and found.status in (MERGED, RETIRED) and not _has_records(found):
            return found
    return None


def _has_records(customer: Customer) -> bool:
    return SourceRecord.objects.filter(customer=customer).exists()


def project(customers: Sequence[Customer], *, actor: User) -> None:
    """Point whatever redirects to these customers, or was brought with their records, where its records lie now.

    All in one customer: merged into it, in one hop. In several: retired, and its page names the successors.
    """
    around = [customer.pk for customer in customers]
    known = set(
        Customer.objects.filter(Q(merged_into__in=around) | Q(pk__in=around)).values_list("pk", flat=True)
    )
    entries = last_merges([*known, *_brought_along(around)])
    gone = {
        row.pk: row
        for row in Customer.objects.filter(pk__in=entries, status__in=[MERGED, RETIRED]).locked()
        if not _has_records(row)
    }
    where = _customers_of({pk: entries[pk].records for pk in gone})
    split = [gone[pk] for pk, targets in where.items() if len(targets) > 1]
    links.set_status(split, RETIRED, actor=actor)
    whole = {pk: targets.pop() for pk, targets in where.items() if len(targets) == 1}
    for target in set(whole.values()):
        into = Customer.objects.get(pk=target)
        links.set_status([gone[pk] for pk, found in whole.items() if found == target], MERGED, actor=actor, into=into)


def _brought_along(around: Sequence[int]) -> set[int]:
    """Customers that were merged into these at any time."""
    rows = LedgerEntry.objects.filter(deed=MERGE, customer__in=around)
    return set(rows.values_list("source_customer", flat=True))


def _customers_of(records: dict[int, list[int]]) -> dict[int, set[int]]:
    ids = {pk for chosen in records.values() for pk in chosen}
    where = dict(SourceRecord.objects.filter(pk__in=ids, customer__isnull=False).values_list("pk", "customer"))
    found: dict[int, set[int]] = defaultdict(set)
    for customer, chosen in records.items():
        found[customer] = {where[pk] for pk in chosen if pk in where}
    return found


def successors(customer: Customer) -> list[int]:
    """The customers (ids) in which the records of a split customer lie now."""
    entry = last_merges([customer.pk]).get(customer.pk)
    return sorted(_customers_of({customer.pk: entry.records})[customer.pk]) if entry else []


def with_followers(
    leaving: list[SourceRecord], staying: list[SourceRecord]
) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """Staying records that the machine linked on the evidence of a leaving one go with it."""
    gone = {record.pk for record in leaving}
    followers = {record for record, best in evidence_records(staying).items() if best in gone}
    while followers - gone:
        gone |= followers
        followers = {record for record, best in evidence_records(staying).items() if best in gone}
    stay = [record for record in staying if record.pk not in gone]
    if not any(record.closed_at is None for record in stay):
        return leaving, staying
    return leaving + [record for record in staying if record.pk in gone], stay


def evidence_records(records: Sequence[SourceRecord]) -> dict[int, int]:
    """By record that the machine linked last: the record that was its best evidence."""
    chosen = [record.pk for record in records]
    rows = LedgerEntry.objects.filter(records__overlap=chosen).order_by("pk")
    found: dict[int, int] = {}
    for row in rows.only("records", "deed", "evidence", "by_machine"):
        for pk in row.records:
            if row.deed == LedgerEntry.Deed.LINK and row.by_machine and "record" in row.evidence:
                found[pk] = int(row.evidence["record"])
            elif row.deed != MERGE:
                found.pop(pk, None)
    return {pk: best for pk, best in found.items() if pk in set(chosen)}
