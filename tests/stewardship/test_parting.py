"""Who of several belongs together, what the fields of a card say of it, and what its columns are called."""

from stewardship.rules import naming, parting


def test_who_is_on_the_whole_more_likely_one_than_not_is_joined():
    scores = {(0, 1): 0.97, (1, 2): 0.89, (0, 2): 0.62, (0, 3): 0.18, (1, 3): 0.09, (2, 3): 0.34}
    made = parting.proposed(4, scores, {(0, 3): 0.8, (1, 3): 0.9, (2, 3): 0.6})

    assert made.groups == ((0, 1, 2), (3,))
    assert made.related == ((0, 3),)


def test_one_strong_pair_does_not_chain_two_people_together():
    chain = {(0, 1): 0.99, (1, 2): 0.6, (0, 2): 0.001}

    assert parting.proposed(3, chain, {}).groups == ((0, 1), (2,))


def test_a_pair_that_meets_only_through_a_third_is_named():
    scores = {(0, 1): 0.97, (1, 2): 0.89, (0, 2): 0.62}

    assert parting.weak_link([(0, 1, 2)], scores) == (0, 2, 1)
    assert parting.weak_link([(0, 1), (2,)], scores) is None


def test_the_fields_say_who_is_in_which_group_and_who_is_kin_of_the_first():
    fields = {"part-12": "1", "part-15": "3", "part-17": "1", "kin-15": "household", "kin-12": "employer", "seen": "x"}

    assert parting.staged(fields) == ([[12, 17], [15]], [(12, 15, "household")])


def test_fields_that_are_no_numbers_say_nothing():
    assert parting.staged({"part-x": "1", "part-3": "²", "part-": "1"}) == ([], [])


def test_only_names_that_could_be_mixed_up_are_replaced():
    alike = [{"maria", "garcia"}, {"jose", "garcia"}, {"ann"}]

    assert naming.names_of(["María García", "José García", "Ann"], alike) == ["Neon", "Argon", "Krypton"]
    assert naming.names_of(["Eva", "Bo", "Ann"], [{"eva"}, {"bo"}, {"ann"}]) == ["Eva", "Bo", "Ann"]
    assert naming.names_of(["Eva", "Eva"], [{"eva"}, {"eva"}]) == ["", ""]
