"""Values that stand for "we do not know"."""

import pytest

from customers.types.placeholders import is_placeholder, is_placeholder_person


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("text", "n/a"),
        ("text", "N.A."),
        ("text", "unknown"),
        ("text", "-"),
        ("person_name", "John Doe"),
        ("person_name", "Max Mustermann"),
        ("person_name", "xxx"),
        ("organisation_name", "Test GmbH"),
        ("date", "1900-01-01"),
        ("email", "none@example.com"),
        ("email", "noreply@shop.de"),
        ("email", "test@gmail.com"),
        ("phone", "0000000000"),
        ("phone", "+17025550123"),
        ("phone", "+15551234567"),
        ("identifier", "000000000"),
        ("identifier", "123456789"),
        ("address", "123 Main Street"),
    ],
)
def test_a_value_entered_to_get_past_a_form_is_found(type_name, text):
    assert is_placeholder(type_name, text)


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("person_name", "Anna"),
        ("person_name", "나"),
        ("organisation_name", "Testo SE"),
        ("date", "1954-03-17"),
        ("email", "test@testo.de"),
        ("email", "anna.test@gmail.com"),
        ("phone", "+498315501700"),
        ("identifier", "7364009"),
        ("address", "124 Main Street"),
    ],
)
def test_a_value_of_somebody_is_left_alone(type_name, text):
    assert not is_placeholder(type_name, text)


def test_john_and_doe_are_a_placeholder_only_together():
    assert is_placeholder_person("John", "Doe")
    assert not is_placeholder("person_name", "Doe")
