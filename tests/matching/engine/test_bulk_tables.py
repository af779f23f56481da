"""A table of values becomes the very features that its records, prepared one by one, have."""

import json

import numpy as np
import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.engine.bulk import columns as bulk
from matching.engine.bulk import reading
from matching.engine.bulk.prepared import prepared_of
from matching.engine.bulk.reading import table_of
from matching.engine.bulk.reading_columns import attributes_of, table_from
from matching.engine.bulk.tables import prepared_from
from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Party, prepare
from tests.matching.engine.shapes import IN_SCRIPTS, organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()


def as_columns(model, values):
    """As a database tells them: a column of JSON for each attribute."""
    return {
        name: pl.Series([json.dumps(each[name], ensure_ascii=False) if name in each else None for each in values],
                        dtype=pl.String)
        for name in attributes_of(model)
    }  # fmt: skip


def same(table, other):
    """Whether two tables say the same: a text that is not there is an empty one."""
    names = {*table.single, *other.single}
    assert all(table.text(name).to_list() == other.text(name).to_list() for name in names)
    for name in {*table.many, *other.many}:
        one, two = table.many[name], other.many[name]
        assert one.rows.tolist() == two.rows.tolist()
        assert {part: each.to_list() for part, each in one.parts.items()} == {
            part: each.to_list() for part, each in two.parts.items()
        }
    return True


def assert_prepared_alike(model, values):
    table = table_of(model, enumerate(values))
    assert same(table, table_from(model, table.ids, as_columns(model, values)))
    made = prepared_from(model, table)
    columns = bulk.of_prepared(made)
    wanted = [prepare(model, Party(n, model.party_type, each)) for n, each in enumerate(values)]
    # As they are stored: features do not tell in which order the words of an address stand.
    assert made.addresses.parts["words"].to_list() == prepared_of(model, wanted).addresses.parts["words"].to_list()
    for row, one in enumerate(wanted):
        assert columns.features(row) == one


@settings(max_examples=20, deadline=None)
@example(values=IN_SCRIPTS)
@given(values=st.lists(people(), min_size=1, max_size=8))
def test_persons(values):
    assert_prepared_alike(PERSONS, values)


@settings(max_examples=10, deadline=None)
@given(values=st.lists(organisations(), min_size=1, max_size=8))
def test_organisations(values):
    assert_prepared_alike(ORGANISATIONS, values)


LINES = st.lists(
    st.sampled_from(
        [*"12 12a 1b 007 1234 10115 Main St Street Apt 4 , / - n/a Hauptstr. Unit No.5 é Nr.7 x9 d'App".split(), ", "]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@example(lines=["1 rue de l'Eglise"], house="")
@example(lines=["Straße 3 ٣"], house="")
@example(lines=["é5 b"], house="")
@example(lines=["Third Straße 4"], house="")
@settings(max_examples=50, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=6), house=st.sampled_from(["", "5"]))
def test_address_lines_are_read_alike_whatever_their_shape(lines, house):
    extra = {"house": house} if house else {}
    values = [{"address": [{"line1": line, "city": "Bern", **extra}]} for line in lines]
    assert_prepared_alike(PERSONS, values)


def test_a_table_read_in_slices_is_the_table_read_at_once(monkeypatch):
    values = [{"given_name": f"Ann{n}", "email": [{"value": f"ann{n}@x.example"}]} for n in range(7)]
    monkeypatch.setattr(reading, "SLICE", 3)
    assert_prepared_alike(PERSONS, values)


ODD = st.sampled_from(
    [
        *(
            None,
            True,
            7,
            0,
            "",
            " ",
            "a",
            'a"b',
            "back\\slash",
            "a, b",
            "}, {",
            "[{",
            "\u0085",
            "Zoë",
            [],
            {},
            {"value": "x"},
        ),
        *([{"value": "a"}], [{"value": 5}], [{"value": True}], [{"value": None}], [{"kind": "value", "value": "b"}]),
        *([{"value": "}, {"}, {"value": "c"}], [{"value": " "}, {"kind": "home"}], ["plain", {"value": "d"}, 3]),
        *([{"sealed": "x"}], [{"scheme": "tax", "value": "1", "verified": True}, {"scheme": "id", "value": "2"}]),
        *([{"scheme": None, "value": "3"}], [{"verified": "true", "value": "4"}], [{"Value": "5", "value": "6"}]),
        *([{"line1": "1 Main St", "city": "Bern"}, {"postal_code": "3000"}], [{"line1": 5}], [{"line1": 'the "Mill"'}]),
    ]
)


@settings(max_examples=150, deadline=None)
@given(values=st.lists(st.dictionaries(st.sampled_from(attributes_of(PERSONS)), ODD), min_size=1, max_size=6))
def test_columns_tell_what_rows_tell_however_odd(values):
    assert same(
        table_of(PERSONS, enumerate(values)), table_from(PERSONS, np.arange(len(values)), as_columns(PERSONS, values))
    )
