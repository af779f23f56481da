"""Groups follow the evidence, in whatever order it comes, and never join what was kept apart."""

import random

from hypothesis import given
from hypothesis import strategies as st

from matching.engine.clustering import IDENTIFIERS, KEPT_APART, Edge, Refusal, cluster, contradicts
from matching.engine.splitting import bridges, halves, threads
from tests.matching.engine.parties import PERSONS

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
    assert found.refusals == (Refusal(Edge(2, 3, 0.97), (1, 3), IDENTIFIERS),)


def test_a_refusal_names_who_opposes_it_and_why():
    edges = [Edge(1, 2, 0.99), Edge(2, 3, 0.97), Edge(1, 3, 0.0002, "household")]
    assert cluster([1, 2, 3], edges, automatic=0.95).refusals[0][1:] == ((1, 3), "household")
    told = cluster([1, 2, 3], edges, automatic=0.95, forbidden=[(3, 1)])
    assert told.refusals[0][1:] == ((1, 3), KEPT_APART)
    assert cluster([1, 2], [Edge(1, 2, 0.99)], automatic=0.95, forbidden={(1, 2): "x"}).refusals[0].why == "x"


@given(EDGES, st.frozensets(PAIRS, max_size=4), st.permutations(list(NODES)))
def test_who_arrived_first_does_not_matter(edges, forbidden, arrived):
    """The same records under other numbers, as when they come in another order: the same groups of records."""
    number = dict(enumerate(arrived))
    record = {given: name for name, given in number.items()}
    first = cluster(NODES, edges, automatic=0.95, forbidden=forbidden)
    again = cluster(
        NODES,
        [Edge(number[edge.a], number[edge.b], edge.probability) for edge in edges],
        automatic=0.95,
        forbidden=[(number[a], number[b]) for a, b in forbidden],
        rank=record.__getitem__,
    )
    assert {frozenset(record[node] for node in group) for group in again.groups} == set(map(frozenset, first.groups))


def test_a_doubtful_pair_that_alone_holds_two_parts_together_is_found_with_its_split():
    sure = [Edge(1, 2, 0.999), Edge(1, 3, 0.999), Edge(2, 3, 0.999), Edge(4, 5, 0.999)]
    found = cluster(range(1, 6), [*sure, Edge(3, 4, 0.96)], automatic=0.95)
    assert len(found.groups) == 1
    assert [bridge[:] for bridge in found.bridges] == [(3, 4, 0.96, (1, 2, 3), (4, 5))]
    again = cluster(range(1, 6), [*sure, Edge(3, 4, 0.96), Edge(2, 5, 0.96)], automatic=0.95)
    assert again.bridges == ()
    assert cluster(range(1, 5), [*sure[:3], Edge(3, 4, 0.96)], automatic=0.95).bridges == ()


def test_a_long_chain_is_walked_without_recursion():
    chain = [Edge(number, number + 1, 0.96) for number in range(1_200)]
    assert len(cluster(range(1_201), chain, automatic=0.95).bridges) == 1_198


def test_having_nothing_to_compare_is_no_contradiction():
    strangers = PERSONS.prior
    assert not contradicts(2.0**strangers, 0.0, strangers, PERSONS.prior)
    assert contradicts(2.0 ** (strangers - 5), 0.0, strangers - 5, PERSONS.prior)
    assert contradicts(0.0005, 0.9, -11.0, PERSONS.prior)
    assert not contradicts(0.2, 0.7, -2.0, PERSONS.prior)


def test_edges_below_the_line_join_nothing():
    assert cluster([1, 2], [Edge(1, 2, 0.94)], automatic=0.95).groups == ((1,), (2,))


def parts_of(nodes, pairs) -> set[frozenset[int]]:
    """Connected parts, the plainest way."""
    parts = [{node} for node in nodes]
    for pair in pairs:
        touched = [part for part in parts if not part.isdisjoint(pair)]
        parts = [part for part in parts if part.isdisjoint(pair)] + [set().union(*touched)]
    return set(map(frozenset, parts))


@given(EDGES, st.frozensets(PAIRS, max_size=4))
def test_groups_are_those_of_trying_each_edge_in_turn(edges, forbidden):
    opposed = [set(pair) for pair in forbidden] + [{edge.a, edge.b} for edge in edges if edge.probability < 0.001]
    followed: list[tuple[int, int]] = []
    for edge in sorted(edges, key=lambda each: (-each.probability, each.a, each.b)):
        tried = parts_of(NODES, [*followed, (edge.a, edge.b)])
        if edge.probability >= 0.95 and not any(pair <= part for pair in opposed for part in tried):
            followed.append((edge.a, edge.b))
    assert set(map(frozenset, cluster(NODES, edges, automatic=0.95, forbidden=forbidden).groups)) == parts_of(
        NODES, followed
    )


@given(EDGES)
def test_bridges_are_the_doubtful_edges_without_which_a_part_falls_in_two_of_some_size(edges):
    ends = [tuple(edge) for edge in edges]
    known = [(edge.a, edge.b, edge.probability) for edge in edges]
    whole = parts_of(NODES, [end[:2] for end in ends])
    expected = set()
    for end in ends:
        left = parts_of(NODES, [other[:2] for other in ends if other is not end])
        fallen = left - whole
        if end[2] < 0.97 and len(fallen) == 2 and min(map(len, fallen)) >= 2:
            expected.add((min(end[:2]), max(end[:2]), frozenset(fallen)))
    found = bridges(known, 0.97)
    assert {(each.a, each.b, frozenset(map(frozenset, (each.left, each.right)))) for each in found} == expected
    assert [each.probability for each in found] == sorted(each.probability for each in found)


@given(EDGES)
def test_parts_on_nothing_or_on_a_doubtful_pair_hang_on_threads(edges):
    known = [(edge.a, edge.b, edge.probability) for edge in edges]
    large = sorted(min(part) for part in parts_of(NODES, [end[:2] for end in known]) if len(part) > 1)
    doubtful = [(each.a, each.b) for each in bridges(known, 0.97)]
    assert threads(list(NODES), known, 0.97) == (*((large[0], other) for other in large[1:]), *doubtful)


@given(st.permutations(sorted({(a, b) for a in NODES for b in NODES if a < b})), st.integers(0, 14))
def test_halves_are_divided_where_the_evidence_is_weakest(pairs, count):
    """Everybody goes with the end to which the weakest pair on the best way is the stronger one."""
    edges = [(*pair, 0.5 + place / 100) for place, pair in enumerate(pairs[:count])]
    one, other = NODES[0], NODES[-1]

    def best_way(start: int, end: int, beyond: int) -> float:
        reached = {start: 1.0}
        for _step in NODES:
            for a, b, told in edges:
                for here, there in ((a, b), (b, a)):
                    if beyond not in (here, there) and here in reached:
                        reached[there] = max(reached.get(there, 0.0), min(reached[here], told))
        return reached.get(end, 0.0)

    with_one, with_other = halves(list(NODES), edges, one, other)
    assert one in with_one and other in with_other
    assert sorted([*with_one, *with_other]) == list(NODES)
    loose = set()
    for node in set(NODES) - {one, other}:
        ways = best_way(node, one, other), best_way(node, other, one)
        if ways == (0.0, 0.0):
            loose.add(node)
        elif ways[0] != ways[1]:
            assert (node in with_one) == (ways[0] > ways[1])
    held = [set(side) - loose for side in (with_one, with_other)]
    assert loose <= set(with_one if len(held[0]) >= len(held[1]) else with_other)


def test_a_pair_between_the_two_ends_brings_nobody_to_either():
    assert halves([1, 2, 3], [(1, 2, 0.99), (2, 3, 0.6)], 1, 2) == ((1,), (2, 3))
