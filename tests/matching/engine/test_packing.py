"""What is kept of a prepared record is all of it, read one by one or in columns, and kept in one form."""

import dataclasses
import hashlib

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.bulk.columns import of_features, of_prepared
from matching.engine.bulk.packing import lines_of, prepared_from_lines
from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Party, prepare
from matching.engine.model import EDITION, Comparison
from matching.engine.packing import packed, unpacked
from tests.matching.engine.shapes import organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()


def with_texts(model):
    more = (
        Comparison("member_since", "Member since", "date", "member_since", ()),
        Comparison("favourite", "Favourite", "exact", "favourite", ()),
    )
    return dataclasses.replace(model, comparisons=(*model.comparisons, *more))


def assert_kept_whole(model, values):
    features = [prepare(model, Party(n, model.party_type, each)) for n, each in enumerate(values)]
    lines = [packed(each) for each in features]
    assert [unpacked(n, model.party_type, line) for n, line in enumerate(lines)] == features
    columns = of_prepared(prepared_from_lines(model, np.arange(len(lines)), pl.Series(lines)))
    assert [columns.features(row) for row in range(len(lines))] == features
    columns = of_features(model, features)
    assert lines_of(columns, np.arange(len(lines))).to_list() == lines
    assert lines_of(columns, np.arange(len(lines))[::-2]).to_list() == lines[::-2]


@settings(max_examples=25, deadline=None)
@given(values=st.lists(people(), min_size=1, max_size=8))
def test_persons(values):
    assert_kept_whole(PERSONS, values)


@settings(max_examples=10, deadline=None)
@given(values=st.lists(organisations(), min_size=1, max_size=8))
def test_organisations(values):
    assert_kept_whole(ORGANISATIONS, values)


def test_further_dates_and_texts():
    assert_kept_whole(
        with_texts(PERSONS),
        [
            {"member_since": "1999-01", "favourite": ["Blue sky", "Red"], "birth_date": "1980"},
            {"favourite": "green", "phone": ["+49 1000 0123456", "030/1234987"]},
            {},
        ],
    )


def test_texts_with_marks_of_their_own():
    assert_kept_whole(
        PERSONS,
        [
            {"given_name": "Al\x1fan", "email": ["a\x1eb@x.example"], "family_name": "Li\x1dn\x1f"},
            {"identifier": [{"scheme": "id\x1dx", "value": "12\x1e34567"}], "full_name": "Ön\x1f Ü\x1e"},
            {"address": [{"line1": "1 A\x1fb St", "city": "C\x1ed"}], "website": "x\x1fy.example", "gender": "\x1f"},
        ],
    )


def test_what_is_prepared_follows_the_model():
    same = dataclasses.replace(PERSONS, automatic=0.99, prior=-3.0)
    assert same.preparation == PERSONS.preparation
    assert with_texts(PERSONS).preparation != PERSONS.preparation
    other = dataclasses.replace(PERSONS, placeholders={**PERSONS.placeholders, "city": ("nowhere",)})
    assert other.preparation != PERSONS.preparation
    assert ORGANISATIONS.preparation != PERSONS.preparation


SAMPLES = [
    {"given_name": "Dr. Robert", "family_name": "van der Berg-Smith", "suffix": "Jr", "birth_date": "1980-03"},
    {"full_name": "Иванова, Ольга", "gender": "female", "email": ["Olga+shop@X.example", "info@x.example"]},
    {"full_name": "王秀英", "phone": ["+49 30 1234987", "0000000000"], "birth_date": "1900-01-01"},
    {
        "given_name": "Xiu Ying",
        "middle_name": "Anna Maria",
        "family_name": "O'Hare",
        "website": ["https://www.x.example/a"],
    },
    {"address": [{"line1": "Apt 4, 12a Main Street", "city": "Zürich"}, {"line1": "12, rue de Rivoli, 75001 Paris"}]},
    {"address": [{"line1": "Hauptstraße 9", "house": "9b", "postal_code": "10 115"}, {"line1": "n/a"}]},
    {"identifier": [{"scheme": "SSN", "value": "736-40-0912", "verified": True}, {"scheme": "vat", "value": "DE 1"}]},
    {"given_name": "Ann", "family_name": "Lee", "other_name": ["Huber", {"value": "Anna Maria O'Hare-Huber"}]},
    {"given_name": "عبد الرحمن", "family_name": "الحداد", "other_name": ["משה כהן"]},
    {"given_name": "지성", "family_name": "박"},
    {"given_name": "Park", "middle_name": "Ji", "family_name": "Sung"},
    {"given_name": "राहुल", "family_name": "शर्मा", "middle_name": "けんじ"},
    {"given_name": "John", "family_name": "Doe", "phone": ["1234567", "020 7946 0958"], "email": "none@none.example"},
]
FIRMS = [
    {"organisation_name": "Nordlicht Bau GmbH t/a Sonnenhaus"},
    {"organisation_name": "Banco Nord S.A.", "website": ["nord.example"]},
    {"organisation_name": "Müller & Söhne GmbH & Co. KG", "website": ["www.mueller.example"]},
    {
        "organisation_name": ["The Intl. Business Machines Corp"],
        "trading_name": ["IBM"],
        "email": ["sales@ibm.example"],
    },
]


def test_the_edition_is_raised_whenever_the_same_values_are_prepared_otherwise():
    """Lines that are kept under an edition must stay what `prepare` makes: raise it, then name the new sum here."""
    made = [packed(prepare(PERSONS, Party(0, "person", each))) for each in SAMPLES]
    made += [packed(prepare(ORGANISATIONS, Party(0, "organisation", each))) for each in FIRMS]
    assert (EDITION, hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]) == (6, "3c1a1e01268447a8")
