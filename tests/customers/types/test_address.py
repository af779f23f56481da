"""Postal addresses."""

import pytest

from customers.types import Invalid, Options, get
from customers.types.countries import LANGUAGES, country_code, country_name

address = get("address")


def parsed(raw):
    return address.parse(raw, Options())


def findings(raw, **options):
    return {(finding.code, finding.part) for finding in address.checks(parsed(raw), Options(**options))}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"), ("Deutschland", "DE"), ("ALLEMAGNE", "DE"), ("DEU", "DE"), ("276", "DE"), ("de", "DE"),
        ("ドイツ", "DE"), ("UK", "GB"), ("England", "GB"), ("Great Britain", "GB"), ("U.S.A.", "US"),
        ("Österreich", "AT"),
        ("Côte d’Ivoire", "CI"), ("Россия", "RU"), ("Niger", "NE"), ("Nigeria", "NG"), ("Narnia", ""), ("EU", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names_and_codes(written, code):
    assert country_code(written) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_its_own_name_of_france(language):
    assert country_code(country_name("FR", language)) == "FR"


def test_an_unknown_country_is_refused_by_name_of_the_part():
    with pytest.raises(Invalid, match="Country is not known") as caught:
        parsed({"line1": "Cair Paravel", "country": "Narnia"})
    assert caught.value.part == "country"


def test_text_without_parts_is_the_first_line():
    assert parsed("123 Main Street\r\nLas Vegas NV") == {"line1": "123 Main Street, Las Vegas NV"}


def test_parts_are_cleaned_and_empty_ones_left_out():
    raw = {"kind": "Delivery", "line1": " Poststr.  1", "line2": "", "city": "Kaufbeuren", "region": None,
           "postal_code": "d-87600", "country": "Deutschland", "verified": True}  # fmt: skip
    assert parsed(raw) == {
        "kind": "shipping",
        "line1": "Poststr. 1",
        "city": "Kaufbeuren",
        "postal_code": "87600",
        "country": "DE",
        "verified": True,
    }


@pytest.mark.parametrize(
    ("code", "country", "standard"),
    [("sw1a1aa", "GB", "SW1A 1AA"), ("1234ab", "NL", "1234 AB"), ("k1a0b1", "CA", "K1A 0B1"), (4011, "AU", "4011"),
     ("lv-1010", "LV", "LV-1010"), ("8760", "DE", "8760"), ("11122", "SE", "111 22"), ("x", "NL", "X")],
)  # fmt: skip
def test_a_postal_code_is_written_as_its_country_writes_it(code, country, standard):
    assert parsed({"postal_code": code, "country": country})["postal_code"] == standard


def test_a_postal_code_of_the_wrong_form_is_stored_and_reported():
    whole = {"line1": "Poststr. 1", "city": "Kaufbeuren", "postal_code": "8760"}
    assert findings({**whole, "country": "DE"}) == {("postal_code", "postal_code")}
    assert findings(whole, country="DE") == {("postal_code", "postal_code")}
    assert findings(whole) == set()


def test_what_the_country_needs_and_is_missing_is_reported():
    assert findings({"line1": "Poststr. 1", "country": "DE"}) == {("incomplete", "city"), ("incomplete", "postal_code")}


@pytest.mark.parametrize("raw", [{}, {"kind": "home"}, {"line1": " "}, "", {"street": "x"}, {"line1": ["x"]}, 1.5])
def test_an_address_of_nothing_or_of_unknown_parts_is_refused(raw):
    with pytest.raises(Invalid):
        parsed(raw)


def test_the_mask_tells_no_more_than_the_country():
    value = parsed({"line1": "Poststr. 1", "city": "Kaufbeuren", "country": "DE"})
    assert address.mask(value) == "•••, DE"
    assert address.display(value, "de") == "Poststr. 1, Kaufbeuren, Deutschland"
