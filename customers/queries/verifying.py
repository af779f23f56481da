"""What must always be true of records and customers; run by ``manage.py verify`` and by tests.

The statements compare whole tables; golden values and search terms are computed anew, batch by batch.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from cmdm.models import Job
from cmdm.verifying import Found, Tally, add_check, sql_check
from customers.models import Customer, SearchTerm, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.goldens import REBUILD, derive, golden_hash
from customers.queries.laid import corrections_of, laid
from customers.queries.terms import terms_of
from customers.rules.survivorship import Golden
from customers.sealing import open_values

BATCH = 1_000
RECORDS = "SELECT count(*) FROM customers_sourcerecord"
CUSTOMERS = "SELECT count(*) FROM customers_customer"

sql_check(
    "open records point to active customers",
    "I1",
    RECORDS,
    """SELECT r.id FROM customers_sourcerecord r LEFT JOIN customers_customer c ON c.id = r.customer_id
        WHERE (r.placed_at IS NULL) <> (r.customer_id IS NULL)
           OR (r.closed_at IS NULL AND r.customer_id IS NOT NULL AND c.status IS DISTINCT FROM 'active')""",
)
sql_check(
    "active customers have an open record",
    "I2",
    CUSTOMERS,
    """SELECT c.id FROM customers_customer c WHERE c.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.closed_at IS NULL)""",
)
sql_check(
    "a record's versions run from 1 without a gap",
    "I3",
    RECORDS,
    """SELECT r.id FROM customers_sourcerecord r LEFT JOIN (
           SELECT id, count(*) AS kept, min(version) AS first, max(version) AS last
             FROM customers_historicalsourcerecord GROUP BY id) h ON h.id = r.id
        WHERE COALESCE(h.kept, 0) + 1 <> r.last_version
           OR LEAST(h.first, r.version) <> 1 OR GREATEST(h.last, r.version) <> r.last_version
           OR EXISTS (SELECT 1 FROM customers_historicalsourcerecord o WHERE o.id = r.id AND o.version = r.version)""",
)
sql_check(
    "a customer's versions run from 1 without a gap",
    "I21",
    CUSTOMERS,
    """SELECT c.id FROM customers_customer c LEFT JOIN (
           SELECT id, count(*) AS kept, min(version) AS first, max(version) AS last
             FROM customers_historicalcustomer GROUP BY id) h ON h.id = c.id
        WHERE COALESCE(h.kept, 0) <> c.version OR h.first <> 1 OR h.last <> c.version""",
)
sql_check(
    "every version of a customer was announced once",
    "I20, I21",
    CUSTOMERS,
    """SELECT COALESCE(c.id, o.subject) AS id FROM customers_customer c FULL JOIN (
           SELECT subject, count(*) AS told, min(version) AS first, max(version) AS last
             FROM cmdm_outboxevent WHERE version IS NOT NULL GROUP BY subject) o ON o.subject = c.id
        WHERE c.id IS NULL OR c.version < 1 OR o.told IS DISTINCT FROM c.version
           OR o.first <> 1 OR o.last <> c.version""",
)
sql_check(
    "redirects end in one hop",
    "I8",
    "SELECT count(*) FROM customers_customer WHERE merged_into_id IS NOT NULL OR status = 'merged'",
    """SELECT c.id FROM customers_customer c LEFT JOIN customers_customer s ON s.id = c.merged_into_id
        WHERE (c.status = 'merged') <> (c.merged_into_id IS NOT NULL) OR s.status = 'merged'""",
)
sql_check(
    "open records are those of the active customers",
    "I13",
    "SELECT count(*) FROM customers_sourcerecord WHERE closed_at IS NULL AND placed_at IS NOT NULL",
    """SELECT members - placed AS id FROM (
        SELECT (SELECT count(*) FROM customers_sourcerecord r JOIN customers_customer c ON c.id = r.customer_id
                 WHERE c.status = 'active' AND r.closed_at IS NULL) AS members,
               (SELECT count(*) FROM customers_sourcerecord WHERE closed_at IS NULL AND placed_at IS NOT NULL) AS placed
        ) AS counted WHERE members <> placed""",
)
sql_check(
    "corrections go with their record",
    "I7",
    "SELECT count(*) FROM customers_sourcerecord WHERE about_id IS NOT NULL",
    """SELECT r.id FROM customers_sourcerecord r JOIN customers_sourcerecord o ON o.id = r.about_id
        WHERE r.customer_id IS DISTINCT FROM o.customer_id OR (r.closed_at IS NULL AND o.closed_at IS NOT NULL)
           OR r.domain_id <> o.domain_id""",
)
sql_check(
    "records lie in the domain of their source",
    "I39",
    RECORDS,
    """SELECT r.id FROM customers_sourcerecord r JOIN customers_source s ON s.id = r.source_id
        WHERE r.domain_id <> s.domain_id""",
)
sql_check(
    "customers are seen where their records are",
    "I39",
    "SELECT count(*) FROM customers_customerdomain",
    """WITH wanted AS (
        SELECT DISTINCT r.customer_id, r.domain_id FROM customers_sourcerecord r
          JOIN customers_customer c ON c.id = r.customer_id
         WHERE r.closed_at IS NULL OR c.status <> 'active')
       SELECT COALESCE(w.customer_id, d.customer_id) AS id FROM wanted w
         FULL JOIN customers_customerdomain d ON d.customer_id = w.customer_id AND d.domain_id = w.domain_id
        WHERE w.customer_id IS NULL OR d.customer_id IS NULL""",
)
sql_check(
    "households say who is in them",
    "I39",
    "SELECT count(*) FROM customers_household",
    """SELECT h.id FROM customers_household h LEFT JOIN (
           SELECT m.household_id AS id, bool_or(m.state = 'proposed') AS asked, bool_or(m.state = 'member') AS sure,
                  array_agg(DISTINCT r.domain_id) AS domains
             FROM customers_householdmember m JOIN customers_sourcerecord r ON r.id = m.record_id
            WHERE m.state <> 'out' GROUP BY m.household_id) t ON t.id = h.id
        WHERE (h.asked, h.sure, h.domains) IS DISTINCT FROM
              (COALESCE(t.asked, false), COALESCE(t.sure, false), COALESCE(t.domains, '{}'))""",
)
sql_check(
    "loads account for every row",
    "I40",
    "SELECT count(*) FROM customers_load",
    """SELECT l.id FROM customers_load l LEFT JOIN (
           SELECT load_id, count(*) AS kept FROM customers_rejectedrow GROUP BY load_id) k ON k.load_id = l.id
        WHERE l.rows <> l.new + l.changed + l.unchanged + l.rejected + l.quarantined
           OR COALESCE(k.kept, 0) <> l.rejected + l.quarantined + l.incomplete
           OR l.lines <> COALESCE((l.position->>'header')::bigint, 0) + COALESCE((l.position->>'blank')::bigint, 0)
                       + COALESCE((l.position->>'spanned')::bigint, 0)
           OR (l.state = 'done' AND l.rows <> COALESCE((l.position->>'total')::bigint, l.rows))""",
)
sql_check(
    "nothing waits for its check",
    "I2",
    "SELECT count(*) FROM customers_pendingcheck",
    "SELECT id FROM customers_pendingcheck",
)


def _batches(rows: Any) -> Iterator[Sequence[Any]]:
    """A query by primary key, a thousand rows at a time."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _laid() -> Found:
    """Over every open record lies what stewards corrected of it, and nothing else."""
    tally = Tally()
    corrected = Q(corrected__isnull=False) | Q(pk__in=SourceRecord.objects.filter(about__isnull=False).values("about"))
    for batch in _batches(SourceRecord.objects.filter(corrected).defer("raw", "findings")):
        known = corrections_of([record.pk for record in batch])
        for record in batch:
            wanted = laid(record, open_values(known[record.pk].values)) if record.pk in known else None
            found = None if record.corrected is None else open_values(record.corrected)
            tally.add(record.pk, holds=found == wanted)
    return tally.found()


def _goldens() -> Found:
    """Values, lineage and hash are what survivorship makes of the open records.

    While customers are being derived anew, after a change of the rules, only the hash is compared with what is stored.
    """
    known, tally = catalogue(), Tally()
    rebuilding = Job.objects.unfinished().filter(name=REBUILD).exists()
    for batch in _batches(Customer.objects.only("pk", "values", "lineage", "golden_hash")):
        made = None if rebuilding else derive([customer.pk for customer in batch], known).by_customer
        for customer in batch:
            kept = bytes(customer.golden_hash)
            stored = golden_hash(Golden(open_values(customer.values), customer.lineage))
            tally.add(customer.pk, holds=kept == stored and (made is None or kept == golden_hash(made[customer.pk])))
    return tally.found()


def _terms() -> Found:
    """Open records are found by their words, closed ones by none."""
    known, tally = catalogue(), Tally()
    for batch in _batches(SourceRecord.objects.defer("raw", "findings")):
        stored = _stored_terms([record.pk for record in batch])
        for record in batch:
            tally.add(record.pk, holds=stored[record.pk] == _wanted_terms(record, known))
    return tally.found()


def _wanted_terms(record: SourceRecord, known: Catalogue) -> list[tuple[int, int, str]]:
    if record.closed_at is not None:
        return []
    return sorted((record.domain_id, int(kind), term) for kind, term in terms_of(record, known))


def _stored_terms(records: Sequence[int]) -> dict[int, list[tuple[int, int, str]]]:
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    rows = SearchTerm.objects.filter(record__in=records).values_list("record", "domain_id", "kind", "term")
    for record, domain, kind, term in rows:
        found[record].append((domain, kind, term))
    return defaultdict(list, {record: sorted(terms) for record, terms in found.items()})


add_check("records are compared as they were corrected", "I4", _laid)
add_check("golden values are derived from the records", "I4", _goldens)
add_check("records are found by their words", "I4", _terms)
