"""Groups follow the evidence, in whatever order it comes, and never join what was kept apart."""

import random

from hypothesis import given
from hypothesis import strategies as st

from matching.engine.clustering import Edge, cluster

NODES = range(8)
PAIRS = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] != pair[1])
EDGES = st.dictionaries(
    PAIRS.map(lambda pair: tuple(sorted(pair))), st.sampled_from([0.0001, 0.5, 0.96, 0.98, 0.99]), max_size=20
).map(lambda found: [Edge(*pair, probability) for pair, probability in found.items()])


@given(EDGES, st.frozensets(PAIRS, max_size=4), st.randoms())
def test_the_order_of_nodes_and_edges_does_not_matter(edges, forbidden, chance: random.Random):
    nodes = list(NODES)
    first = cluster(nodes, edges, automatic=0.95, forbidden=forbidden)
    chance.shuffle(nodes)
    turned = [Edge(edge.b, edge.a, edge.probability) if chance.random() < 0.5 else edge for edge in edges]
    chance.shuffle(turned)
    assert cluster(nodes, turned, automatic=0.95, forbidden=forbidden) == first


@given(EDGES, st.frozensets(PAIRS, max_size=4))
def test_a_forbidden_pair_is_never_in_one_group(edges, forbidden):
    found = cluster(NODES, edges, automatic=0.95, forbidden=forbidden)
    assert sorted(node for group in found.groups for node in group) == list(NODES)
    for group in found.groups:
        assert not any(one in group and other in group for one, other in forbidden)


def test_a_pair_that_its_own_score_keeps_apart_is_not_joined_through_a_third():
    edges = [Edge(1, 2, 0.99), Edge(2, 3, 0.97), Edge(1, 3, 0.0002)]
    found = cluster([1, 2, 3], edges, automatic=0.95)
    assert found.groups == ((1, 2), (3,))
    assert found.refused == (Edge(2, 3, 0.97),)


def test_conflicting_records_stay_apart_and_the_edge_is_returned():
    found = cluster(
        [1, 2, 3], [Edge(1, 2, 0.99), Edge(3, 2, 0.97)], automatic=0.95, conflict=lambda a, b: {a, b} == {1, 3}
    )
    assert found.groups == ((1, 2), (3,))
    assert found.refused == (Edge(2, 3, 0.97),)


def test_edges_below_the_line_join_nothing():
    assert cluster([1, 2], [Edge(1, 2, 0.94)], automatic=0.95).groups == ((1,), (2,))
