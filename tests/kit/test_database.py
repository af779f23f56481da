"""What is told to the server in bulk arrives as the ordinary way writes it; and what others commit is noticed."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from django.db import connection, transaction

from cmdm import clock
from cmdm.database.arrays import Lists
from cmdm.database.columns import written
from cmdm.database.copying import FEW, insert_many
from cmdm.database.snapshots import snapshot
from cmdm.models import OutboxEvent
from tests.kit.making import make_domain


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([3, -1, 2**62], "bigint[]"),
        ([1, None], "bigint[]"),
        ([True, False], "boolean[]"),
        ([1.5, 2.25], "float[]"),
        (["a,b", 'c"d', "{e}", "NULL", "", "\\ü\n'"], "text[]"),
        ([""], "text[]"),
        ([[1, 2], [3, 4]], "int[]"),
        ([], "bigint[]"),
    ],
)
def test_a_list_arrives_as_it_is(given, kind):
    with connection.cursor() as cursor:
        assert cursor.cursor.connection.adapters.get_dumper(list, "t") is Lists
        cursor.execute(f"SELECT %s::{kind}", [given])
        assert cursor.fetchone()[0] == given


@pytest.mark.django_db
def test_many_rows_are_written_as_a_few_are():
    facts = {"at": clock.now(), "topic": "test.written", "subject": 7, "payload": {"a": ["ü\t\\n", None]}}
    few = insert_many([OutboxEvent(change=uuid.uuid4(), version=0, **facts)])
    many = insert_many([OutboxEvent(change=uuid.uuid4(), version=1 + each, **facts) for each in range(FEW)])
    for row in [*few, *many]:
        read = OutboxEvent.objects.get(pk=row.pk)
        assert {name: getattr(read, name) for name in facts} == facts
        assert (read.change, read.version) == (row.change, row.version)


def test_lines_are_sent_as_they_are_whatever_their_signs():
    lines = ["a\n", "", "ü\n", "\U0001f600\t\\N\n"]
    assert written(pl.Series(lines)) == "".join(lines).encode()
    assert written(pl.Series([], dtype=pl.String)) == b""


def test_a_snapshot_tells_whether_another_has_committed(committing):
    def elsewhere():
        make_domain("elsewhere")
        connection.close()

    with transaction.atomic():
        make_domain("own")
        before = snapshot()
        list(OutboxEvent.objects.select_for_update())
        assert snapshot() == before
        with ThreadPoolExecutor(1) as pool:
            pool.submit(elsewhere).result()
        assert snapshot() != before
