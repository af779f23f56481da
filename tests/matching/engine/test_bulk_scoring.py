"""Matching many gives exactly what matching one pair gives, with compiled kernels and without."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.bulk import columns as bulk
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.scoring import Scorer, slices
from matching.engine.bulk.telling import told_in_columns
from matching.engine.defaults import organisation_model, person_model
from matching.engine.evidence import lines_of, lines_told
from matching.engine.features import Party, prepare
from matching.engine.model import Frequencies, Interaction
from matching.engine.scoring import score
from matching.engine.vocabulary import LEVELS, WORDS
from tests.matching.engine.shapes import IN_SCRIPTS, organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()
TOGETHER = replace(
    PERSONS,
    interactions=(
        Interaction(("given_name", "exact"), ("family_name", "exact"), -1.5),
        Interaction(("birth_date", "exact"), ("family_name", "different"), 2.25),
    ),
)
# A model that came as a file may call its comparisons and explanations anything.
ODDLY_CALLED = replace(
    TOGETHER,
    comparisons=tuple(
        replace(each, code='the "e-mail"\\\n') if each.kind == "email" else each for each in TOGETHER.comparisons
    ),
    alternatives=tuple(
        replace(each, code='"house"', learns=()) if each.code == "household" else each for each in TOGETHER.alternatives
    ),
)
LEARNED = replace(
    ORGANISATIONS,
    frequencies={
        WORDS: Frequencies(0.001, 0.001, {"acme": 0.2, "huber": 0.01, "hotel": 0.002}),
        "organisation_name": Frequencies(0.01, 0.001, {"acme": 0.1, "internationalbusinessmachines": 0.02}),
    },
)
WAYS = [pytest.param(True, marks=pytest.mark.skipif(not AVAILABLE, reason="numba is not installed")), False]


def features_of(model, all_values):
    return [prepare(model, Party(n, model.party_type, values)) for n, values in enumerate(all_values)]


def all_pairs(count):
    left, right = np.triu_indices(count, 1)
    return left.astype(np.int64), right.astype(np.int64)


def told(model, found, row):
    codes = found.levels[row]
    return {
        each.code: "missing" if code < 0 else LEVELS[each.kind][code]
        for each, code in zip(model.comparisons, codes, strict=True)
    }


def assert_same(model, features, found):
    pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    wanted = score(model, [(features[i], features[j]) for i, j in pairs])
    compared = {each.code for each in model.comparisons}
    for row, one in enumerate(wanted):
        levels = {each.comparison: each.level for each in one.levels if each.comparison in compared}
        assert told(model, found, row) == levels, (features[pairs[row][0]], features[pairs[row][1]])
        assert found.weight[row] == one.weight
        assert found.probability[row] == pytest.approx(one.probability, rel=1e-12, abs=1e-300)
        assert found.household[row] == pytest.approx(one.household, rel=1e-9, abs=1e-300)


@settings(max_examples=20, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=8))
def test_the_evidence_is_told_line_by_line_as_the_reference_tells_it(values):
    features = features_of(TOGETHER, values)
    left, right = all_pairs(len(features))
    scorer = Scorer(TOGETHER, bulk.of_features(TOGETHER, features))
    wanted = score(TOGETHER, [(features[i], features[j]) for i, j in zip(left, right, strict=True)])
    found = scorer.told(scorer.score(left, right))
    assert [(one.weight, one.prior, one.levels) for one in found] == [
        (one.weight, one.prior, one.levels) for one in wanted
    ]


@settings(max_examples=20, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=8), model=st.sampled_from([ODDLY_CALLED, TOGETHER]))
def test_evidence_written_in_columns_is_what_is_told_of_each_pair(values, model):
    features = features_of(model, values)
    scorer = Scorer(model, bulk.of_features(model, features))
    found = scorer.score(*all_pairs(len(features)))
    written = told_in_columns(scorer, found)
    read = [[json.loads(text) for text in each] for each in zip(*written, strict=True)]
    lines = [[[line.comparison, line.level, line.weight] for line in one.levels] for one in scorer.told(found)]
    assert read == [
        [one.weight, one.probability, lines_told(mine)] for one, mine in zip(scorer.told(found), lines, strict=True)
    ]
    assert [lines_of(told) for _weight, _probability, told in read] == lines


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=25, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=12))
def test_persons_score_as_the_reference_scores_them(fast, values):
    features = features_of(PERSONS, values)
    found = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast).score(*all_pairs(len(features)))
    assert len(found) == len(features) * (len(features) - 1) // 2
    assert_same(PERSONS, features, found)


@pytest.mark.parametrize("fast", WAYS)
def test_names_in_two_scripts_score_as_the_reference_scores_them(fast):
    features = features_of(PERSONS, IN_SCRIPTS)
    found = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast).score(*all_pairs(len(features)))
    assert_same(PERSONS, features, found)


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(organisations(), min_size=2, max_size=8), model=st.sampled_from([ORGANISATIONS, LEARNED]))
def test_organisations_score_as_the_reference_scores_them(fast, values, model):
    features = features_of(model, values)
    found = Scorer(model, bulk.of_features(model, features), fast=fast).score(*all_pairs(len(features)))
    assert_same(model, features, found)


@settings(max_examples=25, deadline=None)
@given(values=st.lists(people(), max_size=5))
def test_columns_give_back_the_features_they_were_made_of(values):
    features = features_of(PERSONS, values)
    columns = bulk.of_features(PERSONS, features)
    assert [columns.features(row) for row in range(len(columns))] == features


@pytest.mark.parametrize("fast", WAYS)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=12), floor=st.sampled_from([0.01, 0.3, 0.95]))
def test_no_pair_that_reaches_the_floor_is_dropped_by_a_bound(fast, values, floor):
    features = features_of(PERSONS, values)
    left, right = all_pairs(len(features))
    pairs = [(features[i], features[j]) for i, j in zip(left, right, strict=True)]
    wanted = [n for n, one in enumerate(score(PERSONS, pairs)) if one.probability >= floor]
    found = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast).score(left, right, floor=floor)
    assert list(zip(found.left, found.right, strict=True)) == [(left[n], right[n]) for n in wanted]


@pytest.mark.parametrize("fast", WAYS)
def test_texts_longer_than_a_kernel_compares_are_the_references(fast):
    """A kernel notes in 64 bits which letters it has met: of longer texts it would forget some."""
    long = "abcdefghijklmnop" * 8
    slips = "abcdefghijklmnqp" * 2 + long[32:96] + "abcdefghijklmnqp" * 2
    features = features_of(
        PERSONS,
        [
            {"given_name": text, "family_name": text[::-1], "middle_name": f"z{text}", "email": _mail(text),
             "address": [{"line1": f"{text} 12", "city": "Bern"}]}
            for text in (long, slips)
        ],
    )  # fmt: skip
    found = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast).score(*all_pairs(2))
    assert_same(PERSONS, features, found)
    assert told(PERSONS, found, 0)["given_name"] == "near"


@pytest.mark.parametrize("fast", WAYS)
def test_letters_for_which_no_byte_is_left_are_the_references(fast):
    """They share one byte: to a kernel all of them would be the same letter."""
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 200)))
    features = features_of(PERSONS, [{"email": _mail(text)} for text in ("龍龜龘龖", "龥龤龣龢", many)])
    found = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast).score(*all_pairs(3))
    assert_same(PERSONS, features, found)
    assert told(PERSONS, found, 0)["email"] == "different"


def _mail(user):
    return [{"value": f"{user}@x.example"}]


def test_slices_cover_all_pairs_in_their_order():
    left, right = all_pairs(400)
    pieces = list(slices(left, right))
    assert len(pieces) > 1
    assert np.array_equal(np.concatenate([piece[0] for piece in pieces]), left)
    assert np.array_equal(np.concatenate([piece[1] for piece in pieces]), right)


@pytest.mark.parametrize("fast", WAYS)
def test_what_was_let_go_of_is_made_anew_when_more_is_compared(fast):
    values = {"given_name": "Anna", "family_name": "Lopez", "birth_date": "1980-02-03"}
    features = [prepare(PERSONS, Party(number, "person", values)) for number in range(3)]
    scorer = Scorer(PERSONS, bulk.of_features(PERSONS, features), fast=fast)
    ends = np.array([0, 0]), np.array([1, 2])
    before = scorer.score(*ends)

    scorer.forget()

    assert "fused" not in vars(scorer)
    told = scorer.told(before)
    assert "fused" not in vars(scorer)
    assert scorer.score(*ends).weight.tolist() == before.weight.tolist() == [one.weight for one in told]
