"""What holds for every attribute type."""

import json
import unicodedata

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from customers import types
from customers.types import Invalid, Options

COMPARISONS = {"name", "organisation", "date", "email", "phone", "address", "identifier", "exact", "text"}
NO_OPTIONS = Options(choices={"f": "Female", "m": "Male"})
EXAMPLES = {
    "address": {"kind": "home", "line1": "Straße 1", "city": "Kaufbeuren", "postal_code": "87600", "country": "DE"},
    "boolean": True,
    "choice": "f",
    "date": "1954-03-17",
    "email": {"value": "klaus@t-online.de", "kind": "home"},
    "identifier": {"scheme": "ssn", "value": "7364009"},
    "number": "12.5",
    "organisation_name": "Müller & Söhne GmbH",
    "person_name": "René",
    "phone": {"value": "+498315501700", "kind": "mobile"},
    "text": "Ein Satz.",
    "url": "https://www.example.de/a",
}
POSTED = {
    "address": {"x_kind": "home", "x_line1": "Straße 1", "x_city": "Kaufbeuren",
                "x_postal_code": "87600", "x_country": "DE"},
    "boolean": {"x": "true"},
    "email": {"x_value": "klaus@t-online.de", "x_kind": "home"},
    "identifier": {"x_scheme": "ssn", "x_value": "7364009"},
    "phone": {"x_value": "+49 831 5501700", "x_kind": "mobile"},
}  # fmt: skip
every_type = pytest.mark.parametrize("name", sorted(EXAMPLES))
texts = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="aeIİßçøŁМи'-. 0123456789+@/áﬁ\u0301\u200d", max_size=20),
    st.from_regex(r"[a-zA-Z0-9.]{1,8}@[a-zA-Z0-9.]{1,8}\.[a-z]{2,3}", fullmatch=True),
    st.from_regex(r"\+?[0-9 ]{4,14}", fullmatch=True),
)


def as_raw(name, text):
    return {"scheme": "card", "value": text} if name == "identifier" else text


def test_the_shipped_types_are_these():
    assert list(types.all()) == sorted(EXAMPLES)


@every_type
def test_a_type_describes_itself(name):
    kind = types.get(name)
    assert kind.name == name
    assert str(kind.label)
    assert kind.comparison in COMPARISONS
    assert kind.structured == bool(kind.parts)
    assert json.dumps(kind.json_schema())


@every_type
def test_a_parsed_value_parses_to_itself_and_has_no_findings(name):
    value = types.get(name).parse(EXAMPLES[name], NO_OPTIONS)
    assert value == EXAMPLES[name]
    assert types.get(name).checks(value, NO_OPTIONS) == []
    assert json.loads(json.dumps(value)) == value


@every_type
def test_a_value_can_be_shown_hidden_and_compared(name):
    kind, value = types.get(name), EXAMPLES[name]
    assert kind.display(value, "de")
    assert kind.key(value)
    assert "•" in kind.mask(value)


@every_type
def test_a_form_gives_the_parsed_value(name):
    class Form(forms.Form):
        x = types.get(name).form_field(label="X", required=True, options=NO_OPTIONS)

    form = Form(POSTED.get(name, {"x": EXAMPLES[name]}))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["x"] == EXAMPLES[name]
    assert 'name="x' in Form(initial={"x": EXAMPLES[name]}).as_p()


@every_type
def test_a_form_left_empty_gives_nothing_or_asks_for_a_value(name):
    class Form(forms.Form):
        x = types.get(name).form_field(label="X", required=False, options=NO_OPTIONS)
        y = types.get(name).form_field(label="Y", required=True, options=NO_OPTIONS)

    form = Form({})
    assert not form.is_valid()
    assert form.cleaned_data == {"x": None}
    assert set(form.errors) == {"y"}


def test_a_form_says_what_is_wrong_in_the_words_of_the_type():
    class Form(forms.Form):
        x = types.get("phone").form_field(label="X", required=True, options=NO_OPTIONS)

    assert Form({"x_value": "abc"}).errors == {"x": ["This is not a phone number."]}


@every_type
@pytest.mark.parametrize("raw", [None, "", [], {}, 1.5e300, "\x00", "\u202e", b"x", object()])
def test_what_is_no_value_is_refused_and_never_breaks(name, raw):
    with pytest.raises(Invalid):
        types.get(name).parse(raw, NO_OPTIONS)


@given(st.sampled_from(sorted(EXAMPLES)), texts)
def test_parsing_twice_is_parsing_once(name, text):
    kind = types.get(name)
    try:
        value = kind.parse(as_raw(name, text), NO_OPTIONS)
    except Invalid:
        return
    assert kind.parse(value, NO_OPTIONS) == value


@given(st.sampled_from(["email", "phone", "person_name", "organisation_name", "text", "url"]), texts)
def test_what_is_shown_can_be_typed_again(name, text):
    kind = types.get(name)
    try:
        value = kind.parse(text, NO_OPTIONS)
    except Invalid:
        return
    assert kind.parse(kind.display(value), NO_OPTIONS) == value


@given(st.sampled_from(["person_name", "organisation_name", "text", "address", "identifier"]), texts)
def test_keys_do_not_depend_on_how_letters_are_composed(name, text):
    kind = types.get(name)
    try:
        values = [kind.parse(as_raw(name, unicodedata.normalize(form, text)), NO_OPTIONS) for form in ("NFC", "NFD")]
    except Invalid:
        return
    assert kind.key(values[0]) == kind.key(values[1])


@given(st.sampled_from(["person_name", "organisation_name", "text", "email", "identifier"]),
       st.from_regex(r"[A-Za-zÀ-ÖØ-öø-ÿ]{1,8}@[a-z]{1,8}\.de", fullmatch=True))  # fmt: skip
def test_keys_do_not_depend_on_case(name, text):
    kind = types.get(name)
    keys = {kind.key(kind.parse(as_raw(name, cased), NO_OPTIONS)) for cased in (text, text.upper(), text.lower())}
    assert len(keys) == 1


@pytest.mark.parametrize(
    "raw", [None, "", "  ", {}, [], {"kind": "home"}, {"value": "", "kind": "home"}, [{"value": " "}]]
)
def test_nothing_given_is_blank(raw):
    assert types.blank(raw)


@pytest.mark.parametrize("raw", ["x", 0, False, {"value": "x"}, {"country": "DE"}, "\u200b"])
def test_anything_given_is_not_blank(raw):
    assert not types.blank(raw)


def test_a_part_that_nobody_knows_is_named_without_its_odd_characters():
    with pytest.raises(Invalid) as caught:
        types.get("address").parse({"li\x00ne\u202e": "x"}, NO_OPTIONS)
    assert caught.value.part == "li?ne?"
