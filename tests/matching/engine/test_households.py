"""Who is grouped with whom: relatives are no chain."""

from matching.engine.households import LARGEST, continued, households


def edges(*pairs, share=0.9):
    return {(min(pair), max(pair)): share for pair in pairs}


def groups(found, standing=None, apart=()):
    return households(found, standing=standing or {}, apart=set(apart))


def test_those_who_are_all_related_are_one_household():
    assert groups(edges((1, 2), (1, 3), (2, 3), (7, 8))) == [(0, frozenset({1, 2, 3})), (0, frozenset({7, 8}))]


def test_the_relative_of_a_relative_is_not_ones_own():
    """Half of the pairs between two groups have to be related: a chain falls apart at its weakest places."""
    chain = {(1, 2): 0.99, (2, 3): 0.6, (3, 4): 0.98}
    assert groups(chain) == [(0, frozenset({1, 2})), (0, frozenset({3, 4}))]


def test_who_was_told_apart_is_kept_apart_though_both_know_a_third():
    found = {(1, 2): 0.9, (1, 3): 0.8, (2, 3): 0.7}
    assert groups(found, apart={(2, 3)}) == [(0, frozenset({1, 2}))]


def test_it_goes_on_with_what_people_said_and_joins_no_two_of_theirs():
    found = edges((1, 2), (1, 3), (2, 3), (3, 4))
    assert groups(found, standing={5: {1, 2}, 6: {3, 4}}) == [(5, frozenset({1, 2})), (6, frozenset({3, 4}))]
    assert groups(found, standing={5: {1, 2}}) == [(5, frozenset({1, 2, 3}))]


def test_a_house_of_flats_is_no_household():
    many = range(30)
    found = edges(*[(a, b) for a in many for b in many if a < b])
    assert max(len(members) for _household, members in groups(found)) <= LARGEST


def test_the_order_in_which_they_come_makes_no_difference():
    found = {(1, 2): 0.9, (2, 3): 0.9, (1, 3): 0.9, (3, 4): 0.7}
    assert groups(found) == groups(dict(reversed(found.items())))


def test_a_household_goes_on_with_the_group_that_has_most_of_it():
    assert continued([frozenset({1, 2}), frozenset({3, 4, 5})], {9: {1, 3, 4}, 10: {2, 7}}) == [10, 9]
    assert continued([frozenset({1, 2})], {}) == [0]


def test_who_belongs_to_two_stays_in_both_and_his_relatives_come_where_they_fit_best():
    found = edges((1, 2), (1, 3), (1, 4), (3, 4))
    told = groups(found, standing={5: {1, 2}, 6: {1}})
    assert told == [(5, frozenset({1, 2})), (6, frozenset({1, 3, 4}))]


def test_who_would_fit_in_both_stays_where_he_is_proposed():
    found, standing = edges((1, 2), (1, 3)), {5: {1}, 6: {1}}
    told = households(found, standing=standing, apart={(2, 3)}, proposed={6: {2}, 5: {3}})
    assert told == [(5, frozenset({1, 3})), (6, frozenset({1, 2}))]
