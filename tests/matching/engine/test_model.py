"""A model is data: it survives JSON, has one digest, and a fault in it is named with its place."""

import copy
import json
from dataclasses import replace

import pytest

from matching.engine.model import Model, ModelError
from matching.engine.vocabulary import FINER
from tests.matching.engine.parties import ORGANISATIONS, PERSONS


@pytest.mark.parametrize("model", [PERSONS, ORGANISATIONS])
def test_a_shipped_model_survives_json_unchanged(model):
    again = Model.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.to_dict() == model.to_dict()
    assert again.digest() == model.digest()


def test_the_digest_does_not_depend_on_the_order_of_keys():
    content = PERSONS.to_dict()
    assert Model.from_dict(dict(reversed(content.items()))).digest() == PERSONS.digest()


def test_another_weight_is_another_digest():
    content = PERSONS.to_dict()
    content["comparisons"][0]["levels"][0]["bits"] += 0.5
    assert Model.from_dict(content).digest() != PERSONS.digest()


def test_a_model_from_before_models_said_how_large_blocks_are_divided_reads_and_keeps_its_digest():
    earlier = replace(PERSONS, finer=FINER)
    content = earlier.to_dict()
    assert "finer" not in content
    assert Model.from_dict(content) == earlier
    assert "city" in Model.from_dict(PERSONS.to_dict()).finer


def put(content, path, value):
    *steps, last = path
    for step in steps:
        content = content[step]
    content[last] = value


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["automatic"], 0.2, "model.automatic: must lie above review"),
        (["prior"], "low", "model.prior: must be a number"),
        (["prior"], float("nan"), "model.prior: must be a number"),
        (["party_type"], "dog", "model.party_type: must be one of person, organisation"),
        (["comparisons"], [], "model.comparisons: must not be empty"),
        (["comparisons", 0, "kind"], "smell", "model.comparisons[0].kind: 'smell' is no kind of comparison"),
        (["comparisons", 0, "levels", 0, "bits"], 99, "model.comparisons[0].levels[0].bits: must lie within 60 bits"),
        (["comparisons", 0, "levels", 0, "code"], "missing", "'exact' must be given"),
        (["comparisons", 0, "levels", 0, "under"], {"ghost": 1}, "'ghost' is no alternative of this model"),
        (["comparisons", 1, "code"], "given_name", "model.comparisons: must not use a code twice"),
        (["rules", 0, "parts"], ["shoe_size"], "model.rules[0].parts: 'shoe_size' is no part of a key"),
        (["frequencies", "given_name", "unseen"], 0, "model.frequencies.given_name: shares must lie above 0"),
        (["finer"], ["shoe_size"], "model.finer[0]: 'shoe_size' is no part of a key"),
        (["finer"], [], "model.finer: must not be empty"),
        (["records"], 3, "model.records: must lie between 100 and"),
        (["rules", 0, "up_to"], -1, "model.rules[0].up_to: must not be negative"),
        (["alternatives", 0, "learns"], ["smell"], "model.alternatives[0].learns: must name comparisons"),
        (
            ["interactions"],
            [{"one": ["email"], "other": ["phone", "exact"], "bits": 1}],
            "must be a comparison and its",
        ),
        (
            ["interactions"],
            [{"one": ["email", "loud"], "other": ["phone", "exact"], "bits": 1}],
            "model.interactions[0].one: 'loud' is no level of email",
        ),
        (["trained"], [], "model.trained: must be an object"),
        (["colour"], "red", "model: unknown key 'colour'"),
        (["exclusive_schemes"], "ssn", "model.exclusive_schemes: must be a list of texts"),
    ],
)
def test_a_fault_is_named_with_its_place(path, value, fault):
    content = copy.deepcopy(PERSONS.to_dict())
    put(content, path, value)
    with pytest.raises(ModelError) as refusal:
        Model.from_dict(content)
    assert fault in str(refusal.value)


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        ({"diagnostics": 7}, "trained.diagnostics: must be a list"),
        ({"diagnostics": [{"fault": "of_tomorrow"}]}, "no fault that is known here"),
        ({"diagnostics": [{"fault": "few_seen", "pairs": "many"}]}, "pairs a number"),
        ({"calibration": [{"low": 0, "high": 1, "pairs": 3, "mean": None, "true": 1}]}, "trained.calibration: each"),
        ({"weights": [[1, 2]]}, "trained.weights: must be a list of objects"),
        ({"calibration_error": "none"}, "trained.calibration_error: must be a number"),
    ],
)
def test_an_account_that_no_page_could_show_is_refused(account, fault):
    with pytest.raises(ModelError, match=fault):
        Model.from_dict({**PERSONS.to_dict(), "trained": account})


def test_no_model_at_all_is_refused_in_words():
    with pytest.raises(ModelError, match="must be an object"):
        Model.from_dict([])


def test_a_model_written_before_a_level_came_weighs_it_as_what_it_was():
    content = PERSONS.to_dict()
    email = next(each for each in content["comparisons"] if each["code"] == "email")
    email["levels"] = [each for each in email["levels"] if each["code"] != "alike"]
    for late in ("records", "interactions", "trained"):
        del content[late]
    again = next(each for each in Model.from_dict(content).comparisons if each.code == "email")
    known = {each.code: each.bits for each in again.levels}
    assert known["alike"] == known["different"]
