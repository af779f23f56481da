"""Which customers give two answers, computed anew from what was said."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection

from consent.queries.changes import grouped
from consent.queries.material import Material, material
from consent.rules.contradicting import contradicts_until
from consent.rules.permitting import CONTRACT, LEGAL

AT_ONCE = 500
Two = tuple[int, int]
"""Customer and purpose (ids)."""

# Who may give two answers: a yes on one record and a no on another, to the same purpose or to what it is part of. What
# counts is decided by the fold.
_LIKELY = """
    WITH RECURSIVE whole AS (
        SELECT id, id AS root FROM consent_purpose WHERE parent_id IS NULL
         UNION ALL SELECT p.id, whole.root FROM consent_purpose p JOIN whole ON whole.id = p.parent_id)
    SELECT DISTINCT r.customer_id
      FROM customers_sourcerecord r
      JOIN consent_consentevent e ON e.record_id = r.id
      JOIN whole ON whole.id = e.purpose_id
     WHERE r.customer_id > %s AND r.customer_id <= %s
     GROUP BY r.customer_id, whole.root
    HAVING min(e.record_id) <> max(e.record_id)
       AND bool_or(e.act IN ('granted', 'confirmed', 'reaffirmed'))
       AND bool_or(e.act IN ('refused', 'withdrawn', 'objected'))
"""
_LAST = "SELECT max(id) FROM customers_customer"
SPAN = 5_000  # ids of customers


def contradictions(known: Material) -> dict[Two, datetime]:
    """Until when each customer of this material gives two answers to each purpose in it, where he does."""
    found = {}
    for customer, records in grouped(known).items():
        if len(records) < 2:
            continue
        for asked in known.purposes.values():
            if asked.kind in (CONTRACT, LEGAL):
                continue
            said = [acts for record in records if (acts := known.said(asked.id, record))]
            until = contradicts_until(said)
            if until is not None:
                found[customer, asked.id] = until
    return found


def likely(after: int, last: int) -> list[int]:
    """Customers (ids) after one id and up to another who may give two answers; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LIKELY, [after, last])
        return sorted(row[0] for row in cursor.fetchall())


def spans() -> Iterator[tuple[int, int]]:
    """All customers' ids in spans: after which id, and up to which."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        (last,) = cursor.fetchone()
    for start in range(0, last or 0, SPAN):
        yield start, start + SPAN


def anew(customers: Collection[int]) -> dict[Two, datetime]:
    """The same for these customers (ids), of every purpose; one query for each some hundreds."""
    found: dict[Two, datetime] = {}
    chosen = sorted(customers)
    for start in range(0, len(chosen), AT_ONCE):
        found |= contradictions(material(customers=chosen[start : start + AT_ONCE], every=True))
    return found
