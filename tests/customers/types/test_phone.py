"""Phone numbers."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.types import Invalid, Options, get
from customers.types.phone import _NATIONAL, by_library, by_table

phone = get("phone")


def number(raw, country=""):
    return phone.parse(raw, Options(country=country))["value"]


def codes(value, country=""):
    return [finding.code for finding in phone.checks({"value": value}, Options(country=country))]


@pytest.mark.parametrize(
    ("raw", "country", "standard"),
    [
        ("+49 831 5501700", "", "+498315501700"),
        ("+49 (0)831 5501700", "", "+498315501700"),
        ("0049 831 / 5501700", "", "+498315501700"),
        ("(0831) 5501700", "DE", "+498315501700"),
        ("702-919-1300", "US", "+17029191300"),
        ("1 702 919 1300", "US", "+17029191300"),
        ("001 702 919 1300", "US", "+17029191300"),
        ("011 49 831 5501700", "US", "+498315501700"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("0011 44 20 7946 0018", "AU", "+442079460018"),
        ("06 6982", "IT", "+39066982"),
        ("＋４９ ８３１ ５５０１７００", "", "+498315501700"),
    ],
)
def test_a_number_is_stored_as_it_is_dialled_from_anywhere(raw, country, standard):
    assert number(raw, country) == standard


def test_a_national_number_of_an_unknown_country_keeps_its_digits_and_is_reported():
    assert number("310/246-1501") == "3102461501"
    assert "no_country" in codes("3102461501")


def test_a_number_without_its_area_code_keeps_its_digits():
    assert number("246-1501", "US") == "2461501"


def test_a_possible_number_that_nobody_has_is_stored_and_reported():
    assert number("+1 200 000 1234") == "+12000001234"
    assert codes("+12000001234") == ["not_valid"]
    assert codes("+498315501700") == []


@pytest.mark.parametrize(
    "raw", ["+1 (555) 0100;ext=`id`", "1" * 40, "+1" + "2" * 39, "abc", "+999 123456", "12", "+49", "+4912\x00345"]
)
def test_what_cannot_be_a_phone_number_is_refused(raw):
    with pytest.raises(Invalid) as caught:
        number(raw)
    assert caught.value.part == "value"


def test_the_mask_keeps_three_digits_and_the_key_only_digits():
    value = phone.parse({"value": "+49 831 5501913", "kind": "Handy"}, Options())
    assert value == {"value": "+498315501913", "kind": "mobile"}
    assert phone.mask(value) == "•• ••• ••• 913"
    assert phone.key(value) == "498315501913"
    assert phone.display(value) == "+49 831 5501913"


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_the_table_and_the_library_agree_on_international_numbers(text):
    fast = by_table(text, "")
    if fast:
        assert by_library(text, "") == fast


@given(st.sampled_from(["", *sorted(_NATIONAL)]), st.from_regex(r"0?[0-9]{4,12}", fullmatch=True))
def test_the_table_and_the_library_agree_on_national_numbers(country, text):
    fast = by_table(text, country)
    if fast:
        assert by_library(text, country) == fast


@pytest.mark.parametrize("country", sorted(_NATIONAL))
def test_the_table_reads_an_ordinary_number_of_each_of_its_countries(country):
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.FIXED_LINE)
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    standard = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert by_table(written, country) == by_table(standard, "") == by_library(written, country) == standard
