"""Decided pairs move the weights, a little for few, and never without being better for it."""

import random
from dataclasses import replace
from itertools import product

import pytest

from matching.engine.correction import Labelled, learn
from matching.engine.model import Model
from matching.engine.scoring import score_levels
from tests.matching.engine.parties import PERSONS

GIVEN = ("exact", "nickname", "different")
BORN = ("exact", "near", "different")
HOME = ("same", "different")
ASKED = ("given_name", "family_name", "birth_date", "address")
WRONG = {("birth_date", "near"): 4.0, ("given_name", "different"): 2.0, ("address", "same"): -4.0}


def decided(count: int, truth: Model, seed: int = 1) -> list[Labelled]:
    """Pairs as a steward who thinks like `truth` decides them."""
    chance = random.Random(seed)
    made = []
    for _number in range(count):
        levels = {
            "given_name": chance.choice(GIVEN),
            "family_name": "exact",
            "birth_date": chance.choice(BORN),
            "address": chance.choice(HOME),
        }
        made.append(Labelled(levels, chance.random() < score_levels(truth, levels).probability))
    return made


def changed(path: list, value) -> Model:
    content = PERSONS.to_dict()
    *steps, last = path
    place = content
    for step in steps:
        place = place[step]
    place[last] = value
    return Model.from_dict(content)


def bits(model: Model, comparison: str, level: str) -> float:
    found = next(each for each in model.comparisons if each.code == comparison)
    return next(each.bits for each in found.levels if each.code == level)


def test_a_weight_that_was_wrong_moves_to_where_the_answers_are():
    place = next(n for n, each in enumerate(PERSONS.comparisons) if each.code == "birth_date")
    wrong = next(n for n, each in enumerate(PERSONS.comparisons[place].levels) if each.code == "near")
    truth = changed(["comparisons", place, "levels", wrong, "bits"], 9.0)
    found = learn(PERSONS, decided(1_500, truth))
    assert found.report["fault"] == ""
    assert found.report["loss_after"] < found.report["loss_before"]
    assert bits(PERSONS, "birth_date", "near") == 5
    assert 7 < bits(found.model, "birth_date", "near") < 10
    assert bits(found.model, "family_name", "swapped") == bits(PERSONS, "family_name", "swapped")


def test_what_two_levels_mean_together_becomes_an_interaction():
    truth = changed(
        ["interactions"], [{"one": ["given_name", "different"], "other": ["birth_date", "exact"], "bits": -9}]
    )
    found = learn(PERSONS, decided(4_000, truth)).model
    known = {(each.one, each.other): each.bits for each in found.interactions}
    pair = (("birth_date", "exact"), ("given_name", "different"))
    levels = {"given_name": "different", "family_name": "exact", "birth_date": "exact", "address": "same"}
    assert known.get(pair, 0) < 0 or known.get(pair[::-1], 0) < 0
    assert score_levels(found, levels).weight < score_levels(PERSONS, levels).weight - 2


@pytest.mark.parametrize("labels", [[], decided(10, PERSONS), [Labelled({"given_name": "exact"}, True)] * 100])
def test_too_few_answers_or_answers_of_one_kind_change_nothing(labels):
    found = learn(PERSONS, labels)
    assert found.model is PERSONS
    assert found.report["fault"] == "few_labels"


def test_answers_that_agree_with_the_model_leave_it_as_it_is():
    found = learn(PERSONS, decided(400, PERSONS))
    assert found.report["fault"] == "no_gain" or found.report["loss_after"] < found.report["loss_before"]
    assert all(abs(bits(found.model, "birth_date", code) - bits(PERSONS, "birth_date", code)) < 2.5 for code in BORN)


def test_the_corrected_model_survives_json_and_says_how_it_was_corrected():
    found = learn(PERSONS, decided(600, changed(["prior"], -12.0)))
    again = Model.from_dict(found.model.to_dict())
    assert again.digest() == found.model.digest()
    assert again.trained["correction"]["labels"] == 600


def test_the_order_of_the_answers_hardly_matters():
    labels = decided(600, changed(["prior"], -12.0))
    one, other = learn(PERSONS, labels).model, learn(PERSONS, labels[::-1]).model
    assert one.prior == pytest.approx(other.prior, abs=0.01)


def test_a_model_that_is_wrong_in_several_ways_is_corrected_in_all_of_them():
    """The answers of somebody who thinks otherwise: afterwards the model thinks as he does, wherever he was asked."""
    content = PERSONS.to_dict()
    content["prior"] += 3.0
    for comparison in content["comparisons"]:
        for level in comparison["levels"]:
            level["bits"] += WRONG.get((comparison["code"], level["code"]), 0.0)
    truth = Model.from_dict(content)
    found = learn(PERSONS, decided(6_000, truth)).model
    every = [dict(zip(ASKED, each, strict=True)) for each in product(GIVEN, ["exact"], BORN, HOME)]
    before, after, true = ([score_levels(model, each).weight for each in every] for model in (PERSONS, found, truth))
    # Where both are as good as certain, no answer tells how certain.
    told = [place for place, weight in enumerate(true) if abs(weight) < 6]
    assert len(told) > len(every) / 3
    assert max(abs(before[place] - true[place]) for place in told) > 3
    assert max(abs(after[place] - true[place]) for place in told) < 1.2


def test_the_more_answers_there_are_the_further_a_weight_moves():
    truth = changed(["prior"], PERSONS.prior + 6)
    labels = decided(3_000, truth)
    moved = []
    for count in (40, 150, 3_000):
        found = learn(PERSONS, labels[:count]).model
        weights = [
            score_levels(found, each.levels).weight - score_levels(PERSONS, each.levels).weight for each in labels
        ]
        moved.append(sum(weights) / len(weights))
    assert 0 < moved[0] < moved[1] < moved[2] < 6.5
    assert moved[0] < 4 < moved[2]


def test_an_answer_that_stands_for_three_counts_as_three():
    labels = decided(300, changed(["prior"], PERSONS.prior + 4))
    thrice = [replace(each, weight=3.0) for each in labels]
    once, weighed = learn(PERSONS, labels).model, learn(PERSONS, thrice).model
    repeated = learn(PERSONS, [each for each in labels for _time in range(3)]).model
    known = {code: [level.bits for each in model.comparisons for level in each.levels]
             for code, model in (("once", once), ("weighed", weighed), ("repeated", repeated))}  # fmt: skip
    assert known["weighed"] != pytest.approx(known["once"], abs=0.01)
    assert known["weighed"] == pytest.approx(known["repeated"], abs=0.01)
