"""The customers of whom a source has several open records."""

from dataclasses import dataclass

from django.db import connection

from cmdm.models import User
from customers.models import Customer, Source
from customers.queries.summaries import Summary, summaries

# In the order of customers, so that a page ends the search as soon as it is full.
_REPEATING = """
    SELECT customer_id, count(*) FROM customers_sourcerecord
     WHERE source_id = %s AND closed_at IS NULL AND about_id IS NULL AND customer_id > %s
     GROUP BY customer_id HAVING count(*) > 1 ORDER BY customer_id LIMIT %s
"""


@dataclass(frozen=True)
class Repeating:
    """A customer with the number of records that one source has of him."""

    customer: Summary
    records: int


def repeating(source: Source, user: User, *, after: int, size: int) -> tuple[list[Repeating], int | None]:
    """One page of them as far as he may see them, and where the next begins; three queries."""
    with connection.cursor() as cursor:
        cursor.execute(_REPEATING, [source.pk, after, size + 1])
        found = cursor.fetchall()
    held = dict(found[:size])
    rows = Customer.objects.visible_to(user).filter(pk__in=held).order_by("pk")
    shown = [Repeating(one, held[one.id]) for one in summaries(list(rows.defer("golden_hash")), user)]
    return shown, found[size - 1][0] if len(found) > size else None
