"""Raw values of one record → standard ones, with what is doubtful and what cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from customers.types.base import AttributeType, Finding, Invalid, Options, blank
from customers.types.naming import split_full_name

MAX_VALUES = 50
Values = dict[str, Any]


class Readable(Protocol):
    """What standardising needs to know of an attribute."""

    @property
    def name(self) -> str: ...
    @property
    def many(self) -> bool: ...
    @property
    def type(self) -> AttributeType: ...

    def fits(self, party_type: str) -> bool: ...
    def reading(self, *, date_order: str, country: str) -> Options: ...


@dataclass(frozen=True)
class Fault:
    """Why a record cannot be taken: field (``address.country``), code, sentence; never a value."""

    field: str
    code: str
    message: str


@dataclass
class Standard:
    """One record, standardised."""

    values: Values = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    lenient: bool = False

    def add(self, other: Standard) -> None:
        """Take over what was made of one more attribute."""
        self.values.update(other.values)
        if other.findings or other.faults or other.left_out:
            self.findings += other.findings
            self.faults += other.faults
            self.left_out += other.left_out


def standardise(
    raw: Mapping[str, Any],
    specs: Mapping[str, Readable],
    *,
    party_type: str,
    date_order: str = "",
    country: str = "",
    lenient: bool = False,
    seen: dict[Any, Standard] | None = None,
) -> Standard:
    """Every attribute parsed by its type. Unknown names are faults.

    A value that its type refuses is a fault too; with ``lenient`` it is left out, and said so.

    :param seen: what was made of values of the same source before; many records share names, towns and days.
    """
    made = Standard(lenient=lenient)
    for name, value in _with_name_parts(raw):
        if seen is not None and isinstance(value, str) and (known := seen.get((party_type, name, value))) is not None:
            made.add(known)
            continue
        if blank(value):
            continue
        spec = specs.get(name)
        if spec is None or not spec.fits(party_type):
            made.faults.append(Fault(str(name)[:60], "unknown", _("This attribute is not known for this party.")))
            continue
        options = spec.reading(date_order=date_order, country=country)
        if spec.type.is_silent(value, options):
            continue
        if seen is None:
            _read(made, spec, value, options)
        else:
            made.add(_once(seen, (party_type, name), spec, value, options, lenient=lenient))
    return made


def read_attribute(spec: Readable, value: Any, options: Options, *, lenient: bool) -> Standard:
    """What one attribute, which the record's party type has, becomes; nothing of what is blank."""
    made = Standard(lenient=lenient)
    if not blank(value) and not spec.type.is_silent(value, options):
        _read(made, spec, value, options)
    return made


def _once(
    seen: dict[Any, Standard], place: tuple[str, str], spec: Readable, value: Any, options: Options, *, lenient: bool
) -> Standard:
    """What is made of one attribute; values are not changed once they are made, so records may share them."""
    key = (*place, value if isinstance(value, str) else repr(value))
    made = seen.get(key)
    if made is None:
        made = Standard(lenient=lenient)
        _read(made, spec, value, options)
        seen[key] = made
    return made


def _with_name_parts(raw: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The values, a full name given as its parts where these were not given themselves."""
    full = raw.get("full_name")
    if not isinstance(full, str) or blank(full):
        return [(name, value) for name, value in raw.items() if name != "full_name"]
    split = split_full_name(full)
    parts = {
        "given_name": split.given,
        "middle_name": split.middle,
        "family_name": split.family,
        "suffix": split.suffix,
    }
    given = {name: value for name, value in raw.items() if name != "full_name"}
    return ({name: value for name, value in parts.items() if value} | given).items()


def _read(made: Standard, spec: Readable, value: Any, options: Options) -> None:
    if not spec.many:
        if isinstance(value, list):
            made.faults.append(Fault(spec.name, "single", _("This attribute holds one value.")))
            return
        parsed = _one(made, spec, value, options)
        if parsed is not None:
            made.values[spec.name] = parsed
        return
    elements = value if isinstance(value, list) else [value]
    if len(elements) > MAX_VALUES:
        made.faults.append(Fault(spec.name, "too_many", _("This attribute holds at most 50 values.")))
        return
    found: list[Any] = []
    for element in elements:
        if not blank(element):
            parsed = _one(made, spec, element, options)
            if parsed is not None and parsed not in found:
                found.append(parsed)
    if found:
        made.values[spec.name] = found


def _one(made: Standard, spec: Readable, value: Any, options: Options) -> Any:
    """One value or element; plain elements of many-valued attributes stand as ``{"value": …}``."""
    wrapped = spec.many and not spec.type.structured
    inner = value.get("value") if wrapped and isinstance(value, dict) else value
    try:
        parsed = spec.type.parse(inner, options)
    except Invalid as invalid:
        place = f"{spec.name}.{invalid.part}" if invalid.part else spec.name
        fault = Fault(place, invalid.code, str(invalid.message))
        if made.lenient:
            return _without(made, spec, value, fault, options)
        made.faults.append(fault)
        return None
    _note(made, spec, spec.type.checks(parsed, options))
    return {"value": parsed} if wrapped else parsed


def _without(made: Standard, spec: Readable, value: Any, fault: Fault, options: Options) -> Any:
    """What is left of a value whose part was refused: an address without its country; nothing of a plain one."""
    made.left_out.append(fault)
    part = fault.field.partition(".")[2]
    made.findings.append({"attribute": spec.name, "code": "left_out", "part": part})
    if not isinstance(value, dict) or part not in value or part == "value":
        return None
    rest = {name: inner for name, inner in value.items() if name != part}
    says_more = any(not blank(inner) for name, inner in rest.items() if name != "kind")
    return _one(made, spec, rest, options) if says_more else None


def _note(made: Standard, spec: Readable, findings: Iterable[Finding]) -> None:
    for finding in findings:
        made.findings.append({"attribute": spec.name, "code": finding.code, "part": finding.part or ""})


Reader = Callable[[Mapping[str, Any]], Standard]
