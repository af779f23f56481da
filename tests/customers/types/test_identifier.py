"""Identifiers."""

import pytest

from customers.types import Invalid, Options, get

identifier = get("identifier")


def parsed(scheme, value, **more):
    return identifier.parse({"scheme": scheme, "value": value, **more}, Options())


def codes(value):
    return [finding.code for finding in identifier.checks(value, Options())]


def test_a_scheme_is_a_slug_and_a_value_has_no_spaces_dashes_or_dots():
    assert parsed("SSN", "736-40.09") == {"scheme": "ssn", "value": "7364009"}
    assert parsed("Customer card", "ab 12‑34") == {"scheme": "customer_card", "value": "AB1234"}
    assert parsed("ssn", 7364009, verified=True) == {"scheme": "ssn", "value": "7364009", "verified": True}


@pytest.mark.parametrize(
    ("raw", "part"),
    [({"value": "1"}, "scheme"), ({"scheme": "1st", "value": "1"}, "scheme"), ({"scheme": "ssn"}, "value"),
     ({"scheme": "ssn", "value": "--"}, "value"), ({"scheme": "ssn", "value": "1", "kind": "x"}, "kind")],
)  # fmt: skip
def test_a_fault_names_its_part(raw, part):
    with pytest.raises(Invalid) as caught:
        identifier.parse(raw, Options())
    assert caught.value.part == part


def test_an_identifier_without_a_scheme_is_refused():
    with pytest.raises(Invalid, match="scheme and a value"):
        identifier.parse("7364009", Options())


def test_wrong_check_digits_and_placeholders_are_findings():
    assert codes(parsed("iban", "DE89 3704 0044 0532 0130 00")) == []
    assert codes(parsed("iban", "DE98 3704 0044 0532 0130 00")) == ["checksum"]
    assert codes(parsed("lei", "5493001KJTIIGC8Y1R12")) == []
    assert codes(parsed("ssn", "000-00-0000")) == ["placeholder"]


def test_the_mask_keeps_three_characters_of_a_long_value_and_none_of_a_short_one():
    assert identifier.mask(parsed("ssn", "7364009")) == "•••009"
    assert identifier.mask(parsed("pin", "1234")) == "•••"


def test_the_same_value_under_two_schemes_has_two_keys():
    assert identifier.key(parsed("ssn", "7364009")) != identifier.key(parsed("passport", "7364009"))
