"""Applying a mapping: a row of a file becomes the raw values of a record."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from typing import Any

from customers.rules.mapping import (
    CLOSED,
    DATE_PARTS,
    FREE,
    FULL_NAME,
    HOUSE_NUMBER,
    MAX_KEY,
    ORGANISATION,
    PERSON,
    SEVERAL,
    Fault,
    Mapped,
    Mapping,
    Target,
    moment,
    party_type,
)


class Bound:
    """A mapping bound to a header: column numbers instead of names. One for a whole file."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        places = {name: place for place, name in enumerate(header)}
        self.mapping = mapping
        self.key = places.get(mapping.key, -1)
        # In the order of the header: many values keep the order in which they were received.
        self.targets = sorted(
            ((places[name], target) for name, target in mapping.columns.items() if name in places),
            key=lambda pair: pair[0],
        )

    def apply(self, values: Sequence[str]) -> Mapped:
        """The record that a row states."""
        told: dict[str, str] = {}
        content: dict[str, Any] = {}
        for place, target in self.targets:
            text = values[place].strip()
            if text:
                _put(told if target.attribute in FREE else content, target, text)
        for path, target in self.mapping.constant_targets.items():
            _put_constant(content, told, target, self.mapping.constants[path])
        _finish(content)
        key = values[self.key].strip() if self.key >= 0 else ""
        return self._mapped(key, told, content)

    def _mapped(self, key: str, told: Dict[str, str], content: dict[str, Any]) -> Mapped:
        faults = []
        if not key:
            faults.append(Fault("key_empty", self.mapping.key))
        elif len(key) > MAX_KEY:
            faults.append(Fault("key_long", self.mapping.key))
        observed = told.get("observed_at", "")
        at = moment(observed, self.mapping.date_order) if observed else None
        if observed and at is None:
            faults.append(Fault("observed_at", path="observed_at"))
        said = told.get("party_type", "")
        if said and said.casefold() not in ORGANISATION | PERSON:
            faults.append(Fault("party_type", path="party_type"))
        kind = party_type(content, self.mapping.constants, said)
        return Mapped(key, kind, at, content, told.get("closed", "").casefold() in CLOSED, tuple(faults))


def apply(mapping: Mapping, header: Sequence[str], values: Sequence[str]) -> Mapped:
    """One row; for many rows of one file bind once: `Bound(mapping, header).apply(values)`."""
    return Bound(mapping, header).apply(values)


def _put(content: dict[str, Any], target: Target, text: str) -> None:
    if target.part:
        address = _address(content, target)
        if target.part == HOUSE_NUMBER:
            # A number that comes before its street stands before it: "5 Main St", "Hauptstr. 5".
            street = address.get("line1")
            address["line1" if street else HOUSE_NUMBER] = f"{street} {text}" if street else text
        else:
            address[target.part] = text
    elif target.many:
        element = {"value": text}
        if target.kind:
            element[target.label] = target.kind
        content.setdefault(target.attribute, []).append(element)
    elif target.attribute in SEVERAL - {FULL_NAME} and content.get(target.attribute, text) != text:
        content[target.attribute] += f" {text}"
    else:
        content.setdefault(target.attribute, text)


def _address(content: dict[str, Any], target: Target) -> dict[str, str]:
    """The address of this kind, begun if need be."""
    if not target.many:
        found: dict[str, str] = content.setdefault(target.attribute, {})
        return found
    known: list[dict[str, str]] = content.setdefault(target.attribute, [])
    for address in known:
        if address.get("kind", "") == target.kind:
            return address
    known.append({"kind": target.kind} if target.kind else {})
    return known[-1]


def _put_constant(content: dict[str, Any], told: dict[str, str], target: Target, text: str) -> None:
    """A constant stands in where the row says nothing; part of an address only where there is an address."""
    name = target.attribute
    if name in FREE:
        if name != "party_type":
            told.setdefault(name, text)
    elif target.part:
        known: Any = content.get(name) or []
        for address in known if target.many else [known]:
            if address and address.get("kind", "") == target.kind:
                address.setdefault(target.part, text)
    elif not target.many:
        content.setdefault(name, text)
    elif not any(element.get(target.label, "") == target.kind for element in content.get(name, ())):
        _put(content, target, text)


def _finish(content: dict[str, Any]) -> None:
    """A house number goes to its street; without one it is line 1 itself. Year, month and day are one date."""
    for name, value in content.items():
        if isinstance(value, dict) and not value.keys().isdisjoint(DATE_PARTS):
            content[name] = "-".join(value[part] for part in DATE_PARTS if part in value)
            continue
        for address in value if isinstance(value, list) else [value]:
            if isinstance(address, dict) and HOUSE_NUMBER in address:
                number = address.pop(HOUSE_NUMBER)
                street = address.get("line1")
                address["line1"] = f"{number} {street}" if street else number
