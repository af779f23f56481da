"""What is told to the server in bulk arrives as the ordinary way writes it; and what others commit is noticed."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
from django.db import connection, transaction

from cmdm import clock
from cmdm.database.arrays import Lists
from cmdm.database.columns import BINARY, in_binary, written
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


@pytest.mark.django_db
@pytest.mark.parametrize("last", [None, [b"", b"\0\\x\xff\n", b"x" * 70_000]])
def test_numbers_in_binary_arrive_as_they_are(last):
    whole = np.array([-(2**63), 0, 2**63 - 1]), np.array([-(2**31), 0, 2**31 - 1], dtype=np.int32)
    small = np.array([-(2**15), 0, 2**15 - 1], dtype=np.int16), np.array([True, False, True])
    with connection.cursor() as cursor:
        more = "" if last is None else ", last bytea"
        cursor.execute(f"CREATE TEMP TABLE told (a bigint, b integer, c smallint, d boolean{more}) ON COMMIT DROP")
        with cursor.copy("COPY told FROM STDIN" + BINARY) as rows:
            rows.write(in_binary(*whole, *small, last=last))
        cursor.execute("SELECT * FROM told")
        columns = [*(each.tolist() for each in (*whole, *small)), *([] if last is None else [last])]
        assert cursor.fetchall() == list(zip(*columns, strict=True))


@pytest.mark.django_db
def test_no_rows_in_binary_are_none():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE told (a bigint, last bytea) ON COMMIT DROP")
        with cursor.copy("COPY told FROM STDIN" + BINARY) as rows:
            rows.write(in_binary(np.zeros(0, dtype=np.int64), last=[]))
        cursor.execute("SELECT count(*) FROM told")
        assert cursor.fetchone()[0] == 0


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
