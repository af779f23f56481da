"""Mapping the columns of a file to paths of the catalogue.

    {"key": "rec_id", "columns": {"surname": "family_name", "street": "address.line1"},
     "constants": {"party_type": "person"}, "date_order": "dmy", "on_fault": "leave_out"}

A path is an attribute's name (`family_name`), a part of it (`address.city`, `birth_date.year`), a kind of it
(`email.home`), both (`address.billing.city`), a scheme (`identifier.ssn`), or one of `party_type`, `observed_at`,
`closed`. Values stay as they were received; the attribute types parse them. `address.house_number` goes into line 1,
before or after the street as the columns stand; two columns of a family name, as in Spain, are one name, and year,
month and day one date. A value that cannot be read is left out of its record and listed; with `on_fault` "refuse" the
whole row is refused.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from customers.rules.sentences import _

FULL_NAME = "full_name"
DATE_ORDERS = ("ymd", "dmy", "mdy")
ON_FAULT = ("leave_out", "refuse")
FREE = ("party_type", "observed_at", "closed")
KINDS = frozenset("home work other mobile fax billing shipping postal main".split())
ADDRESS_PARTS = ("line1", "line2", "city", "region", "postal_code", "country")
HOUSE_NUMBER = "house_number"
DATE_PARTS = ("year", "month", "day")
SEVERAL = frozenset({FULL_NAME, "family_name"})
CLOSED = frozenset("1 true t yes y x closed deleted inactive ja oui si".split())
ORGANISATION = frozenset(
    "organisation organization company business firm firma unternehmen societe entreprise empresa o b2b".split()
)
PERSON = frozenset("person individual private privat natural particulier personne persona p b2c".split())

SENTENCES: Dict[str, str] = {
    "shape": _("A mapping has a key, columns, constants and a date order."),
    "key_missing": _("Choose the column that holds the key of the record."),
    "key_absent": _("The key column “%(column)s” is not in the header."),
    "column_absent": _("The column “%(column)s” is not in the header."),
    "path_unknown": _("“%(path)s” is not an attribute of the catalogue."),
    "path_twice": _("Two columns are mapped to “%(path)s”, which holds one value."),
    "path_none": _("No column is mapped to an attribute."),
    "constant": _("The constant for “%(path)s” is not a text."),
    "date_order": _("The date order is one of ymd, dmy and mdy."),
    "on_fault": _("What happens on a value that cannot be read is one of leave_out and refuse."),
    "key_empty": _("The key of the record is empty."),
    "key_long": _("The key of the record is longer than 200 characters."),
    "observed_at": _("The time of observation is not a date or time."),
    "party_type": _("The party type is neither person nor organisation."),
}
MAX_KEY = 200
PARTS = frozenset({"key", "columns", "constants", "date_order", "on_fault"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a mapping or a mapped row; never holds a value."""

    code: str
    column: str = ""
    path: str = ""

    @property
    def msgid(self) -> str:
        return SENTENCES[self.code]

    @property
    def params(self) -> dict[str, str]:
        return {"column": self.column, "path": self.path}

    @property
    def message(self) -> str:
        return self.msgid % self.params


class BadMapping(ValueError):
    """A mapping that cannot be used, with all its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.message for fault in faults))


@dataclass(frozen=True, slots=True)
class Mappable:
    """An attribute of the catalogue, as far as mapping needs it."""

    name: str
    type: str = "text"
    many: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes: attribute, kind or scheme, and part."""

    attribute: str
    kind: str = ""
    part: str = ""
    many: bool = False
    path: str = ""
    label: str = "kind"

    @property
    def single(self) -> bool:
        """Whether a second column for it would be one too many.

        A full name may stand in several, as in its own script and in Latin letters: the first that is filled counts.
        So may a family name: both are one.
        """
        return (bool(self.part) or not self.many) and self.attribute not in SEVERAL


@dataclass(frozen=True)
class Mapping:
    """A mapping whose paths have been found in the catalogue."""

    key: str
    columns: Dict[str, Target]
    constants: Dict[str, str] = field(default_factory=dict)
    constant_targets: Dict[str, Target] = field(default_factory=dict)
    date_order: str = "ymd"
    on_fault: str = "leave_out"

    @classmethod
    def from_dict(
        cls, content: Dict[str, Any], attributes: Iterable[Mappable], header: Sequence[str] | None = None
    ) -> "Mapping":
        """The mapping; raises BadMapping with every fault at once."""
        catalogue = {attribute.name: attribute for attribute in attributes}
        faults = check(content, catalogue.values(), header)
        if faults:
            raise BadMapping(faults)
        columns = {name: find(path, catalogue) for name, path in content["columns"].items() if path}
        constants = dict(content.get("constants") or {})
        targets = {path: find(path, catalogue) for path in constants}
        order = content.get("date_order") or "ymd"
        found = {name: target for name, target in columns.items() if target}
        on_fault = content.get("on_fault") or "leave_out"
        return cls(content["key"], found, constants, {p: t for p, t in targets.items() if t}, order, on_fault)

    def to_dict(self) -> dict[str, Any]:
        columns = {name: target.path for name, target in self.columns.items()}
        return {
            "key": self.key,
            "columns": columns,
            "constants": dict(self.constants),
            "date_order": self.date_order,
            "on_fault": self.on_fault,
        }


@dataclass(frozen=True, slots=True)
class Mapped:
    """One row as a record: its values unparsed, in the shape in which records keep them."""

    key: str
    party_type: str
    observed_at: datetime | None
    values: dict[str, Any]
    closed: bool = False
    faults: tuple[Fault, ...] = ()


def find(path: str, catalogue: Dict[str, Mappable]) -> Target | None:
    """The target of a path, or None."""
    name, *rest = path.split(".")
    if name in FREE:
        return Target(name, path=path) if not rest else None
    attribute = catalogue.get(name)
    if attribute is None:
        return None
    if attribute.type == "address":
        return _address(attribute, rest, path)
    if attribute.type == "identifier":
        scheme = rest[0] if len(rest) == 1 else ""
        return Target(name, scheme, many=True, path=path, label="scheme") if scheme.isidentifier() else None
    if not rest:
        return Target(name, many=attribute.many, path=path)
    if attribute.type == "date" and not attribute.many:
        return Target(name, part=rest[0], path=path) if len(rest) == 1 and rest[0] in DATE_PARTS else None
    known = attribute.many and len(rest) == 1 and rest[0] in KINDS
    return Target(name, rest[0], many=True, path=path) if known else None


def _address(attribute: Mappable, rest: Sequence[str], path: str) -> Target | None:
    kind, part = ("", *rest) if len(rest) == 1 else rest if len(rest) == 2 else ("", "")
    if part not in (*ADDRESS_PARTS, HOUSE_NUMBER) or (kind and kind not in KINDS):
        return None
    return Target(attribute.name, kind, part, many=attribute.many, path=path)


def check(content: Dict[str, Any], attributes: Iterable[Mappable], header: Sequence[str] | None = None) -> list[Fault]:
    """Everything that is wrong with a mapping, against the catalogue and (when given) a file's header."""
    columns, constants = content.get("columns"), content.get("constants") or {}
    if not isinstance(columns, dict) or not isinstance(constants, dict) or content.keys() - PARTS:
        return [Fault("shape")]
    catalogue = {attribute.name: attribute for attribute in attributes}
    chosen = {name: path for name, path in columns.items() if path}
    faults = _key_faults(content.get("key"), header)
    if not chosen:
        faults.append(Fault("path_none"))
    if header is not None:
        faults += [Fault("column_absent", name) for name in chosen if name not in header]
    faults += _path_faults(chosen, catalogue)
    for path, value in constants.items():
        if find(path, catalogue) is None:
            faults.append(Fault("path_unknown", path=str(path)))
        elif not isinstance(value, str):
            faults.append(Fault("constant", path=path))
        elif path == "party_type" and value.strip().casefold() not in ORGANISATION | PERSON:
            faults.append(Fault("party_type", path=path))
    if (content.get("date_order") or "ymd") not in DATE_ORDERS:
        faults.append(Fault("date_order"))
    if (content.get("on_fault") or "leave_out") not in ON_FAULT:
        faults.append(Fault("on_fault"))
    return faults


def _key_faults(key: object, header: Sequence[str] | None) -> list[Fault]:
    if not key or not isinstance(key, str):
        return [Fault("key_missing")]
    return [Fault("key_absent", key)] if header is not None and key not in header else []


def _path_faults(columns: Dict[str, Any], catalogue: Dict[str, Mappable]) -> list[Fault]:
    faults, taken = [], set()
    for name, path in columns.items():
        target = find(path, catalogue) if isinstance(path, str) else None
        if target is None:
            faults.append(Fault("path_unknown", name, str(path)))
        elif target.single and target.path in taken:
            faults.append(Fault("path_twice", name, path))
        else:
            taken.add(target.path)
    return faults


def party_type(values: Dict[str, Any], constants: Dict[str, str], said: str = "") -> str:
    """What its column says, else the constant, else an organisation when only that name is filled, else a person."""
    for word in (said, constants.get("party_type", "")):
        word_folded = word.strip().casefold()
        if word_folded in ORGANISATION:
            return "organisation"
        if word_folded in PERSON:
            return "person"
    personal = any(values.get(name) for name in ("given_name", "family_name", "full_name", "birth_date"))
    return "organisation" if values.get("organisation_name") and not personal else "person"


@lru_cache(maxsize=16_384)
def moment(text: str, date_order: str = "ymd") -> datetime | None:
    """A time of observation: ISO 8601, or a date in the file's order; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        day, _space, hour = text.replace(".", "-").replace("/", "-").partition(" ")
        parts = day.split("-")
        if len(parts) != 3:
            return None
        place = dict(zip(date_order, parts, strict=True))
        try:
            found = datetime.fromisoformat(f"{place['y']:0>4}-{place['m']:0>2}-{place['d']:0>2} {hour or '00:00'}")
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
