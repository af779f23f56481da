"""What the ledger says of customers and records: read, never written here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection

from cmdm.models import User
from customers.models import Customer, SourceRecord
from matching.models import LedgerEntry

_NEAR = """
    WITH RECURSIVE near (id) AS (
        SELECT unnest(%s::bigint[])
        UNION SELECT l.source_customer_id FROM near JOIN matching_ledgerentry l ON l.customer_id = near.id
               WHERE l.source_customer_id IS NOT NULL)
    SELECT id FROM near
"""
MERGED, RETIRED = Customer.Status.MERGED, Customer.Status.RETIRED
MERGE = LedgerEntry.Deed.MERGE


def told_of(entry: LedgerEntry) -> set[int]:
    """The records (ids) that an entry tells something of: those it moved, and those whose agreement moved them."""
    other, pair = entry.evidence.get("record"), entry.evidence.get("pair", ())
    return {*entry.records, *pair, *([int(other)] if other else [])}


def visible_of(entries: Iterable[LedgerEntry], user: User) -> dict[int, str]:
    """Of all records that these entries tell of those the user may see, by source and key; one query."""
    told = {pk for entry in entries for pk in told_of(entry)}
    rows = SourceRecord.objects.visible_to(user).filter(pk__in=told)
    return {pk: f"{source} {key}" for pk, source, key in rows.values_list("pk", "source__name", "key")}


def others_of(entries: Iterable[LedgerEntry], known: Collection[int], user: User) -> set[int]:
    """Of the records that these entries tell of, but for those known to be visible, the visible; a query if any is."""
    rest = {pk for entry in entries for pk in told_of(entry)}.difference(known)
    return (
        set(SourceRecord.objects.visible_to(user).filter(pk__in=rest).values_list("pk", flat=True)) if rest else set()
    )


def in_sight(entry: LedgerEntry, visible: Collection[int]) -> bool:
    """Whether all of its records may be seen, so that what they agree in, and a person's reason, may be told."""
    return all(pk in visible for pk in told_of(entry))


def survivor_of(customers: Sequence[Customer], records: Sequence[SourceRecord]) -> Customer:
    """The customer with more records, then the one with the older key."""
    counts = {customer.pk: 0 for customer in customers}
    for record in records:
        if record.closed_at is None and record.about_id is None:
            counts[record.customer_id or 0] += 1
    return min(customers, key=lambda customer: (-counts[customer.pk], customer.key))


def last_merges(customers: Sequence[int]) -> dict[int, LedgerEntry]:
    """By merged customer: the entry by which it was merged last; one query."""
    rows = LedgerEntry.objects.filter(deed=MERGE, source_customer__in=customers)
    newest = rows.order_by("source_customer", "-pk").distinct("source_customer")
    return {row.source_customer_id or 0: row for row in newest}


def brought_by(leaving: Sequence[SourceRecord]) -> Customer | None:
    """The merged customer that brought exactly these records; the latest merged where several did.

    An array is found by index only through what it contains, so equality is looked at afterwards.
    """
    wanted = sorted(record.pk for record in leaving)
    rows = LedgerEntry.objects.filter(deed=MERGE, records__contains=wanted).order_by("-pk")
    for row in rows.select_related("source_customer"):
        found = row.source_customer if sorted(row.records) == wanted else None
        if found is not None and found.status in (MERGED, RETIRED) and not has_records(found):
            return found
    return None


def has_records(customer: Customer) -> bool:
    """Whether any record, open or closed, is linked to it."""
    return SourceRecord.objects.filter(customer=customer).exists()


def brought_along(around: Sequence[int]) -> set[int]:
    """Customers whose records came to these at any time, straight or by way of others; one query, by index."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [list(around)])
        return {pk for (pk,) in cursor.fetchall()}


def customers_of(records: Mapping[int, Sequence[int]]) -> dict[int, set[int]]:
    """Where records (ids, by any key) lie now; one query."""
    ids = {pk for chosen in records.values() for pk in chosen}
    where = dict(SourceRecord.objects.filter(pk__in=ids, customer__isnull=False).values_list("pk", "customer"))
    found: dict[int, set[int]] = defaultdict(set)
    for key, chosen in records.items():
        found[key] = {where[pk] for pk in chosen if pk in where}
    return found


def successors(customers: Sequence[Customer]) -> dict[int, list[int]]:
    """The customers (ids) in which the records of split customers lie now, by the id of the split one; two queries."""
    entries = last_merges([customer.pk for customer in customers])
    where = customers_of({pk: entry.records for pk, entry in entries.items()})
    return {pk: sorted(found) for pk, found in where.items()}


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
    """By record that the machine linked last: the record that was its best evidence.

    Foundings are left out, as in the index: a record that is founded anew was unmerged before, which forgets as much.
    """
    chosen = [record.pk for record in records]
    rows = LedgerEntry.objects.filter(records__overlap=chosen).exclude(deed=LedgerEntry.Deed.FOUND).order_by("pk")
    found: dict[int, int] = {}
    for row in rows.only("records", "deed", "evidence", "by_machine"):
        for pk in row.records:
            if row.deed == LedgerEntry.Deed.LINK and row.by_machine and "record" in row.evidence:
                found[pk] = int(row.evidence["record"])
            elif row.deed != MERGE:
                found.pop(pk, None)
    return {pk: best for pk, best in found.items() if pk in set(chosen)}
