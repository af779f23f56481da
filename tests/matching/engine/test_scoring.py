"""A score is symmetric, adds up, and tells a person from a household, a namesake and a stranger."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.comparing import conflict
from matching.engine.defaults import person_model
from matching.engine.keys import keys
from matching.engine.model import Frequencies, Interaction, Model
from matching.engine.scoring import called, counterfactual, near, score, score_levels
from matching.engine.vocabulary import LEVELS
from tests.matching.engine.parties import (
    ORGANISATIONS,
    PERSONS,
    compared,
    home,
    levels,
    many,
    organisation,
    person,
    persons,
)

RARE = [f"Haus{number:03d}" for number in range(250)]
# Two levels weigh more together, and a name that nobody has more than any.
RARE_TOGETHER = replace(
    PERSONS,
    interactions=(Interaction(("given_name", "exact"), ("family_name", "exact"), 6.0),),
    frequencies={"family_name": Frequencies(0.001, 1e-7, {"smith": 0.01})},
)
ANN = {
    "given_name": "Ann",
    "family_name": "Sondergeld",
    "birth_date": "1954-03-17",
    "phone": many("+498342550170"),
    "address": home("Hauptstraße 9", "Kempten", "87435"),
}


@given(persons(), persons())
@settings(max_examples=120, deadline=None)
def test_a_score_is_the_same_from_either_side(left, right):
    assert compared(left, right) == compared(right, left)


@given(persons(), persons())
@settings(max_examples=120, deadline=None)
def test_the_lines_add_up_to_the_weight_and_the_weight_gives_the_probability(left, right):
    found = compared(left, right)
    assert found.prior + sum(level.weight for level in found.levels) == found.weight
    assert found.prior + sum(level.weight for level in reversed(found.levels)) == found.weight
    assert found.probability == pytest.approx(1 / (1 + 2**-found.weight))
    assert found.same + found.household + found.other == pytest.approx(1)


@given(persons(), persons())
@settings(max_examples=120, deadline=None)
def test_what_would_settle_a_pair_does_settle_it(left, right):
    found = compared(left, right)
    code = counterfactual(PERSONS, found)
    if code is None:
        return
    kinds = {each.code: each.kind for each in PERSONS.comparisons}
    settled = score_levels(
        PERSONS, {**{k: v for k, v in levels(found).items() if k in kinds}, code: LEVELS[kinds[code]][0]}
    )
    common = sum(each.weight for each in found.levels if each.comparison in kinds and each.comparison != code)
    plain = sum(each.weight for each in settled.levels if each.comparison in kinds and each.comparison != code)
    if common == plain:  # no rarity in the lines that stay
        assert settled.probability >= PERSONS.automatic


def test_scoring_many_pairs_is_scoring_each():
    pairs = [(person(**ANN), person(given_name="Bob")), (person(**ANN), person(**ANN))]
    assert score(PERSONS, pairs) == [score(PERSONS, [pair])[0] for pair in pairs]


@given(st.lists(persons(), min_size=2, max_size=12), st.sampled_from([0.02, 0.3, 0.9]), st.booleans())
@settings(max_examples=120, deadline=None)
def test_what_is_given_up_early_does_not_reach_the_review_line(parties, review, together):
    model = replace(RARE_TOGETHER if together else PERSONS, review=review)
    pairs = [(parties[0], other) for other in parties]
    told = score(model, pairs)
    assert near(model, pairs) == [one if one.probability >= review else None for one in told]


def test_a_rare_name_is_not_given_up_before_it_is_looked_at():
    model = replace(RARE_TOGETHER, interactions=(), alternatives=(), automatic=0.99999999)
    ann = person(given_name="Ann", middle_name="Berta", family_name="Sondergeld", gender="f", suffix="Jr")
    pair = (ann, ann)
    told = score(model, [pair])[0]
    assert near(replace(model, review=told.probability), [pair]) == [told]


def test_the_same_person_with_a_typing_error_is_automatic():
    found = compared(person(**ANN), person(**{**ANN, "family_name": "Sondergelt", "birth_date": "1954-03-71"}))
    assert found.probability >= PERSONS.automatic


def test_a_wife_at_the_same_address_and_landline_is_related_and_not_the_same():
    found = compared(person(**ANN), person(**{**ANN, "given_name": "Walter", "birth_date": "1951-11-02"}))
    assert found.probability < PERSONS.review
    assert found.household > 0.9
    assert found.related


def test_twins_are_not_joined_by_the_machine():
    found = compared(person(**ANN), person(**{**ANN, "given_name": "Walter"}))
    assert found.probability < PERSONS.automatic


def test_a_junior_is_not_his_father():
    father = {
        "given_name": "David",
        "family_name": "Dobbins Senior",
        "address": home("1450 N City Rd", "Arlington", "23208"),
    }
    found = compared(person(**father), person(**{**father, "family_name": "Dobbins Jr"}))
    assert levels(found)["suffix"] == "different"
    assert found.probability < PERSONS.review


def test_father_and_son_of_one_name_and_home_are_a_question_where_anything_tells_them_apart():
    father = {"given_name": "Karl", "family_name": "Sondergeld", "address": ANN["address"]}
    son = {**father, "email": many("karl.s@y.example"), "phone": many("+4917612345678")}
    found = compared(person(**father, email=many("k1@x.example"), phone=ANN["phone"]), person(**son))
    assert PERSONS.review < found.probability < PERSONS.automatic
    born = compared(person(**father, birth_date="1954-03-17"), person(**father, birth_date="1981-11-02"))
    assert born.related


def test_two_levels_together_may_weigh_more_or_less_than_both():
    pair = person(**ANN), person(**{**ANN, "family_name": "Weber"})
    line = {"one": ["family_name", "different"], "other": ["birth_date", "exact"], "bits": -3}
    model = Model.from_dict({**PERSONS.to_dict(), "interactions": [line]})
    alone, together = compared(*pair), compared(*pair, model)
    assert together.weight == alone.weight - 3
    assert together.prior + sum(level.weight for level in together.levels) == together.weight
    assert ("family_name+birth_date", "interaction") in [(each.comparison, each.level) for each in together.levels]
    assert compared(person(**ANN), person(**ANN), model).weight == compared(person(**ANN), person(**ANN)).weight


def test_what_is_no_match_is_called_by_its_likeliest_explanation():
    wife = person(**{**ANN, "given_name": "Walter", "birth_date": "1951-11-02"})
    assert called(PERSONS, compared(person(**ANN), wife)) == "household"
    assert called(PERSONS, compared(person(**ANN), person(given_name="Bob", birth_date="1951-11-02"))) == "unrelated"


def test_a_shop_in_a_hotel_is_related_to_it_and_not_the_same():
    place = {"address": home("129 Fremont St", "Las Vegas"), "phone": many("7023857111")}
    found = compared(
        organisation(organisation_name="Golden Nugget", **place),
        organisation(organisation_name="Stefanos Bakery", **place),
        ORGANISATIONS,
    )
    assert found.probability < ORGANISATIONS.review
    assert found.related


def test_a_name_alone_is_never_enough():
    found = compared(person(given_name="John", family_name="Smith"), person(given_name="John", family_name="Smith"))
    assert found.probability < PERSONS.review


def test_a_rare_name_weighs_more_than_a_common_one():
    common = compared(person(family_name="Smith"), person(family_name="Smith"))
    rare = compared(person(family_name="Sondergeld"), person(family_name="Sondergeld"))
    assert rare.weight > common.weight


def test_what_is_missing_weighs_nothing():
    found = compared(person(given_name="Ann"), person(family_name="Smith"))
    assert found.weight == pytest.approx(PERSONS.prior, abs=0.001)
    assert not any(level.weight for level in found.levels if level.level == "missing")


@pytest.mark.parametrize(
    ("attribute", "one", "other", "level"),
    [
        ("given_name", "Robert", "Bob", "nickname"),
        ("given_name", "Patrick", "Patricia", "alike"),
        ("given_name", "Robert", "R", "initial"),
        ("given_name", "Josè", "JOSE", "transliterated"),
        ("given_name", "Xiu Ying", "Xiuying", "exact"),
        ("given_name", "Mitchell", "Mitchel", "near"),
        ("given_name", "Anna", "Walter", "different"),
        ("family_name", "O'Hare", "Ohare", "exact"),
        ("family_name", "Medina Sentosa", "Sentosa", "part"),
        ("family_name", "Hansen-Weber", "Weber", "part"),
        ("middle_name", "Jane", "J.", "initial"),
        ("birth_date", "1954-03-07", "1954-07-03", "swapped"),
        ("birth_date", "1954-03-17", "1954-03-18", "near"),
        ("birth_date", "1954-03-17", "1954-03", "partial"),
        ("birth_date", "1954-03-17", "1954-11-02", "year"),
        ("birth_date", "1954-03-17", "1981-11-02", "different"),
        ("email", many("ann.lee@x.example"), many("ANN.LEE@X.example"), "exact"),
        ("email", many("ann.lee@x.example"), many("ann.lee@quite-other.example"), "user"),
        ("email", many("ann.lee@x.example"), many("other@x.example", "annlee@x.example"), "near"),
        ("email", many("robert255@smith.net"), many("roberta25@smith.net"), "alike"),
        ("email", many("anna@bergstrom.example"), many("anne@elsewhere.example"), "different"),
        ("email", many("info@x.example"), many("info@x.example"), "role"),
        ("phone", many("+49 8342 550170"), many("08342/550170"), "exact"),
        ("phone", many("202-321-3212"), many("321-3212"), "ending"),
        ("phone", many("+498342550170"), many("+498342550171", "+498342550107"), "near"),
        ("address", home("12 Main Street", "Kempten"), home("12 Main St.", "Kempten"), "same"),
        ("address", home("Hauptstraße 9", "", "87435"), home("Hauptstr. 9, Whg 2", "", "87435"), "same"),
        ("address", home("12 Main Street", "Kempten"), home("14 Main Street", "Kempten"), "neighbour"),
        ("address", home("Hauptstr. 9", "Berlin", "10115"), home("Hauptstr. 15", "Berlin", "12587"), "city"),
        ("address", home("Hauptstr. 9", "Berlin", "10115"), home("Hauptstr. 15", "Berlin", "10117"), "neighbour"),
        ("address", home("Hauptstr. 9", "Berlin", "10115"), home("Hauptstr. 9", "Berlin", "12587"), "near"),
        ("address", home("747 9th Ave between 50th and 51st", "York"), home("747 Ninth Avenue", "York"), "same"),
        ("address", home("3 High Road", "", "87435"), home("9 Broad Lane", "", "87435"), "postcode"),
        ("identifier", [{"scheme": "ssn", "value": "294-66-9999"}], [{"scheme": "ssn", "value": "294669999"}], "exact"),
        ("identifier", [{"scheme": "ssn", "value": "7364009"}], [{"scheme": "ssn", "value": "7364090"}], "near"),
        ("identifier", [{"scheme": "ssn", "value": "7364009"}], [{"scheme": "tax", "value": "7364009"}], "missing"),
    ],
)
def test_a_level_says_how_two_values_agree(attribute, one, other, level):
    assert levels(compared(person(**{attribute: one}), person(**{attribute: other})))[attribute] == level


def test_given_and_family_name_exchanged_are_seen():
    found = levels(
        compared(person(given_name="Daniella", family_name="Shaw"), person(given_name="Shaw", family_name="Daniela"))
    )
    assert (found["given_name"], found["family_name"]) == ("swapped", "swapped")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Kaylee", "Keeley", "heard"),
        ("Louis", "Luis", "nickname"),
        ("John", "Jane", "alike"),
        ("Darla", "Darlene", "alike"),
        ("Martin", "Martina", "alike"),
        ("Stanisław", "Stanisława", "alike"),
    ],
)
def test_names_that_sound_the_same_are_rather_one_than_those_that_look_alike(one, other, level):
    assert levels(compared(person(given_name=one), person(given_name=other)))["given_name"] == level


NAMED = {"given_name": "Anna", "gender": "f", "birth_date": "1980-03-04"}


@pytest.mark.parametrize("other", ["Huber", "Anna Huber", "Annie Huber"])
def test_each_of_several_names_is_compared_and_makes_its_keys(other):
    wed, maiden = person(family_name="Garcia", other_name=many(other), **NAMED), person(family_name="Huber", **NAMED)
    found = levels(compared(wed, maiden))
    assert (found["given_name"], found["family_name"]) == ("exact", "exact")
    assert levels(compared(person(family_name="Garcia", **NAMED), maiden))["family_name"] == "married"
    shared = {PERSONS.rules[key.rule].code for key in set(keys(PERSONS, wed)) & set(keys(PERSONS, maiden))}
    assert shared == {"names", "name_date", "initials_date", "letters_year"}


def test_another_family_name_speaks_less_against_two_women():
    one, other = {"given_name": "Amanda", "family_name": "Anderson"}, {"given_name": "Amanda", "family_name": "Jones"}
    women = compared(person(gender="f", **one), person(gender="f", **other))
    unknown = compared(person(**one), person(**other))
    assert levels(women)["family_name"] == "married"
    assert levels(unknown)["family_name"] == "different"


@pytest.mark.parametrize(("middle", "level"), [("Meyer", "part"), ("Meyer Rose", "part"), ("Rose", "different")])
def test_a_family_name_that_stands_before_the_other_is_a_part_of_it(middle, level):
    found = compared(
        person(given_name="Susan", family_name="Meyer"),
        person(given_name="Susan", middle_name=middle, family_name="Thomas"),
    )
    assert levels(found)["family_name"] == level


def test_a_soft_sign_makes_no_double_name():
    found = levels(compared(person(family_name="Ильин"), person(family_name="Ильенко")))
    assert found["family_name"] != "part"


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        (("12, rue de Rivoli", "14, rue de Rivoli"), "neighbour"),
        (("Via Roma, 12", "12 Via Roma"), "same"),
        (("No. 5 Main Street", "5 Main St"), "same"),
        (("#01-11, HillV2, 4 Hillview Rise", "4 Hillview Rise"), "same"),
        (("No 321, Street 128", "#321, Street 128"), "same"),
        (("No 321, Street 128", "#321, Street 130"), "city"),
    ],
)
def test_a_house_number_is_found_wherever_it_stands(lines, level):
    one, other = (person(address=[{"line1": line, "city": "Bern"}]) for line in lines)
    assert levels(compared(one, other))["address"] == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (
            {"given_name": "فيصل", "family_name": "صديقي"},
            {"given_name": "Faisal", "family_name": "Siddiqui"},
            ("transliterated", "transliterated"),
        ),
        (
            {"given_name": "Fysl", "family_name": "Sdyqy"},
            {"given_name": "Faisal", "family_name": "Siddiqui"},
            ("heard", "alike"),
        ),
    ],
)
def test_names_in_two_scripts_are_heard(one, other, level):
    found = levels(compared(person(**one), person(**other)))
    assert (found["given_name"], found["family_name"]) == level


def test_a_chinese_name_meets_its_transcription():
    found = compared(person(full_name="王杰"), person(given_name="Jie", family_name="Wang"))
    assert levels(found)["family_name"] == "transliterated"


def test_a_name_that_many_organisations_bear_weighs_less():
    tables = {"organisation_name": Frequencies(0.001, 0.0002, {"burgerking": 0.02})}
    known = replace(ORGANISATIONS, frequencies=tables)

    def weight(name, model):
        found = compared(*(organisation(organisation_name=name) for _ in range(2)), model)
        return found.levels[0].weight

    assert weight("Burger King", known) < weight("Burger King", ORGANISATIONS) < weight("Huber", known)


def test_a_branch_elsewhere_is_related_and_not_the_same():
    here = organisation(
        organisation_name="Universal Exports Inc",
        address=home("1 Main St", "Bern", "3000"),
        phone=many("0311112233"),
        website=many("https://www.universal.example/"),
    )
    there = organisation(
        organisation_name="Universal Exports Ltd",
        address=home("9 High Rd", "Oslo", "0150"),
        phone=many("4722334455"),
        website=many("universal.example"),
    )
    found = compared(here, there, ORGANISATIONS)
    assert found.probability < ORGANISATIONS.automatic
    assert found.household > found.other


def test_only_verified_identifiers_of_an_exclusive_scheme_are_a_conflict():
    model = Model.from_dict({**person_model().to_dict(), "exclusive_schemes": ["passport"]})

    def holder(value, verified=True):
        return person(identifier=[{"scheme": "passport", "value": value, "verified": verified}])

    assert conflict(model, holder("10251111"), holder("99887766"))
    assert not conflict(model, holder("10251111"), holder("10251112"))
    assert not conflict(model, holder("10251111"), holder("99887766", verified=False))
    assert not conflict(PERSONS, holder("10251111"), holder("99887766"))


def test_a_record_sent_twice_is_the_same():
    assert compared(person(**ANN), person(**ANN)).probability > 0.9999


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ({"given_name": "Marie-Claire"}, {"given_name": "Marie Claire"}, "missing"),
        ({"given_name": "Marie", "middle_name": "Claire"}, {"given_name": "Marie", "middle_name": "Claire"}, "exact"),
        ({"given_name": "Marie-Claire"}, {"given_name": "Marie", "middle_name": "Claire"}, "exact"),
        ({"given_name": "Marie-Claire"}, {"given_name": "Marie-Louise"}, "different"),
    ],
)
def test_a_double_given_name_is_told_once(one, other, level):
    assert levels(compared(person(**one), person(**other)))["middle_name"] == level
