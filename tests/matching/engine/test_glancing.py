"""A first look gives up nobody who could come to the review line, and most of those who could not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.features import contacts, without
from matching.engine.glancing import hopeful
from matching.engine.model import Comparison, Frequencies, LevelWeight
from matching.engine.packing import packed
from matching.engine.scoring import near, score
from tests.matching.engine.parties import ORGANISATIONS, PERSONS, home, many, organisation, person, persons

ANN = {
    "given_name": "Ann",
    "middle_name": "Berta",
    "family_name": "Sondergeld",
    "suffix": "Jr",
    "gender": "f",
    "birth_date": "1954-03-17",
    "phone": many("+498342550170"),
    "email": many("ann.sondergeld@x.example"),
    "address": home("Hauptstraße 9", "Kempten", "87435"),
    "identifier": [{"scheme": "ssn", "value": "7364009"}],
}
BOB = {
    "given_name": "Ann",
    "family_name": "Sondergeld",
    "gender": "m",
    "birth_date": "1981-11-02",
    "phone": many("+4917612345679"),
    "email": many("bob@y.example"),
    "address": home("High Rd 3", "Bern", "3000"),
}
# A phone that few have weighs more, and what somebody does for a living is compared as text.
FURTHER = replace(
    PERSONS,
    comparisons=(
        *(replace(one, rarity=1.0) if one.code == "phone" else one for one in PERSONS.comparisons),
        Comparison(
            *("work", "Work", "text", "work"),
            levels=tuple(LevelWeight(*one) for one in (("exact", 9), ("near", 6), ("alike", 1), ("different", -4))),
        ),
    ),
    frequencies={"phone": Frequencies(0.001, 1e-7, {"1234987": 0.01})},
)


def hopes(model, mine, others, ignore=None):
    return list(hopeful(model, mine, map(packed, others), ignore))


@st.composite
def further(draw):
    """Persons who have a middle name and do something for a living, or do not."""
    middle, suffix = draw(st.sampled_from(["", "M", "Maria", "Paul"])), draw(st.sampled_from(["", "Jr", "Sr"]))
    work = draw(st.sampled_from(["", "baker", "bakers", "judge"]))
    made = draw(persons())
    name = person(1, FURTHER, given_name="X", middle_name=middle, family_name="Y", suffix=suffix).name
    named = replace(made.name, middle=name.middle, generation=name.generation)
    return replace(made, name=named, texts={**made.texts, **({"work": (work,)} if work else {})})


@given(
    st.lists(further(), min_size=2, max_size=12), st.sampled_from([0.02, 0.3, 0.9]), st.sampled_from([PERSONS, FURTHER])
)
@settings(max_examples=200, deadline=None)
def test_whoever_reaches_the_review_line_is_left(parties, review, model):
    model = replace(model, review=review)
    told = near(model, [(parties[0], other) for other in parties])
    assert {one for one, hope in zip(told, hopes(model, parties[0], parties), strict=True) if not hope} <= {None}


@given(st.lists(further(), min_size=2, max_size=12), st.sampled_from([0.02, 0.3, 0.9]), st.data())
@settings(max_examples=200, deadline=None)
def test_they_are_left_though_contacts_say_nothing(parties, review, data):
    model = replace(FURTHER, review=review)
    known = sorted({contact for party in parties for contact in contacts(party)})
    crowded = set(data.draw(st.lists(st.sampled_from(known)))) if known else set()

    def ignore(attribute, value):
        return (attribute, value) in crowded

    rest = [without(party, ignore) for party in parties]
    told = near(model, [(rest[0], other) for other in rest])
    assert {one for one, hope in zip(told, hopes(model, rest[0], parties, ignore), strict=True) if not hope} <= {None}


def test_a_contact_that_says_nothing_does_not_speak_against():
    ann, other = person(**ANN), person(**{**ANN, "email": many("ann@switchboard.example")})
    models = [replace(FURTHER, prior=-bits) for bits in range(120)]
    heard = [hopes(model, ann, [other]) for model in models]
    unheard = [hopes(model, ann, [other], lambda attribute, _value: attribute == "email") for model in models]
    assert heard.count([True]) < unheard.count([True]) < len(models)


@pytest.mark.parametrize("left_out", [None, *ANN])
def test_the_same_person_is_left_whatever_is_not_known(left_out):
    ann = person(**{name: value for name, value in ANN.items() if name != left_out})
    reached = score(FURTHER, [(ann, person(**ANN))])[0].probability
    highest = replace(FURTHER, automatic=0.9999999999, review=min(reached, 0.999999999))
    assert hopes(highest, ann, [person(**ANN)]) == [True]


def test_a_middle_name_beside_a_double_given_name_does_not_speak_against():
    made = person(**{**ANN, "given_name": "Marie-Claire"})
    ann, other, silent = (replace(made, name=replace(made.name, middle=middle)) for middle in ("berta", "zoe", ""))
    models = [replace(FURTHER, prior=-bits) for bits in range(120)]
    heard = [hopes(model, ann, [other]) for model in models]
    assert heard == [hopes(model, ann, [silent]) for model in models]
    assert 0 < heard.count([True]) < len(models)


def test_a_namesake_with_whom_nothing_else_agrees_is_given_up():
    assert hopes(PERSONS, person(**ANN), [person(**BOB), person(**ANN), person(**BOB)]) == [False, True, False]


def test_another_organisation_at_another_place_is_given_up():
    ours = organisation(
        organisation_name="Nordlicht GmbH",
        website="nordlicht.example",
        phone=many("+498342550170"),
        email=many("post@nordlicht.example"),
        address=home("Hauptstraße 9", "Kempten", "87435"),
    )
    theirs = organisation(
        organisation_name="Nordlicht AG",
        website="other.example",
        phone=many("+4917612345679"),
        email=many("info@other.example"),
        address=home("High Rd 3", "Bern", "3000"),
    )
    model = replace(ORGANISATIONS, prior=-20)
    assert hopes(model, ours, [theirs, ours]) == [False, True]


def test_a_model_is_looked_at_as_it_is_now():
    mine, other = person(**ANN), person(**BOB)
    lenient = replace(PERSONS, prior=40)
    assert (hopes(PERSONS, mine, [other]), hopes(lenient, mine, [other])) == ([False], [True])
