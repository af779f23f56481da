"""Statements that the server keeps: planned once a connection, answered like any other."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from cmdm.database.kept import FEW, few_rows, kept, put
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


OF_MANY = "SELECT id FROM cmdm_outboxevent WHERE id = ANY(%s) -- of a test"


def plans():
    """How many of the statements of a test were planned for one call, and how many for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE '%%of a test'"
        )
        return cursor.fetchone()


def settings_of_plans():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = 'plan_cache_mode' OR name LIKE 'enable_%%scan' "
            "OR name LIKE 'enable_%%join'"
        )
        return dict(cursor.fetchall())


class TestAFewRows:
    def test_a_statement_is_planned_once_for_all_calls(self):
        with few_rows():
            for number in range(8):
                with kept() as cursor:
                    cursor.execute(OF_MANY, [[number]])
        assert plans() == (0, 8)

    def test_by_itself_it_would_be_planned_for_each(self):
        for number in range(8):
            with kept() as cursor:
                cursor.execute(OF_MANY, [[number]])
        assert plans() == (8, 0)

    def test_a_table_that_is_small_by_then_is_not_read_whole(self):
        with few_rows(), kept() as cursor:
            cursor.execute(
                "EXPLAIN SELECT e.id FROM cmdm_outboxevent e JOIN cmdm_outboxpending p ON p.event_id = e.id "
                "WHERE e.id = ANY(%s)",
                [[1]],
            )
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Nested Loop" in plan
        assert "Seq Scan" not in plan

    def test_afterwards_all_is_as_it_was(self):
        before = settings_of_plans()
        with few_rows():
            assert settings_of_plans() != before
        assert settings_of_plans() == before

    def test_so_it_is_after_an_error(self):
        before = settings_of_plans()
        with pytest.raises(LookupError), transaction.atomic(), few_rows():
            raise LookupError
        assert settings_of_plans() == before
