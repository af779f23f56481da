"""Which task comes first."""

from datetime import UTC, datetime, timedelta

from stewardship.rules.priority import Weight, priority, uncertainty, why

TODAY = datetime(2026, 11, 21, tzinfo=UTC)


def weight(queue="possible", *scores, records=2, hanging=0):
    return Weight(queue, scores or (0.5,), records, hanging)


def test_an_even_chance_is_the_most_uncertain():
    assert uncertainty((0.5,)) == 1
    assert uncertainty((0.9,)) < uncertainty((0.7,)) < uncertainty((0.5,))
    assert uncertainty((0.25,)) == uncertainty((0.75,))


def test_a_group_is_as_uncertain_as_its_most_doubtful_pair():
    assert uncertainty((0.99, 0.6, 0.95)) == uncertainty((0.6,))


def test_more_records_make_it_more_urgent():
    assert priority(weight(records=20), TODAY) > priority(weight(), TODAY)


def test_so_does_what_hangs_on_the_customers():
    assert priority(weight(hanging=9), TODAY) > priority(weight(), TODAY)


def test_numbers_that_contradict_each_other_come_before_a_mere_likeness():
    assert priority(weight("conflict"), TODAY) > priority(weight(), TODAY)


def test_nothing_waits_for_ever():
    dull = priority(weight("possible", 0.99), TODAY - timedelta(days=60))

    assert dull > priority(weight(records=20), TODAY)


def test_the_code_says_what_weighed_most():
    assert why(weight("possible", 0.95)) == "close"
    assert why(weight()) == "unsure"
    assert why(weight(records=8)) == "records:8"
    assert why(weight(records=2, hanging=9)) == "hanging:9"
    assert why(weight("conflict", records=8)) == "conflict"
    assert why(weight("possible", 0.8)) == "open"
