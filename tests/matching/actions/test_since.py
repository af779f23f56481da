"""From when on a load asks who came between: not before everybody who draws ids for records has ended."""

import pytest
from django.db import connection

from matching.actions import keys
from matching.actions.placing_slices import Since


@pytest.mark.django_db
def test_it_waits_for_all_who_are_placing_records():
    Since.now()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = %s",
            [keys._LOCK_SPACE],
        )
        assert cursor.fetchone()[0] == keys.BUCKETS
