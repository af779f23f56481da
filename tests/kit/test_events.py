"""Events reach their handlers, at least once, and a handler's fault is no other's."""

from datetime import timedelta

import pytest

from cmdm import clock, events
from cmdm.actions import action
from cmdm.models import OutboxEvent, OutboxPending, system_user

pytestmark = pytest.mark.django_db


@action
def say(topic, count=1, *, actor):
    for number in range(count):
        events.emit(topic, number=number)


@pytest.fixture
def heard():
    """What a handler of the topic `test.heard` got, batch by batch."""
    events.dispatch()
    batches = []
    handler = events.on("test.heard")(lambda batch: batches.append([one.payload["number"] for one in batch]))
    yield batches
    events._handlers["test.heard"].remove(handler)


@pytest.fixture
def faulty():
    """A handler of `test.faulty` that writes and then fails, until it is told not to."""

    class Handler:
        fails = True
        calls = 0

        def __call__(self, batch):
            self.calls += 1
            say("test.leftover", actor=system_user())
            if self.fails:
                raise ValueError("Ann Example, ann@x.example")

    handler = Handler()
    events.on("test.faulty")(handler)
    yield handler
    events._handlers["test.faulty"].remove(handler)


def test_events_come_as_a_list_in_order_and_then_are_done(heard):
    say("test.heard", 3, actor=system_user())
    assert events.dispatch() == 3
    assert heard == [[0, 1, 2]]
    assert not OutboxPending.objects.filter(event__topic="test.heard").exists()
    assert OutboxEvent.objects.filter(topic="test.heard").count() == 3


def test_a_second_dispatch_hands_nothing_on_twice(heard):
    say("test.heard", actor=system_user())
    events.dispatch()
    events.dispatch()
    assert heard == [[0]]


def test_a_batch_is_bounded_and_the_rest_follows(heard):
    say("test.heard", 5, actor=system_user())
    assert [events.dispatch(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert heard == [[0, 1], [2, 3], [4]]


def test_an_event_without_a_handler_is_done():
    say("test.nobody_listens", actor=system_user())
    events.dispatch()
    assert not OutboxPending.objects.exists()


def test_a_failing_handler_leaves_nothing_and_holds_up_no_other(heard, faulty):
    say("test.faulty", actor=system_user())
    say("test.heard", actor=system_user())
    events.dispatch()
    assert heard == [[0]]
    assert not OutboxEvent.objects.filter(topic="test.leftover").exists()
    row = OutboxPending.objects.get()
    assert (row.attempts, row.error, row.parked) == (1, "ValueError", False)


def test_its_events_come_again_later_and_once_it_is_well_they_are_done(faulty):
    say("test.faulty", actor=system_user())
    events.dispatch()
    assert events.dispatch() == 0, "it waits"
    faulty.fails = False
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert events.dispatch() == 1
    assert faulty.calls == 2
    assert OutboxEvent.objects.filter(topic="test.leftover").count() == 1


def test_after_five_attempts_it_is_parked_and_says_why_without_a_value(faulty):
    say("test.faulty", actor=system_user())
    for attempt in range(events.ATTEMPTS):
        with clock.at(clock.now() + timedelta(hours=attempt)):
            events.dispatch()
    row = OutboxPending.objects.get()
    assert (row.parked, row.attempts, row.error) == (True, 5, "ValueError")
    with clock.at(clock.now() + timedelta(days=1)):
        assert events.dispatch() == 0
    assert events.oldest_pending_seconds() == 0.0


def test_the_age_of_the_oldest_is_told():
    with clock.at(clock.now() - timedelta(seconds=90)):
        say("test.nobody_listens", actor=system_user())
    assert 89 < events.oldest_pending_seconds() < 100
