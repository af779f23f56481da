"""What is asked around customers is planned for a few, in the middle of a first load too.

Nothing is known of a table that has just been filled: guessed by its size, a walk along questions meets millions, and
the server made room for so many each time it was asked.
"""

import json

import pytest
from django.db import connection

from stewardship.queries import questions
from tests.support.people import make_domain
from tests.support.records import make_source

FEW = 4_000_000
GIVEN = {"customers": list(range(1, 400)), "walked": 5_000}
RECORDS = """
    INSERT INTO customers_sourcerecord (source_id, domain_id, key, party_type, values, digest, findings, change,
                                        version, last_version, observed_at, received_at)
    SELECT %s, %s, n, 'person', '{}', '', '[]', gen_random_uuid(), 1, 1, now(), now()
      FROM generate_series(1, 20000) AS n
"""


def guessed(statement: str) -> float:
    """The largest number of rows that one step of the plan is guessed to give."""

    def largest(plan) -> float:
        return max([plan["Plan Rows"], *(largest(one) for one in plan.get("Plans", ()))])

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", GIVEN)
        [told] = cursor.fetchone()
    return largest((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])


@pytest.mark.django_db
@pytest.mark.parametrize("statement", [questions._REACHED, questions._WANTED, questions._TASKS])
def test_nobody_makes_room_for_millions(statement):
    source = make_source(make_domain("retail"))
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [source.pk, source.domain_id])
        # How large these were is of no interest: others have just written there.
        cursor.execute("ANALYZE matching_candidate, stewardship_task, stewardship_taskcandidate")
    assert guessed(statement) < FEW
