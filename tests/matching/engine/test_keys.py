"""Keys bring together what belongs together, whatever its spelling, and nothing by a placeholder."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.defaults import wide, widened
from matching.engine.features import Party, prepare, shared
from matching.engine.keys import Key, keys, subdivide
from tests.matching.engine.parties import ORGANISATIONS, PERSONS, home, many, organisation, person

WIDE = widened(PERSONS, 500)
RULES = [rule.code for rule in WIDE.rules]


def rules_of(features) -> set[str]:
    return {RULES[key.rule] for key in keys(PERSONS, features)}


def together(one, other) -> set[str]:
    return {RULES[key.rule] for key in set(keys(WIDE, one)) & set(keys(WIDE, other))}


NAMES = st.sampled_from(["José", "Zoë", "Łukasz", "Søren", "Nuñez", "Müller", "Straße", "Ångström", "Ελένη", "Иван"])


@given(NAMES, NAMES)
def test_keys_do_not_depend_on_case_or_composition(given_name, family_name):
    plain = person(given_name=given_name, family_name=family_name, birth_date="1954-03-17")
    for form in ("NFC", "NFD", "NFKC"):
        names = {"given_name": given_name, "family_name": family_name}
        other = {name: unicodedata.normalize(form, text) for name, text in names.items()}
        shouted = {name: text.upper() for name, text in other.items()}
        assert keys(PERSONS, person(birth_date="1954-03-17", **other)) == keys(PERSONS, plain)
        assert keys(PERSONS, person(birth_date="1954-03-17", **shouted)) == keys(PERSONS, plain)


@pytest.mark.parametrize(
    "values",
    [
        {"given_name": "John", "family_name": "Doe"},
        {"full_name": "Max Mustermann"},
        {"given_name": "Test", "family_name": "Unknown"},
        {"birth_date": "1900-01-01", "family_name": "n/a"},
        {"phone": many("000-000-0000", "1111111", "0123456789")},
        {"email": many("none@example.com", "noreply@shop.example", "not an address")},
        {"identifier": [{"scheme": "ssn", "value": "000000000"}, {"scheme": "ssn", "value": "123456789"}]},
        {"identifier": {"sealed": "token"}},
        {"given_name": "", "email": []},
        {},
    ],
)
def test_placeholders_and_missing_values_make_no_keys(values):
    assert keys(PERSONS, person(**values)) == []


def test_a_phone_shared_by_hundreds_makes_no_key_and_no_evidence():
    parties = [Party(number, "person", {"phone": many("+498005550199")}) for number in range(150)]
    loaded = [prepare(PERSONS, party) for party in parties]
    common = shared(PERSONS, loaded)
    again = prepare(PERSONS, parties[0], ignore=lambda attribute, value: (attribute, value) in common)
    assert len(common) == 1
    assert keys(PERSONS, loaded[0])
    assert keys(PERSONS, again) == []


@pytest.mark.parametrize("name", [("Li", "Na"), ("N", "Guest"), ("A", "Gast")])
def test_names_that_people_bear_are_no_placeholders(name):
    assert "names" in rules_of(person(given_name=name[0], family_name=name[1]))


def test_every_e_mail_makes_a_key():
    found = keys(PERSONS, person(email=many("ann.lee@x.example", "a.lee@y.example")))
    assert sum(RULES[key.rule] == "email" for key in found) == 2


def test_a_shared_mailbox_brings_no_persons_together():
    assert rules_of(person(email=many("info@shop.example"))) == set()
    assert keys(ORGANISATIONS, organisation(email=many("info@shop.example")))


def test_short_names_misspellings_and_exchanged_names_share_a_key():
    assert "names" in together(
        person(given_name="Bob", family_name="Smith"), person(given_name="Robert", family_name="Smyth")
    )
    assert "names" in together(
        person(given_name="Shaw", family_name="Lee"), person(given_name="Lee", family_name="Shaw")
    )


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (
            {"given_name": "Nancy", "birth_date": "1972-01-18"},
            {"given_name": "aNncy", "birth_date": "1972-02-17"},
            "letters_year",
        ),
        ({"family_name": "Wells", "birth_date": "2001-03-03"}, {"birth_date": "2001-03-03"}, "birth"),
        (
            {"given_name": "Oliver", "family_name": "Watson"},
            {"given_name": "Olivero", "family_name": "Wattskin"},
            "begins",
        ),
        (
            {"family_name": "Fox", "address": home("", "Cardiff")},
            {"family_name": "Fox", "address": home("", "Cardif Bay")},
            "name_city",
        ),
        ({"email": many("amelia.morgan92@x.example")}, {"email": many("amelia.moyrgan92@y.example")}, "user_begins"),
    ],
)
def test_dirty_values_meet_by_what_is_left_of_them(one, other, rule):
    assert rule in together(person(**one), person(**other))


def test_an_organisation_meets_itself_by_its_beginning_a_telling_word_or_its_own_domain():
    model = widened(ORGANISATIONS, 500)
    rules = [rule.code for rule in model.rules]

    def meet(one, other) -> set[str]:
        common = set(keys(model, organisation(**one))) & set(keys(model, organisation(**other)))
        return {rules[key.rule] for key in common}

    assert "begins" in meet({"organisation_name": "Müllenkranz"}, {"organisation_name": "Mullenkrants AG"})
    assert "domain" in meet({"email": many("ann@acme.example")}, {"email": many("bob@acme.example")})
    assert meet({"email": many("ann@gmail.com")}, {"email": many("bob@gmail.com")}) == set()


def test_wide_rules_are_for_small_hubs():
    assert set(RULES) - {rule.code for rule in PERSONS.rules} == {
        *("name", "given_initial", "family_initial", "user_begins", "birth", "begins")
    }
    assert [rule.code for rule in widened(PERSONS, 100_000).rules[-2:]] == ["begins", "birth"]
    large = widened(PERSONS, 1_000_000).rules
    assert widened(WIDE, 1_000_000).rules == large
    assert {rule.code for rule in set(PERSONS.rules) - set(large)} == {"name_city", "letters_year"}


def test_what_no_longer_pays_comes_last_so_that_keys_of_other_rules_stay():
    for model in (PERSONS, ORGANISATIONS):
        for size in (1_000, 250_000, 400_000, 10_000_000):
            kept = model.sized(size).rules
            assert kept == model.rules[: len(kept)]


def test_one_wrong_attribute_leaves_other_keys():
    ann = {
        "given_name": "Ann",
        "family_name": "Lee",
        "birth_date": "1954-03-17",
        "address": home("3 High Rd", "Bern", "3000"),
    }
    for wrong in (
        {"given_name": "Xenia"},
        {"family_name": "Quarz"},
        {"birth_date": "1981-01-02"},
        {"address": home("Nowhere")},
    ):
        assert together(person(**ann), person(**{**ann, **wrong})), wrong


def test_the_key_of_a_large_block_is_sub_divided_by_what_it_does_not_hold():
    ann = person(
        given_name="Ann", family_name="Lee", birth_date="1954-03-17", address=home("3 High Rd", "Bern", "3000")
    )
    key = next(key for key in keys(PERSONS, ann) if RULES[key.rule] == "names")
    finer = subdivide(PERSONS, ann, key)
    assert all(text.startswith(f"{key.text}|") for text in finer)
    assert f"{key.text}|birth_year=1954" in finer
    assert f"{key.text}|postcode=3000" in finer
    assert not any("initial" in text for text in finer)


def test_a_model_says_by_what_its_large_blocks_are_divided():
    ann = person(
        given_name="Ann", family_name="Lee", birth_date="1954-03-17", address=home("3 High Rd", "Bern", "3000")
    )
    key = next(key for key in keys(PERSONS, ann) if RULES[key.rule] == "names")
    assert f"{key.text}|city=bern" in subdivide(PERSONS, ann, key)
    mary = person(given_name="Ann", middle_name="Mary", family_name="Lee")
    assert subdivide(PERSONS, mary, key) == (f"{key.text}|middle=mary",)
    assert subdivide(replace(PERSONS, finer=("house",)), ann, key) == (f"{key.text}|house=3",)


def test_a_record_with_nothing_more_has_no_finer_keys():
    bare = person(given_name="Ann", family_name="Lee")
    key = keys(PERSONS, bare)[0]
    assert subdivide(PERSONS, bare, Key(key.rule, key.text)) == ()


def test_wide_rules_come_without_a_change_of_odds_and_only_to_the_shipped_ones():
    assert wide(PERSONS, 500) == replace(PERSONS, rules=WIDE.rules)
    assert wide(PERSONS, 1_000_000) == PERSONS
    bare = replace(PERSONS, rules=PERSONS.rules[:9])
    assert [rule.code for rule in wide(bare, 1_000_000).rules[9:]] == ["name_date", "initials_date", "given_street"]
    own = replace(PERSONS, rules=PERSONS.rules[:3])
    assert wide(own, 500) == own
