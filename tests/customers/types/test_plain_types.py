"""Text, organisation and person names, choices, numbers, booleans, web addresses, patterns."""

import pytest

from customers.types import Invalid, Options, get
from customers.types.patterns import compiled

NO_OPTIONS = Options()


def parsed(type_name, raw, **options):
    return get(type_name).parse(raw, Options(**options))


def codes(type_name, value, **options):
    return [finding.code for finding in get(type_name).checks(value, Options(**options))]


def test_text_is_one_line_and_no_longer_than_its_attribute_allows():
    assert parsed("text", "  a \t b\n") == "a b"
    with pytest.raises(Invalid, match="longer than 3 characters"):
        parsed("text", "abcd", max_length=3)


def test_an_organisation_is_called_what_it_calls_itself():
    assert parsed("organisation_name", "adidas  AG") == "adidas AG"
    assert parsed("organisation_name", "IBM") == "IBM"


def test_a_person_name_is_cased_masked_and_reported_when_odd():
    assert parsed("person_name", "JAN  VAN DER BERG") == "Jan van der Berg"
    assert get("person_name").mask("Klaus") == "K•••"
    assert codes("person_name", "Anna2") == ["digits"]
    assert codes("person_name", "Аnna") == ["mixed_script"]
    assert codes("person_name", "John Doe") == ["placeholder"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("weiblich", "f"), ("w", "f"), ("Femme", "f"), ("Männlich", "m"), ("maennlich", "m"), ("hombre", "m"), ("H", "m")],
)
def test_a_choice_is_meant_by_its_word_in_other_languages(text, code):
    assert parsed("choice", text, choices={"f": "Female", "m": "Male"}) == code
    with pytest.raises(Invalid, match="not one of the choices"):
        parsed("choice", text, choices={"r": "Red", "g": "Green"})


def test_a_choice_is_meant_by_code_or_label_and_nothing_else():
    choices = {"f": "Female", "m": "Male"}
    assert parsed("choice", "FEMALE", choices=choices) == "f"
    assert parsed("choice", "M", choices=choices) == "m"
    with pytest.raises(Invalid, match="not one of the choices"):
        parsed("choice", "x", choices=choices)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1.50", "1.5"),
        ("-0", "0"),
        ("007", "7"),
        ("+3", "3"),
        ("0.050", "0.05"),
        (12, "12"),
        (1e5, "100000"),
        ("5.", "5"),
    ],
)
def test_a_number_has_one_way_of_writing(raw, number):
    assert parsed("number", raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        "1,5",
        "1.234.5",
        True,
        float("nan"),
        float("inf"),
        1e400,
        pytest.param(10**5000, id="huge"),
        "1e5",
        "١٢",
        ".",
        "",
    ],
)
def test_what_is_no_plain_number_is_refused(raw):
    with pytest.raises(Invalid):
        parsed("number", raw)


def test_a_number_outside_its_range_is_a_finding():
    assert codes("number", "5", minimum="6") == ["too_small"]
    assert codes("number", "5", maximum="4.5") == ["too_large"]
    assert codes("number", "5", minimum="5", maximum="5") == []


def test_yes_and_no_are_understood_in_several_languages():
    assert [parsed("boolean", raw) for raw in (True, "Ja", "1", "oui", "Sí")] == [True] * 5
    assert [parsed("boolean", raw) for raw in (False, "nein", 0, "N")] == [False] * 4
    with pytest.raises(Invalid):
        parsed("boolean", "perhaps")


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("www.X.de/", "https://www.x.de"),
        ("HTTP://x.de:80/A?b#c", "http://x.de/A?b#c"),
        ("x.de:8080/a", "https://x.de:8080/a"),
    ],
)
def test_a_web_address_has_one_way_of_writing(raw, url):
    assert parsed("url", raw) == url


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "data:text/html,x", "http://user:secret@x.de", "http://x.de:99999", "localhost", "http://127.0.0.1",
     "http://x.de/a b", "file:///etc/passwd", "http://x.de\\@y.de"],
)  # fmt: skip
def test_an_address_that_is_no_web_page_is_refused(raw):
    with pytest.raises(Invalid):
        parsed("url", raw)


def test_a_pattern_that_is_not_met_is_a_finding():
    assert codes("text", "AB12", pattern="[A-Z]{2}[0-9]+") == []
    assert codes("text", "12", pattern="[A-Z]{2}[0-9]+") == ["pattern"]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "((a*)b?)*", "(a|aa)+", r"(a)\1+", "a*a*a*a*a*b", "(", "a" * 201, "((a|b)c)+"]
)
def test_a_pattern_that_could_run_for_ever_or_is_none_is_refused(pattern):
    with pytest.raises(Invalid):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern", ["[A-Z]{2}-?[0-9]{4,8}", "(DE|AT|CH)[0-9]+", r"\d+(\.\d{2})?", "[(+*]x+", r"(ab){2}"]
)
def test_an_ordinary_pattern_is_fine(pattern):
    assert compiled(pattern)
