"""Statements sent ahead: nobody waits for them, all that comes after them does, and no fault of one is lost."""

import gc
import threading
import time
import uuid
import weakref
from contextlib import suppress

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus, TransactionStatus

from cmdm import clock
from cmdm.actions import action
from cmdm.database.kept import FEW, kept, put, send
from cmdm.models import Domain, OutboxEvent, system_user
from tests.kit.making import make_domain

SLEEP = "SELECT pg_sleep(%s)"
WRITE = "INSERT INTO cmdm_outboxevent (change, at, topic, payload) VALUES (%s, %s, %s, '{}')"
COLUMNS = {"change": "uuid", "at": "timestamptz", "topic": "text", "payload": "jsonb"}


def write(topic, change=None):
    send(WRITE, [change or uuid.uuid4(), clock.now(), topic])


def refused():
    """Sent ahead, and refused by the server: an event without a time."""
    send(WRITE, [uuid.uuid4(), None, "refused"])


def asked():
    with kept() as cursor:
        cursor.execute("SELECT 1 + %s::int", [1])
        return cursor.fetchone()[0]


def topics():
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


@pytest.mark.django_db
class TestInsideATransaction:
    def test_nobody_waits_for_it_and_the_next_question_is_answered_after_it(self):
        began = time.perf_counter()
        send(SLEEP, [0.4])
        sent = time.perf_counter() - began
        assert asked() == 2
        assert sent < 0.3
        assert time.perf_counter() - began >= 0.4

    def test_behind_a_pooler_it_is_waited_for(self, settings):
        settings.PREPARED = False
        began = time.perf_counter()
        send(SLEEP, [0.2])
        assert time.perf_counter() - began >= 0.2

    def test_what_follows_it_finds_what_it_wrote(self):
        write("first")
        with kept() as cursor:
            cursor.execute("SELECT count(*) FROM cmdm_outboxevent WHERE topic = %s", ["first"])
            assert cursor.fetchone() == (1,)
        write("second")
        assert topics() == ["first", "second"]

    def test_rows_are_copied_behind_it(self):
        write("before")
        put("cmdm_outboxevent", COLUMNS, [(uuid.uuid4(), clock.now(), "copied", "{}") for _ in range(FEW + 1)])
        assert topics() == ["before", *["copied"] * (FEW + 1)]

    def test_it_is_counted(self):
        with CaptureQueriesContext(connection) as counted:
            write("counted")
        assert ["INSERT" in one["sql"] for one in counted] == [True]

    @pytest.mark.parametrize("next_", [asked, topics, connection.cursor])
    def test_what_it_was_refused_for_is_said_next(self, next_):
        with pytest.raises(IntegrityError, match="null value"), transaction.atomic():
            refused()
            write("behind it")
            next_()
        assert topics() == []

    def test_it_is_said_though_more_was_sent_behind_it(self):
        with pytest.raises(IntegrityError, match="null value"), transaction.atomic():
            send(SLEEP, [0.1])
            refused()
            write("behind it")
            time.sleep(0.3)  # the refusal has come by now; that what is behind it was passed over has not
            topics()

    def test_a_savepoint_ends_with_its_refusals(self):
        with pytest.raises(IntegrityError, match="null value"), transaction.atomic():
            refused()
        write("after it")
        assert topics() == ["after it"]

    def test_what_is_taken_back_was_refused_in_vain(self):
        write("before")
        with pytest.raises(LookupError), transaction.atomic():
            refused()
            raise LookupError
        assert topics() == ["before"]


def both(topic, *, refuse=None):
    with transaction.atomic():
        write(topic)
        if refuse:
            refuse()


class TestWhatIsCommitted:
    def test_it_is_committed(self, committing):
        both("kept")
        connection.close()
        assert topics() == ["kept"]

    def test_the_end_says_what_it_was_refused_for(self, committing):
        with pytest.raises(IntegrityError, match="null value"):
            both("lost", refuse=refused)
        both("kept")
        assert topics() == ["kept"]

    def test_what_is_found_at_the_end_only_is_said_there(self, committing):
        change = """
            CREATE FUNCTION pg_temp.never() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'never'; END$$;
            CREATE TEMP TABLE late (id int);
            CREATE CONSTRAINT TRIGGER never AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION pg_temp.never();
        """
        with connection.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(DatabaseError, match="never"):
            both("lost", refuse=lambda: send("INSERT INTO late VALUES (%s)", [1]))
        assert topics() == []

    def test_what_is_rolled_back_is_gone(self, committing):
        with pytest.raises(LookupError), transaction.atomic():
            write("lost")
            refused()
            raise LookupError
        assert topics() == []

    @pytest.mark.parametrize("end", [lambda: None, refused, lambda: {}["no"]])
    def test_the_next_transaction_begins_anew(self, committing, end):
        with suppress(LookupError, IntegrityError):
            both("first", refuse=end)
        assert connection.ahead is None
        assert connection.connection.info.pipeline_status == PipelineStatus.OFF
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE

    def test_a_connection_that_was_closed_is_held_by_nobody(self, committing):
        assert asked() == 2
        left = weakref.ref(connection.connection)
        connection.close()
        assert asked() == 2
        gc.collect()
        assert left() is None

    def test_outside_of_a_transaction_it_is_waited_for(self, committing):
        with pytest.raises(IntegrityError):
            refused()
        write("at once")
        assert topics() == ["at once"]


@pytest.mark.race
def test_a_deadlock_is_told_as_one(committing):
    """Two deeds send the same two updates ahead from both ends: one of them is tried again, and both take effect."""
    domains = [make_domain("left"), make_domain("right")]
    met, faults, tries = threading.Barrier(2, timeout=20), [], []

    @action
    def cross(first, second, *, actor, known):
        known.append(1)
        rename(first)
        asked()
        if len(known) == 1:
            met.wait()
        rename(second)
        write("behind it")

    def rename(domain):
        send("UPDATE cmdm_domain SET name = name || '+' WHERE id = %s", [domain.pk])

    def work(order):
        known = []
        tries.append(known)
        try:
            cross(*order, actor=system_user(), known=known)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[order]) for order in (domains, domains[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not faults
    assert max(map(len, tries)) > 1
    assert {row.name for row in Domain.objects.all()} == {"Left++", "Right++"}
    assert topics().count("behind it") == 2
