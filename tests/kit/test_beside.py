"""What is asked of the database beside the caller's connection, and what is read of it in columns."""

import json
import threading
import time

from django.db import connection, transaction

from cmdm import events
from cmdm.actions import action
from cmdm.database.beside import beside
from cmdm.database.columns import frames_of
from cmdm.events import Event
from cmdm.models import OutboxEvent, system_user
from tests.support.people import make_domain


def asked() -> tuple[int, int, bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), EXISTS (SELECT FROM cmdm_domain WHERE key = 'mine')")
        return (threading.get_ident(), *cursor.fetchone())


def is_there(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [backend])
        return bool(cursor.fetchone()[0])


def until(holds, seconds=20.0) -> None:
    """The server ends a connection's process a moment after it was closed."""
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


class TestBeside:
    def test_inside_a_change_it_sees_what_the_change_has_written(self, db):
        with transaction.atomic():
            make_domain("mine")
            with beside() as others:
                assert others.submit(asked).result() == (*asked()[:2], True)

    def test_elsewhere_it_asks_by_a_connection_of_its_own_that_is_closed_at_the_end(self, committing):
        with beside() as others:
            thread, backend, _there = others.submit(asked).result()
            assert thread != threading.get_ident() and backend != asked()[1]
        until(lambda: not is_there(backend))


@action
def say(payloads, *, actor):
    events.emit_many([Event("test.said", payload=each) for each in payloads])


class TestFrames:
    def test_tell_numbers_and_json_as_they_lie_so_many_rows_at_a_time(self, db):
        said = [{"a": 'q"uote'}, {"a": "back\\slash"}, {"b": 1}, {"a": "tab\tline\n"}, {"a": None}]
        say(said, actor=system_user())
        rows = OutboxEvent.objects.filter(topic="test.said").order_by("pk")
        frames = list(frames_of(rows.values_list("pk", "version", "payload"), 2))
        assert [frame.height for frame in frames] == [2, 2, 1]
        told = [(int(pk), version, json.loads(text)) for frame in frames for pk, version, text in frame.iter_rows()]
        assert told == [(one.pk, None, each) for one, each in zip(rows, said, strict=True)]
