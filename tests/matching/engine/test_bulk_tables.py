"""A table of values becomes the very features that its records, prepared one by one, have."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.bulk import columns as bulk
from matching.engine.bulk.prepared import Rows
from matching.engine.bulk.tables import Table, prepared_from
from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Party, prepare
from tests.matching.engine.shapes import organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()
SINGLE = ("given_name", "family_name", "middle_name", "suffix", "full_name", "birth_date", "gender")
PARTS = {
    "email": ("value",),
    "phone": ("value",),
    "website": ("value",),
    "address": ("line1", "city", "postal_code"),
    "identifier": ("scheme", "value"),
}


def many(all_values, name, *parts, also=()):
    found = [
        (row, element)
        for row, values in enumerate(all_values)
        for attribute in (name, *also)
        for element in (
            [{"value": values[attribute]}] if isinstance(values.get(attribute), str) else values.get(attribute, [])
        )
    ]
    columns = {part: pl.Series([element.get(part) for _row, element in found], dtype=pl.String) for part in parts}
    if name == "identifier":
        columns["verified"] = pl.Series([element["verified"] for _row, element in found], dtype=pl.Boolean)
    return Rows(np.array([row for row, _element in found], dtype=np.int64), columns)


def table_of(party_type, all_values):
    return Table(
        ids=np.arange(len(all_values)),
        party_type=party_type,
        single={name: pl.Series([values.get(name) for values in all_values], dtype=pl.String) for name in SINGLE},
        many={
            **{name: many(all_values, name, *parts) for name, parts in PARTS.items()},
            "organisation": many(all_values, "organisation_name", "value", also=("trading_name",)),
        },
    )


def assert_prepared_alike(model, values):
    columns = bulk.of_prepared(prepared_from(model, table_of(model.party_type, values)))
    wanted = [prepare(model, Party(n, model.party_type, each)) for n, each in enumerate(values)]
    for row, one in enumerate(wanted):
        assert columns.features(row) == one


@settings(max_examples=20, deadline=None)
@given(values=st.lists(people(), min_size=1, max_size=8))
def test_persons(values):
    assert_prepared_alike(PERSONS, values)


@settings(max_examples=10, deadline=None)
@given(values=st.lists(organisations(), min_size=1, max_size=8))
def test_organisations(values):
    assert_prepared_alike(ORGANISATIONS, values)


LINES = st.lists(
    st.sampled_from(
        [*"12 12a 1b 007 1234 10115 Main St Street Apt 4 , / - n/a Hauptstr. Unit No.5 é Nr.7 x9".split(), ", "]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=50, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=6), house=st.sampled_from(["", "5"]))
def test_address_lines_are_read_alike_whatever_their_shape(lines, house):
    extra = {"house": house} if house else {}
    values = [{"address": [{"line1": line, "city": "Bern", **extra}]} for line in lines]
    table = table_of("person", values)
    if house:
        table.many["address"].parts["house"] = pl.Series([house] * len(lines))
    columns = bulk.of_prepared(prepared_from(PERSONS, table))
    for row, each in enumerate(values):
        assert columns.features(row) == prepare(PERSONS, Party(row, "person", each))
