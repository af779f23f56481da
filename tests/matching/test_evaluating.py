"""Measuring links against a truth: pairs, counted."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.rules.evaluating import evaluate, with_review

SMALL = st.dictionaries(st.integers(1, 12), st.integers(1, 4))


def test_perfect_links_measure_one():
    quality = evaluate({1: 10, 2: 10, 3: 11}, {1: "a", 2: "a", 3: "b"})
    assert (quality.precision, quality.recall, quality.f1) == (1, 1, 1)


def test_a_missing_link_costs_recall_and_a_wrong_one_precision():
    quality = evaluate({1: 10, 2: 10, 3: 11, 4: 12, 5: 12}, {1: "a", 2: "a", 3: "a", 4: "b", 5: "c"})
    assert (quality.linked, quality.true, quality.both) == (2, 3, 1)
    assert quality.precision == pytest.approx(1 / 2)
    assert quality.recall == pytest.approx(1 / 3)


def test_a_pair_with_a_row_that_the_hub_never_stored_is_one_that_it_did_not_find():
    quality = evaluate({1: 10, 2: 10}, {1: "a", 2: "a"}, ["a", "a", "a"])
    assert (quality.true, quality.recall) == (3, pytest.approx(1 / 3))


def test_nothing_to_find_is_no_failure():
    assert evaluate({}, {}).f1 == 1


@given(SMALL, SMALL)
def test_the_counts_are_those_of_the_listed_pairs(links, entities):
    truth = {record: str(entity) for record, entity in entities.items()}
    known = sorted(links.keys() & truth.keys())
    linked = {pair for pair in combinations(known, 2) if links[pair[0]] == links[pair[1]]}
    true = {pair for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}

    quality = evaluate(links, truth)

    assert (quality.linked, quality.true, quality.both) == (len(linked), len(true), len(linked & true))


def test_a_true_candidate_counts_for_the_whole_of_both_customers():
    links, truth = {1: 10, 2: 10, 3: 11, 4: 12}, {1: "a", 2: "a", 3: "a", 4: "b"}
    decided = with_review(links, truth, [(1, 3), (2, 4), (9, 3)])
    assert decided == {1: 10, 2: 10, 3: 10, 4: 12}
    assert evaluate(decided, truth).recall == 1
