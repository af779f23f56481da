"""JSON as PostgreSQL writes it becomes, in columns, what reading and writing each value makes of it."""

import json

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.rules.json_columns import elements_of, in_one_form, spaced
from customers.rules.survivorship import as_json

NAMES = ["city", "kind", "postal_code", "value"]
signs = st.text(st.sampled_from('ab": ,{}[]\\\n\u00e9\u2028\x7f\x01'), max_size=8)
objects = st.dictionaries(st.sampled_from([*NAMES, "verified", "other"]), signs | st.booleans(), max_size=4)
anything = st.one_of(signs, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none(), objects)


def stored(value) -> str:
    """As a jsonb column shows it: shorter names first."""
    if isinstance(value, dict):
        value = {name: value[name] for name in sorted(value, key=lambda name: (len(name), name))}
    elif isinstance(value, list):
        return "[" + ", ".join([stored(each) for each in value]) + "]"
    return json.dumps(value, ensure_ascii=False)


def frame(values) -> pl.DataFrame:
    return pl.DataFrame(
        {"record": list(range(len(values))), "value": [stored(value) for value in values]},
        schema={"record": pl.Int64, "value": pl.String},
    )


@given(st.lists(anything | st.lists(objects)))
@example([{"kind": '":"', "value": '","'}, [{"value": "},{"}, {"value": ":,"}], [], {}, 'a","b'])
@example([{"city": ","}, {"city": ":", "kind": ","}, [{"city": ","}, {"kind": ":"}]])
@example([{"kind": "home", "value": "a:b,c"}, [{"value": "},{"}]])
def test_a_value_in_the_one_form_is_written_as_it_is_sealed(values):
    made = spaced(pl.Series([as_json(value) for value in values], dtype=pl.String))

    assert made.to_list() == [json.dumps(value, sort_keys=True, ensure_ascii=False) for value in values]


@given(st.lists(anything))
@example(['a": "b', {"value": ": x", "kind": ", y"}, {"value": "", "city": "}"}, {}, 1.50])
def test_a_value_is_written_in_the_one_form(values):
    made = in_one_form(frame(values), NAMES)

    assert made["value"].to_list() == [as_json(value) for value in values]
    assert made["item"].to_list() == [0] * len(values)


@given(st.lists(st.lists(objects, max_size=3)))
@example([[{"value": "a}, {b", "kind": "]"}], [], [{"value": "x"}, {"value": "x"}], [{"value": 'q"'}]])
def test_lists_are_taken_apart_with_the_places_of_their_elements(lists):
    made = elements_of(frame(lists), NAMES).sort("record", "item")

    told = [(row, place, as_json(each)) for row, held in enumerate(lists) for place, each in enumerate(held)]
    assert made.select("record", "item", "value").rows() == told


@pytest.mark.parametrize("value", ["text", {"value": "x"}, ["text"], 3])
def test_what_is_no_list_of_objects_is_refused(value):
    with pytest.raises(KeyError):
        elements_of(frame([value]), NAMES)
