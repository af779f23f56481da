"""Groups in arrays: nothing comes together by way of a third that speaks against itself."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from matching.engine.bulk.columns import of_features
from matching.engine.bulk.components import components
from matching.engine.bulk.grouping import group
from matching.engine.bulk.scoring import Scorer
from matching.engine.clustering import Edge, cluster
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
    return sorted(found.groups)


def identified(number):
    return [{"scheme": "tax", "value": number, "verified": True}]


def test_differing_exclusive_identifiers_are_not_tied_together_by_a_third():
    assert grouped({**ANN, "identifier": identified("7364009")}, ANN, ANN) == [(0, 1, 2)]
    one, other = {**ANN, "identifier": identified("7364009")}, {**ANN, "identifier": identified("5551234")}
    assert len(grouped(one, ANN, other, ANN)) == 2


def test_two_records_with_nothing_to_compare_may_be_one_person_by_a_third():
    only_phone = {"phone": [{"value": "+498342550170"}], "identifier": identified("7364009")}
    assert grouped(ANN, {**ANN, **only_phone}, only_phone) == [(0, 1, 2)]


@pytest.mark.parametrize("seed", range(12))
def test_groups_are_those_of_union_by_union_whatever_is_kept_apart(seed):
    random = np.random.default_rng(seed)
    people = [{**ANN, "given_name": f"Ann{'a' * int(random.integers(3))}"} for _each in range(9)]
    features = [prepare(EXCLUSIVE, Party(n, "person", values)) for n, values in enumerate(people)]
    scorer = Scorer(EXCLUSIVE, of_features(EXCLUSIVE, features), fast=False)
    pairs = [pair for pair in combinations(range(9), 2) if random.random() < 0.3]
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    scores = scorer.score(left, right, floor=EXCLUSIVE.review)
    # Some are negative: nodes that no row has.
    apart = {tuple(sorted(random.choice(np.arange(-1, 9), 2, replace=False).tolist())) for _each in range(seed)}

    found = group(scorer, scores, np.arange(9), forbidden=apart)

    line = EXCLUSIVE.automatic
    edges = [Edge(*pair, scores.weight[at]) for pair, at in found.best.items() if scores.probability[at] >= line]
    nodes = {node for edge in edges for node in (edge.a, edge.b)}
    assert found.groups == cluster(nodes, edges, automatic=-math.inf, forbidden=found.apart, apart=-math.inf).groups
    assert sorted(nodes) == np.flatnonzero(found.lying >= 0).tolist()


def test_components_are_named_by_their_least_node():
    chain = np.array([[9, 8], [8, 7], [1, 9], [4, 5], [5, 3]]).T
    assert components(10, *chain).tolist() == [0, 1, 2, 3, 3, 3, 6, 1, 1, 1]
    assert components(3, *chain[:, :0]).tolist() == [0, 1, 2]


def test_components_of_a_long_chain_are_one():
    order = np.random.default_rng(3).permutation(5_000)
    assert not components(5_000, order[1:], order[:-1]).any()
