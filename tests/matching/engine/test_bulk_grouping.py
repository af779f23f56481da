"""Groups in arrays: nothing comes together by way of a third that speaks against itself."""

from dataclasses import replace

import numpy as np

from matching.engine.bulk.columns import of_features
from matching.engine.bulk.grouping import group
from matching.engine.bulk.scoring import Scorer
from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare

EXCLUSIVE = replace(person_model(), exclusive_schemes=("tax",))
ANN = {
    "given_name": "Ann",
    "family_name": "Sondergeld",
    "birth_date": "1954-03-17",
    "email": [{"value": "ann.sondergeld@post.example"}],
}


def grouped(*people):
    features = [prepare(EXCLUSIVE, Party(n, "person", values)) for n, values in enumerate(people)]
    scorer = Scorer(EXCLUSIVE, of_features(EXCLUSIVE, features), fast=False)
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(features), 1))
    found = group(scorer, scorer.score(left, right, floor=EXCLUSIVE.review), np.arange(len(features)))
    return sorted(found.clusters.groups)


def identified(number):
    return [{"scheme": "tax", "value": number, "verified": True}]


def test_differing_exclusive_identifiers_are_not_tied_together_by_a_third():
    assert grouped({**ANN, "identifier": identified("7364009")}, ANN, ANN) == [(0, 1, 2)]
    one, other = {**ANN, "identifier": identified("7364009")}, {**ANN, "identifier": identified("5551234")}
    assert len(grouped(one, ANN, other, ANN)) == 2


def test_two_records_with_nothing_to_compare_may_be_one_person_by_a_third():
    only_phone = {"phone": [{"value": "+498342550170"}], "identifier": identified("7364009")}
    assert grouped(ANN, {**ANN, **only_phone}, only_phone) == [(0, 1, 2)]
