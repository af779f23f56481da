"""What a purpose asks for by jurisdiction, as people write it: one place a line.

``DE: double opt-in email sms, minimum age 16, expires after 730, from last activity`` · ``US-CA: basis opt_out`` ·
``*: …`` everywhere.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from customers.types.regions import region_code

_PLACE = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")
_NUMBERS = {"minimum age": "minimum_age", "expires after": "expires_after_days"}
_DOUBLE, _BASIS = "double opt-in", "basis"
_FROM = {"from consent": "given", "from last activity": "activity"}


def place(country: str, region: str) -> str:
    """By whose rules somebody lives: a part of a country where the address names one (CA, US-CA, California), else the
    country."""
    code = region_code(country, region) if country and region else ""
    return f"{country}-{code}" if code else country


def placed(said: str) -> str:
    """The same of country and region in one text, with a dash between them."""
    return place(said[:2], said[3:]) if said[2:3] == "-" else said


class BadPlaces(ValueError):
    """A line that cannot be read; ``line`` is its number, ``said`` the part."""

    def __init__(self, line: int, said: str) -> None:
        super().__init__(line, said)
        self.line, self.said = line, said


def written(rules: Mapping[str, Mapping[str, Any]]) -> str:
    """The rules as lines, what holds everywhere first."""
    return "\n".join(f"{place}: {', '.join(_terms(rules[place]))}" for place in sorted(rules))


def _terms(terms: Mapping[str, Any]) -> list[str]:
    said = [f"{_BASIS} {terms['kind']}"] if "kind" in terms else []
    if terms.get("double_opt_in"):
        said.append(" ".join([_DOUBLE, *sorted(terms["double_opt_in"])]))
    said += [f"{words} {terms[name]}" for words, name in _NUMBERS.items() if terms.get(name) is not None]
    return said + [words for words, code in _FROM.items() if terms.get("expires_from") == code]


def parsed(text: str, *, kinds: Collection[str], channels: Collection[str]) -> dict[str, dict[str, Any]]:
    """The lines as rules.

    :raises BadPlaces: the first line, or part of one, that cannot be read.
    """
    rules: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where, _colon, said = (part.strip() for part in line.partition(":"))
        place = placed(where)
        if not _PLACE.fullmatch(place) or ("-" in where and "-" not in place) or place in rules:
            raise BadPlaces(number, where)
        rules[place] = {}
        for part in filter(None, (part.strip() for part in said.split(","))):
            rules[place] |= _term(part, number, kinds=kinds, channels=channels)
    return rules


def _term(part: str, line: int, *, kinds: Collection[str], channels: Collection[str]) -> dict[str, Any]:
    for words, name in _NUMBERS.items():
        value = part.removeprefix(words).strip()
        if part.startswith(words) and value.isdecimal() and len(value) <= 5:
            return {name: int(value)}
    if part in _FROM:
        return {"expires_from": _FROM[part]}
    if part.startswith(_DOUBLE):
        named = part.removeprefix(_DOUBLE).split()
        if named and set(named) <= set(channels):
            return {"double_opt_in": sorted(named)}
    if part.startswith(_BASIS) and part.removeprefix(_BASIS).strip() in kinds:
        return {"kind": part.removeprefix(_BASIS).strip()}
    raise BadPlaces(line, part)
