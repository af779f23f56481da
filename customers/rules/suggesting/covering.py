"""When one element of a many-valued attribute says all that another says, and more."""

from collections.abc import Iterable, Mapping
from typing import Any

from customers.types.folding import fold

DESCRIBING = frozenset({"kind", "scheme", "verified"})
SHORTEST = 4  # digits that a national number has at least


def completes(fuller: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an element is the other one with something added: a part of an address, the country of a number.

    The other may be the same; what it says otherwise, in a single part, keeps the two apart.
    """
    said = {name: part for name, part in other.items() if name not in DESCRIBING}
    if said.keys() == {"value"}:
        return _is_number_of(str(fuller.get("value", "")), str(said["value"]))
    return bool(said) and all(fold(str(fuller.get(name, ""))) == fold(str(part)) for name, part in said.items())


def is_covered(element: Mapping[str, Any], part: str, others: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the others completes this element in that very part: nothing is missing then."""
    return any(one.get(part) and completes(one, element) for one in others if one is not element)


def _is_number_of(number: str, national: str) -> bool:
    if number == national:
        return True
    digits = national.lstrip("0")
    return (
        number.startswith("+") and not national.startswith("+") and len(digits) >= SHORTEST and number.endswith(digits)
    )
