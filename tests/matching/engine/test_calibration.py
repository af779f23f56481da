"""Probabilities are held against what came out, and tell what to expect and what to ask."""

from math import lgamma

import numpy as np
import pytest

from matching.engine.calibration import LEAST, curve, error, expected, interval, measured, most_informative, varied


def drawn(count: int, seed: int = 1):
    chance = np.random.default_rng(seed)
    p = chance.beta(0.3, 0.3, count)
    return p, chance.random(count) < p


def test_probabilities_that_mean_what_they_say_have_next_to_no_error():
    p, truth = drawn(50_000)
    assert error(curve(p, truth)) < 0.01


def test_probabilities_that_boast_are_told_by_how_much():
    _p, truth = drawn(50_000)
    assert error(curve(np.full(50_000, 0.9), truth)) == pytest.approx(abs(0.9 - truth.mean()), abs=1e-9)


def test_a_pair_may_stand_for_many():
    assert curve([0.8, 0.4], [True, False], weights=[3, 1]) == curve([0.8] * 3 + [0.4], [True] * 3 + [False])


def test_pairs_that_nobody_takes_for_the_same_are_left_out():
    assert curve([0.0001, 0.5], [False, True])[0].count == 1
    assert error(()) == 0


def test_odds_that_are_stretched_are_seen_by_how_far_they_stray():
    p, truth = drawn(200_000)
    stretched = p**2 / (p**2 + (1 - p) ** 2)  # of the odds, squared
    astray = np.abs(stretched - p)[stretched >= LEAST].mean()
    assert error(curve(stretched, truth)) == pytest.approx(astray, abs=0.02)
    assert astray > 0.05


@pytest.mark.parametrize("size", [20, 100, 1_000])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.97])
def test_the_interval_of_a_share_holds_it_in_95_of_100_cases(share, size):
    """Exactly, over all outcomes: Wilson's comes near 95 % on the average, for single shares a little below it."""
    outcomes = np.arange(size + 1)
    logs = np.array([lgamma(size + 1) - lgamma(k + 1) - lgamma(size - k + 1) for k in outcomes])
    chance = np.exp(logs + outcomes * np.log(share) + (size - outcomes) * np.log(1 - share))
    told = [interval(k / size, size) for k in outcomes]
    held = np.array([each.low <= share <= each.high for each in told])
    assert 0.91 < float(chance[held].sum()) < 0.985


def test_precision_and_recall_are_foretold_within_their_intervals():
    times, precise, found = 400, 0, 0
    for seed in range(times):
        p, truth = drawn(2_000, seed)
        told, linked = expected(p, 0.9), p >= 0.9
        precise += told.precision.low <= truth[linked].mean() <= told.precision.high
        found += told.recall.low <= truth[linked].sum() / truth.sum() <= told.recall.high
    # 95 %, and four standard errors of 400 cases.
    assert abs(precise / times - 0.95) < 0.045
    assert abs(found / times - 0.95) < 0.045


def test_pairs_that_blocking_misses_lower_the_recall():
    p, _truth = drawn(2_000)
    assert expected(p, 0.9, missed=500).recall.value < expected(p, 0.9).recall.value


def test_labels_measure_what_they_were_chosen_from():
    p, truth = drawn(20_000)
    chance = np.random.default_rng(2)
    rate = np.where((p > 0.1) & (p < 0.9), 0.5, 0.05)
    asked = chance.random(len(p)) < rate
    found = measured(p[asked], truth[asked], 0.9, weights=1 / rate[asked])
    whole = measured(p, truth, 0.9)
    assert found.precision.low <= whole.precision.value <= found.precision.high
    assert found.recall.low <= whole.recall.value <= found.recall.high


def test_what_labels_measure_lies_within_its_interval_in_95_of_100_draws():
    p, truth = drawn(20_000)
    linked = p >= 0.9
    precision, recall = truth[linked].mean(), truth[linked].sum() / truth.sum()
    rate = np.where((p > 0.1) & (p < 0.9), 0.5, 0.05)
    times, precise, found = 300, 0, 0
    for seed in range(times):
        asked = np.random.default_rng(seed).random(len(p)) < rate
        told = measured(p[asked], truth[asked], 0.9, weights=1 / rate[asked])
        precise += told.precision.low <= precision <= told.precision.high
        found += told.recall.low <= recall <= told.recall.high
    assert precise / times > 0.91
    assert found / times > 0.91


def test_few_cases_give_a_wide_interval():
    assert interval(1.0, 5).low < 0.6 < 0.98 < interval(1.0, 500).low
    assert (interval(0.5, 0).low, interval(0.5, 0).high) == (0, 1)


def test_the_doubtful_are_asked_first_and_patterns_take_turns():
    p = [0.99, 0.5, 0.52, 0.3, 0.001]
    assert most_informative(p, 3) == [1, 2, 3]
    assert most_informative(p, 3, groups=["x", "y", "y", "z", "x"]) == [1, 3, 0]


def test_no_customer_fills_the_first_page_of_what_is_worth_asking():
    """Ten pairs of one customer are a little more doubtful than all others: two of them come first, then others do."""
    p = [0.5] * 10 + [0.3] * 10
    ends = [(0, n) for n in range(1, 11)] + [(n, n + 1) for n in range(20, 40, 2)]
    first = varied(p, ends, 10)
    assert first[:1] == [0] and sum(place < 10 for place in first) == 1
    assert sorted(varied(p, ends, 30)) == list(range(20)) and varied([], [], 5) == []


def test_what_is_varied_is_what_trying_all_of_them_gives():
    chance = np.random.default_rng(5)
    p = chance.uniform(0.05, 0.95, 60)
    ends = [tuple(pair) for pair in chance.integers(0, 12, (60, 2)).tolist()]
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    left, met, chosen = list(range(60)), [0] * 12, []
    while left:
        best = max(left, key=lambda place: (entropy[place] * 0.5 ** sum(met[end] for end in ends[place]), -place))
        chosen.append(best)
        left.remove(best)
        for end in ends[best]:
            met[end] += 1
    assert varied(p, ends, 60) == chosen
