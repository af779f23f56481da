"""Parts of a country, from what people write."""

import pytest

from customers.types.regions import region_code


@pytest.mark.parametrize(
    ("country", "written", "code"),
    [
        ("US", "California", "CA"),
        ("US", " ca ", "CA"),
        ("US", "US-CA", "CA"),
        ("US", "new york", "NY"),
        ("US", "Puerto Rico", "PR"),
        ("US", "Kärnten", ""),
        ("US", "XX", ""),
        ("CA", "Colombie-Britannique", "BC"),
        ("BR", "São Paulo", "SP"),
        ("JP", "Tokyo", "13"),
        ("DE", "by", "BY"),
        ("DE", "Bayern", ""),
        ("ZZ", "long words", ""),
    ],
)
def test_a_part_is_known_by_its_code_and_by_its_names(country, written, code):
    assert region_code(country, written) == code
