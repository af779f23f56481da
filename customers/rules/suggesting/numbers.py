"""Phone numbers and countries: each may tell the other.

A calling code is the beginning of no other (ITU-T E.164), so it is read from the number's front; where several
countries share one, as +1 does, the count says that it is not sure.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import phonenumbers

from customers.rules.suggesting.places import addresses_of
from customers.rules.suggesting.shapes import Names, Need, Proposal, Said, Telling

COUNTRY_BY_PHONE = "country_by_phone"
PHONE_COUNTRY = "phone_country"


def calling_code(number: str) -> str:
    """The calling code in front of an international number; empty where there is none."""
    if number.startswith("+"):
        for length in (1, 2, 3):
            code = number[1 : 1 + length]
            if code.isdecimal() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
                return f"+{code}"
    return ""


def tellings(said: Said, names: Names) -> Iterator[Telling]:
    """The country of a record's addresses beside the calling codes of its numbers, each once."""
    countries = {str(one["country"]) for one in addresses_of(said.values, names) if one.get("country")}
    for code in sorted(_codes(said.values, names)):
        for country in sorted(countries):
            yield Telling(COUNTRY_BY_PHONE, code, country)


def needs(said: Said, names: Names) -> Iterator[Need]:
    """Addresses without a country of a record whose numbers all begin with the same calling code."""
    codes = _codes(said.values, names)
    if len(codes) != 1:
        return
    for name in names.addresses:
        for address in said.values.get(name) or ():
            if not address.get("country"):
                (code,) = codes
                yield Need(COUNTRY_BY_PHONE, said.record, said.domain, name, "country", code, address)


def with_country(said: Said, names: Names, countries: Iterable[str]) -> Iterator[Proposal]:
    """A record's national numbers with the one country of the customer's addresses, where they are valid there.

    Nothing where the addresses lie in several countries, or the numbering plan knows no such number.
    """
    known = set(countries)
    if len(known) != 1:
        return
    (country,) = known
    for name in names.phones:
        for element in said.values.get(name) or ():
            number = str(element.get("value", ""))
            standard = "" if number.startswith("+") else international(number, country)
            if standard:
                value = {**_without_proof(element), "value": standard}
                facts = {"country": country, "number": number}
                yield Proposal(PHONE_COUNTRY, said.record, said.domain, name, value, "value", facts=facts)


def international(number: str, country: str) -> str:
    """A national number as E.164, where its country has given out such numbers; else empty."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number_for_region(parsed, country):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def is_landline(element: Mapping[str, Any]) -> bool:
    """Whether a number is of a fixed line, by its country's plan; one that may be mobile is none."""
    try:
        parsed = phonenumbers.parse(str(element.get("value", "")))
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE)


def _codes(values: Mapping[str, Any], names: Names) -> set[str]:
    found = {calling_code(str(one.get("value", ""))) for name in names.phones for one in values.get(name) or ()}
    return found - {""}


def _without_proof(element: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in element.items() if name != "verified"}
