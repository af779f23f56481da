"""What was counted, looked up for a few customers; and when it was counted."""

from collections.abc import Iterable

from django.db import connection

from customers.models import SuggestionRun
from customers.rules.suggesting.gathering import Counts
from customers.rules.suggesting.shapes import Need

# Each is one look into the index, however many customers were counted.
_COUNTS = """
    SELECT a.domain_id, a.rule, a.given, a.value, a.agreeing, a.total
      FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS w(domain_id, rule, given)
      JOIN customers_agreement a USING (domain_id, rule, given)
"""


def counts_for(needs: Iterable[Need]) -> Counts:
    """What the last count knows of these needs; one query where there are any."""
    wanted = sorted({(one.domain, one.rule, one.given) for one in needs})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(column) for column in zip(*wanted, strict=True)])
        return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in cursor.fetchall()}


def last_run() -> SuggestionRun | None:
    """The last count that came to its end; one query."""
    return SuggestionRun.objects.filter(state=SuggestionRun.State.DONE).order_by("-pk").first()
