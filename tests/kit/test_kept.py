"""Statements that the server keeps: planned once a connection, answered like any other."""

import uuid

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from cmdm.database.kept import FEW, kept, put
from cmdm.models import OutboxEvent

pytestmark = pytest.mark.django_db
ASKED = "SELECT %s::int + 1 -- of a test"
COLUMNS = {"change": "uuid", "at": "timestamptz", "topic": "text", "subject": "bigint", "payload": "jsonb"}


def kept_by_the_server():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%of a test'")
        return cursor.fetchone()[0]


def ask(number):
    with kept() as cursor:
        cursor.execute(ASKED, [number])
        return cursor.fetchone()[0]


def test_a_statement_is_kept_once_and_answered_each_time():
    assert [ask(1), ask(41)] == [2, 42]
    assert kept_by_the_server() == 1


def test_behind_a_pooler_nothing_is_kept(settings):
    settings.PREPARED = False
    assert ask(1) == 2
    assert kept_by_the_server() == 0


def test_the_connection_remembers_no_other_text():
    ask(1)
    assert connection.connection.prepare_threshold is None


def test_it_is_counted_and_its_errors_are_djangos():
    event = uuid.uuid4()
    with CaptureQueriesContext(connection) as asked, kept() as cursor:
        cursor.execute(ASKED, [1])
    assert [one["sql"] for one in asked] == [ASKED.replace("%s", "1")]
    with pytest.raises(IntegrityError), kept() as cursor:
        cursor.execute("INSERT INTO cmdm_outboxevent (change, at, topic, payload) VALUES (%s, NULL, '', '{}')", [event])


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_rows_are_put_the_same_whether_few_or_many(count):
    content = ["ü\t\\n'\"", "", "{a,b}", "\\N"]
    rows = [
        (uuid.uuid4(), clock.now(), content[each % 4], each if each % 2 else None, f'{{"a": [{each}, null]}}')
        for each in range(count)
    ]
    put("cmdm_outboxevent", COLUMNS, rows)
    found = {row.change: row for row in OutboxEvent.objects.filter(change__in=[row[0] for row in rows])}
    assert len(found) == count
    for change, at, topic, subject, _payload in rows:
        row = found[change]
        assert (row.at, row.topic, row.subject) == (at, topic, subject)
    assert sorted(row.payload["a"][0] for row in found.values()) == list(range(count))


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        put("cmdm_outboxevent", COLUMNS, [])
