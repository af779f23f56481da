"""What became of the new records of a load: how many joined a customer, how many people are asked about.

Of a large load records are drawn evenly by their ids, so that it takes no longer than that of a small one.
"""

from itertools import pairwise

from django.db import connection

from customers.models import Load, SourceRecord
from customers.ports import asked_about

MOST = 4_000
_SPREAD = 2_654_435_761  # see customers.rules.unusual.census
_JOINED = """
    SELECT r.id, EXISTS (SELECT FROM customers_sourcerecord o WHERE o.customer_id = r.customer_id AND o.id < r.id)
      FROM customers_sourcerecord r
     WHERE r.id = ANY(%s) AND r.source_id = %s AND r.customer_id IS NOT NULL AND r.about_id IS NULL
"""


def last_record() -> int:
    """The highest id of a record; one query."""
    return SourceRecord.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def joined(load: Load) -> tuple[int, int, int]:
    """Of so many new records looked at, how many came to a customer that had one, and how many are asked about.

    Nothing is looked at where it was not noted behind which record the load began. Three queries at most.
    """
    behind = load.position.get("behind")
    if behind is None or not load.new:
        return 0, 0, 0
    with connection.cursor() as cursor:
        cursor.execute(_JOINED, [drawn(behind, last_record()), load.source_id])
        rows = cursor.fetchall()
    return len(rows), sum(found for _pk, found in rows), asked_about([pk for pk, _found in rows]) if rows else 0


def drawn(behind: int, last: int, most: int = MOST) -> list[int]:
    """Ids after ``behind`` up to ``last``: all of them, or of as many equal steps one each, at a place by chance."""
    width = last - behind
    if width <= most:
        return list(range(behind + 1, last + 1))
    ends = [behind + 1 + width * step // most for step in range(most + 1)]
    return [low + low * _SPREAD % 2**32 % (high - low) for low, high in pairwise(ends)]
