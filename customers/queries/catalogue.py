"""The catalogue as the rules need it: one query, then plain objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cmdm.standing import Standing
from customers import types
from customers.models import Attribute
from customers.rules.claims import AttributeRule
from customers.rules.mapping import Mappable
from customers.rules.standing import SHIPPED
from customers.types import AttributeType, Options

FULL_NAME = "full_name"
MEMO = "catalogue"
NAMES = ("person_name", "organisation_name")


@dataclass(frozen=True)
class Spec:
    """One attribute with its type and the options of its values."""

    row: Attribute
    type: AttributeType
    options: Options
    readings: dict[tuple[str, str], Options] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def label(self) -> str:
        """What it is called: as shipped in the reader's language, as the business wrote it in no other."""
        return str(_(self.row.label) if self.row.label == _NAMED.get(self.name) else self.row.label)

    @property
    def choices(self) -> dict[str, str]:
        """What its choices are called, by code, likewise."""
        known = _SHIPPED.get(self.name, {})
        return {
            code: _(str(word)) if word == known.get(code) else str(word) for code, word in self.options.choices.items()
        }

    @property
    def many(self) -> bool:
        return self.row.many

    def fits(self, party_type: str) -> bool:
        """Whether customers of this party type have it."""
        return self.row.parties in ("both", party_type)

    def reading(self, *, date_order: str, country: str) -> Options:
        """The options for the claims of one source."""
        known = self.readings.get((date_order, country))
        if known is None:
            known = replace(self.options, date_order=date_order or self.options.date_order, country=country)
            self.readings[date_order, country] = known
        return known

    def key_of(self, value: Any) -> str:
        """The form in which equal values, or elements, are equal; those of a plain type are ``{"value": …}``."""
        wrapped = self.many and not self.type.structured and isinstance(value, dict)
        return self.type.key(value["value"] if wrapped else value)


@dataclass(frozen=True)
class Catalogue:
    """All current attributes by name, in the order of the pages."""

    specs: Mapping[str, Spec]

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """Names of the attributes whose values are sealed."""
        return frozenset(name for name, spec in self.specs.items() if spec.row.sensitivity == "sensitive")

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Names of the attributes with a match role."""
        return tuple(name for name, spec in self.specs.items() if spec.row.match_role != "none")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the attributes by whose words customers are found."""
        return tuple(name for name, spec in self.specs.items() if spec.row.searchable and spec.row.type in NAMES)

    @cached_property
    def exact(self) -> frozenset[str]:
        """Names of the attributes by whose whole value customers are found."""
        return frozenset(name for name, spec in self.specs.items() if spec.row.searchable) - frozenset(self.names)

    @cached_property
    def rules(self) -> list[AttributeRule]:
        """What survivorship needs."""
        return [
            AttributeRule(
                name=name,
                many=spec.many,
                rule=spec.row.rule,
                tie_breakers=tuple(spec.row.tie_breakers),
                group=spec.row.survives_with,
                key=spec.key_of,
                half_life=spec.row.half_life,
                downgrade=spec.row.downgrade,
            )
            for name, spec in self.specs.items()
        ]

    @cached_property
    def mappable(self) -> list[Mappable]:
        """What mapping needs; a full name is split when it is taken in."""
        named = [Mappable(name, spec.row.type, spec.many) for name, spec in self.specs.items()]
        return [*named, Mappable(FULL_NAME, "person_name", False)]


_SHIPPED = {one.name: one.options["choices"] for one in SHIPPED if "choices" in one.options}
_NAMED = {one.name: one.label for one in SHIPPED}


def _options(row: Attribute) -> Options:
    known = {name: row.options[name] for name in Options.__dataclass_fields__ if name in row.options}
    if "choices" in known:
        # The database sorts what it keeps as JSON; the shipped choices stand in their own order.
        order = [*_SHIPPED.get(row.name, ()), *known["choices"]]
        known["choices"] = {code: known["choices"][code] for code in dict.fromkeys(order) if code in known["choices"]}
    return Options(**known)


def catalogue() -> Catalogue:
    """The catalogue as it is now; one query, inside a change none while it stands as it stood."""
    return standing_catalogue()


def _read() -> Catalogue:
    return made_of(as_read())


standing_catalogue = Standing(MEMO, _read, Attribute)


def as_read() -> Sequence[tuple[Any, ...]]:
    """The rows that the catalogue is made of; one query."""
    with connection.cursor() as cursor:
        cursor.execute(*_statement())
        return cursor.fetchall()


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """Put together once."""
    statement, given = Attribute.objects.current().query.sql_with_params()
    return str(statement), tuple(given)


def made_of(rows: Sequence[tuple[Any, ...]]) -> Catalogue:
    """The catalogue that these rows tell."""
    return _made(_Rows(rows))


class _Rows:
    """Rows as the database gave them; equal to others that say the same."""

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.rows, self.text = rows, repr(rows)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and self.text == other.text


@lru_cache(maxsize=8)
def _made(kept: _Rows) -> Catalogue:
    """Plain objects are made of the same rows once in a process: that took longer than reading them."""
    fields = Attribute._meta.concrete_fields
    found = {}
    for values in kept.rows:
        read = [_value(field, value) for field, value in zip(fields, values, strict=True)]
        row = Attribute.from_db(connection.alias, [field.attname for field in fields], read)
        found[row.name] = Spec(row, types.get(row.type), _options(row))
    return Catalogue(found)


def _value(field: Any, value: Any) -> Any:
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
