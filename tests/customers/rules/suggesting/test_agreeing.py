"""When a count is enough to suggest by."""

import random

import pytest

from customers.rules.suggesting.agreeing import LEAST, is_sure, wilson_lower


def test_the_bound_is_that_of_the_textbook():
    # Wilson's interval for 9 of 10 at 95 %: 0.596 to 0.982 (Newcombe 1998, table of method 3).
    assert wilson_lower(9, 10) == pytest.approx(0.5958, abs=1e-4)
    assert wilson_lower(0, 0) == 0.0
    assert wilson_lower(0, 12) == 0.0


def test_it_rises_with_what_was_seen_and_never_reaches_all():
    bounds = [wilson_lower(n, n) for n in (1, 5, 20, 400)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 1


def test_the_true_share_lies_above_it_nineteen_times_of_twenty():
    dice = random.Random(7)
    truth, size, runs = 0.93, 40, 4_000
    above = sum(wilson_lower(sum(dice.random() < truth for _ in range(size)), size) <= truth for _ in range(runs))
    assert above / runs > 0.95  # the interval leaves out 2.5 % at either end


@pytest.mark.parametrize(
    ("agreeing", "total", "sure"),
    [(412, 415, True), (LEAST, LEAST, True), (4, 4, False), (9, 10, True), (60, 100, False), (89, 100, False)],
)
def test_few_are_not_enough_and_neither_are_those_who_differ(agreeing, total, sure):
    assert is_sure(agreeing, total) is sure
