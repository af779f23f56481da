"""Parties for the tests of the engine, and a strategy that makes many."""

from hypothesis import strategies as st

from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Features, Party, prepare
from matching.engine.scoring import Score, score

PERSONS = person_model()
ORGANISATIONS = organisation_model()


def person(number: int = 1, model=PERSONS, **values) -> Features:
    return prepare(model, Party(number, "person", values))


def organisation(number: int = 1, **values) -> Features:
    return prepare(ORGANISATIONS, Party(number, "organisation", values))


def many(*values: str) -> list[dict[str, str]]:
    return [{"value": value} for value in values]


def home(line1: str, city: str = "", postal_code: str = "") -> list[dict[str, str]]:
    return [{"line1": line1, "city": city, "postal_code": postal_code}]


def compared(left: Features, right: Features, model=PERSONS) -> Score:
    return score(model, [(left, right)])[0]


def levels(found: Score) -> dict[str, str]:
    return {each.comparison: each.level for each in found.levels}


GIVEN = st.sampled_from(
    ["Anna", "Ana", "Robert", "Bob", "José", "Jose", "J", "Xiu Ying", "Xiuying", "Müller", "Kim", ""]
)
FAMILY = st.sampled_from(
    ["Smith", "Smyth", "Müller", "Mueller", "Kim", "Lopez-Garcia", "Lopez", "Robert", "O'Hare", ""]
)
DATES = st.sampled_from(
    ["1980-03-04", "1980-04-03", "1980-03-05", "1980", "1979-03-04", "1900-01-01", "2001-12-12", ""]
)
MAILS = st.lists(
    st.sampled_from(["ann@x.example", "ann@y.example", "anna@x.example", "info@x.example", "none@x.example"]),
    max_size=2,
)
PHONES = st.lists(st.sampled_from(["+49 30 1234987", "030/1234987", "1234987", "0301234978", "0000000000"]), max_size=2)
STREETS = st.sampled_from(
    ["12 Main Street", "12 Main St", "14 Main St", "Hauptstraße 9", "9 Hauptstr.", "High Rd 3", ""]
)
PLACES = st.sampled_from([("Berlin", "10115"), ("Berlin", ""), ("Bern", "3000"), ("", "")])


@st.composite
def persons(draw) -> Features:
    city, postcode = draw(PLACES)
    values = {
        "given_name": draw(GIVEN),
        "family_name": draw(FAMILY),
        "birth_date": draw(DATES),
        "gender": draw(st.sampled_from(["f", "m", ""])),
        "email": many(*draw(MAILS)),
        "phone": many(*draw(PHONES)),
        "address": home(draw(STREETS), city, postcode),
        "identifier": [
            {"scheme": scheme, "value": value}
            for scheme, value in draw(
                st.lists(
                    st.tuples(st.sampled_from(["ssn", "tax"]), st.sampled_from(["7364009", "7364090", "555"])),
                    max_size=2,
                )
            )
        ],
    }
    return person(**{name: value for name, value in values.items() if value})
