"""The compiled numbering plans say what the library says."""

import random

import phonenumbers
import pytest

from customers.types.numbering import is_given_out
from customers.types.phone import is_valid


def by_library(number: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


@pytest.mark.parametrize("code", [1, 7, 33, 34, 39, 44, 47, 49, 61, 64, 212, 262, 590, 599, 800, 881])
class TestNumberingPlans:
    def test_random_numbers_are_judged_as_the_library_judges_them(self, code):
        chosen = random.Random(code)
        for _ in range(60):
            number = f"+{code}{chosen.randint(1, 9)}{chosen.randrange(10 ** chosen.randint(5, 10))}"
            is_valid.cache_clear()
            assert is_valid(number) == _told(number), number

    def test_examples_of_every_region_are_given_out(self, code):
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
            example = phonenumbers.example_number(region)
            if example is not None and not example.italian_leading_zero:
                assert is_given_out(str(code), str(example.national_number))


def _told(number: str) -> bool:
    try:
        return by_library(number)
    except phonenumbers.NumberParseException:
        return False
