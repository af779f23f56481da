"""Which task comes first."""

from datetime import UTC, datetime, timedelta

from stewardship.rules.priority import priority, uncertainty, why

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


def test_an_even_chance_is_the_most_uncertain():
    assert uncertainty(0.5) == 1
    assert uncertainty(0.9) < uncertainty(0.7) < uncertainty(0.5)
    assert uncertainty(0.25) == uncertainty(0.75)


def test_more_records_make_it_more_urgent():
    assert priority("possible", 0.5, 20, TODAY) > priority("possible", 0.5, 2, TODAY)


def test_numbers_that_contradict_each_other_come_before_a_mere_likeness():
    assert priority("conflict", 0.5, 2, TODAY) > priority("possible", 0.5, 2, TODAY)


def test_nothing_waits_for_ever():
    dull = priority("possible", 0.99, 2, TODAY - timedelta(days=60))

    assert dull > priority("possible", 0.5, 20, TODAY)


def test_the_code_says_what_weighed_most():
    assert why("possible", 0.95, 2) == "close"
    assert why("possible", 0.5, 2) == "unsure"
    assert why("possible", 0.5, 8) == "records:8"
    assert why("conflict", 0.5, 8) == "conflict"
    assert why("possible", 0.8, 2) == "open"
