"""A table of values becomes the very features that its records, prepared one by one, have."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.engine.bulk import columns as bulk
from matching.engine.bulk import reading
from matching.engine.bulk.prepared import prepared_of
from matching.engine.bulk.reading import table_of
from matching.engine.bulk.tables import prepared_from
from matching.engine.defaults import organisation_model, person_model
from matching.engine.features import Party, prepare
from tests.matching.engine.shapes import organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()


def assert_prepared_alike(model, values):
    made = prepared_from(model, table_of(model, enumerate(values)))
    columns = bulk.of_prepared(made)
    wanted = [prepare(model, Party(n, model.party_type, each)) for n, each in enumerate(values)]
    # As they are stored: features do not tell in which order the words of an address stand.
    assert made.addresses.parts["words"].to_list() == prepared_of(model, wanted).addresses.parts["words"].to_list()
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
