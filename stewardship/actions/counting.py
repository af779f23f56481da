"""Counting once a day what would be too dear to count for a page: how often sources repeat themselves."""

from django.db import connection

from cmdm import audit, clock
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import SourceRecord
from stewardship.models import SourceDay

# A record repeats when its customer has an earlier open record of the same source.
_COUNT = """
    INSERT INTO stewardship_sourceday (source_id, day, records, repeated, change)
    SELECT source_id, %(day)s, sum(held), sum(held - 1), %(change)s
      FROM (SELECT source_id, customer_id, count(*) AS held FROM customers_sourcerecord
             WHERE closed_at IS NULL AND about_id IS NULL AND customer_id IS NOT NULL
             GROUP BY source_id, customer_id) AS each
     GROUP BY source_id
    ON CONFLICT (source_id, day) DO NOTHING
"""


@action
def count_sources(*, actor: User) -> bool:
    """Count the records of every source and those that repeat, once a day; whether it was done now. Refuses nothing."""
    if is_counted():
        return False
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"day": clock.now().date(), "change": change_id()})
        made = cursor.rowcount
    if made:
        audit.record(actor, "sources.counted", counts={"sources": made})
    return bool(made)


def is_counted() -> bool:
    """Whether today is counted, or there is nothing to count; two queries."""
    if SourceDay.objects.filter(day=clock.now().date()).exists():
        return True
    return not SourceRecord.objects.current().filter(customer__isnull=False).exists()
