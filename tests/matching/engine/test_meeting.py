"""Of many records few pairs are compared, and they still hang together."""

from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare
from matching.engine.meeting import across, meeting

MODEL = person_model()


def features(count, name="Otto"):
    values = {"given_name": name, "family_name": "Grunwald", "email": [{"value": f"{name.lower()}@mail.example"}]}
    return [prepare(MODEL, Party(number, "person", values)) for number in range(count)]


def test_a_chain_holds_all_together_at_the_cost_of_one_comparison_a_record():
    pairs = meeting(MODEL, features(100), 4_000)

    assert set(pairs) == {(place, place + 1) for place in range(99)}


def test_those_that_share_no_key_do_not_meet():
    pairs = meeting(MODEL, [*features(3), *features(3, "Nina")], 4_000)

    assert {(2, 3)}.isdisjoint(pairs)


def test_no_more_are_named_than_wanted():
    assert len(meeting(MODEL, features(100), 10)) == 10


def test_across_two_sides_their_pairs_are_few_and_spread_out():
    assert across([4, 1], [3], 400) == [(1, 3), (3, 4)]
    pairs = across(range(100), range(100, 300), 100)
    assert len(pairs) <= 100
    assert max(one for one, _other in pairs) > 80
