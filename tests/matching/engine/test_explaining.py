"""A score explains itself in one sentence of codes, and names what would settle it."""

from hypothesis import given, settings

from matching.engine.explaining import MESSAGES
from matching.engine.scoring import counterfactual, might_settle, sentence
from tests.matching.engine.parties import PERSONS, compared, home, many, person, persons

ANN = {"given_name": "Ann", "family_name": "Lee", "birth_date": "1954-03-17"}
HOME = {"phone": many("+498342550170"), "address": home("Hauptstraße 9", "Kempten", "87435")}


def test_the_sentence_names_what_agrees_and_what_differs():
    found = sentence(
        compared(person(**ANN, **HOME), person(**{**ANN, **HOME, "given_name": "Walter", "birth_date": "1951-11-02"}))
    )
    assert found.message == MESSAGES["related_but"]
    assert found.parameters["agree"] == ("phone", "address", "family_name")
    assert found.parameters["differ"] == ("given_name", "birth_date")
    assert (
        str(found) == "Probably related, not the same: agreement in phone, address and family name, "
        "but a difference in given name and birth date."
    )


def test_two_strangers_have_nothing_in_common():
    assert (
        str(sentence(compared(person(**ANN), person(given_name="Walter", birth_date="1981-12-01"))))
        == "Probably not the same: nothing agrees."
    )


@given(persons(), persons())
@settings(max_examples=200, deadline=None)
def test_a_sentence_holds_codes_and_never_values(left, right):
    found = sentence(compared(left, right))
    codes = {comparison.code for comparison in PERSONS.comparisons}
    assert found.message in MESSAGES.values()
    assert all(set(gap) <= codes for gap in found.parameters.values())
    assert str(found).endswith(".")


def test_the_one_thing_that_would_settle_a_name_is_an_identifier():
    found = compared(person(given_name="Ann", family_name="Sondergeld"), person(**{**ANN, "family_name": "Sondergeld"}))
    assert counterfactual(PERSONS, found) == "identifier"


def test_what_is_automatic_already_needs_nothing():
    assert counterfactual(PERSONS, compared(person(**ANN, **HOME), person(**ANN, **HOME))) is None


def test_what_nothing_could_settle_has_no_answer():
    found = compared(person(**ANN), person(given_name="Walter", family_name="Quarz", birth_date="1981-12-01"))
    assert counterfactual(PERSONS, found) is None


def test_what_might_settle_is_all_that_the_rarest_value_would():
    found = compared(person(given_name="Ann", family_name="Sondergeld"), person(**{**ANN, "family_name": "Sondergeld"}))
    assert counterfactual(PERSONS, found) in might_settle(PERSONS, found)
    assert might_settle(PERSONS, compared(person(**ANN, **HOME), person(**ANN, **HOME))) == frozenset()
