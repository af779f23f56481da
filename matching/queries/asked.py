"""Of how many records people were or are asked whether they belong to another customer."""

from collections.abc import Sequence

from django.db import connection

from matching.models import Candidate

_ASKED = """
    SELECT count(*) FROM unnest(%(records)s::bigint[]) AS wanted (id)
     WHERE EXISTS (SELECT FROM matching_candidate c WHERE c.left_id = wanted.id AND c.kind = ANY(%(kinds)s))
        OR EXISTS (SELECT FROM matching_candidate c WHERE c.right_id = wanted.id AND c.kind = ANY(%(kinds)s))
"""
KINDS = [Candidate.Kind.POSSIBLE.value, Candidate.Kind.CONFLICT.value]


def asked_about(records: Sequence[int]) -> int:
    """How many of these records (ids) are of a candidate, open or closed, that asks about two customers; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"records": list(records), "kinds": KINDS})
        return int(cursor.fetchone()[0])
