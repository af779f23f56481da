"""What an attribute type is, and the register of all of them.

`parse` refuses only what cannot be stored as the type; what is merely doubtful (a placeholder, a number outside its
range, a postal code of the wrong form) is stored and named by `checks`. A parsed value parses to itself again.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.edge import text_of
from customers.types.faults import Finding, Invalid
from customers.types.fields import ParsedField
from customers.types.folding import fold, mixed_script
from customers.types.patterns import matches
from customers.types.placeholders import is_placeholder

__all__ = [
    "HIDDEN",
    "AttributeType",
    "Finding",
    "Invalid",
    "Options",
    "Parts",
    "Value",
    "all",
    "attribute_type",
    "blank",
    "column_form",
    "get",
    "is_verified",
    "parts_of",
    "text_findings",
]

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from customers.types.certain import Certain

# Text, a boolean, or for a structured type the dictionary of its parts. Each type knows its own.
Value: TypeAlias = Any
Parts: TypeAlias = dict[str, Any]

HIDDEN = "•••"
COLUMNS = ("_columns", "certain")  # modules that need polars, and hold no type
# A fault names the part that was sent; what the sender called it may hold anything.
_NOT_A_NAME = re.compile(r"\W", re.ASCII)
# What says how a value is meant, not what it is: an element holding nothing else is blank.
_DESCRIBING = frozenset({"kind", "scheme", "verified"})


@dataclass(frozen=True)
class Options:
    """What the catalogue or a mapping says about the values of one attribute."""

    date_order: str = "ymd"
    country: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 200
    pattern: str = ""
    minimum: str = ""
    maximum: str = ""


class AttributeType:
    """One type of value. Subclasses read raw values (`parse`) and override the rest where text is not enough."""

    name: ClassVar[str]
    label: ClassVar[StrOrPromise]
    comparison: ClassVar[str] = "text"
    parts: ClassVar[tuple[str, ...]] = ()
    structured: ClassVar[bool] = False
    kinds: ClassVar[Mapping[str, StrOrPromise]] = {}

    def parse(self, raw: object, options: Options) -> Value:
        """The value cleaned and in standard form; raises Invalid with a message that names the fault, never the
        value."""
        return text_of(raw, max_length=options.max_length)

    def is_silent(self, raw: object, options: Options) -> bool:
        """Whether what came says nothing at all, as an empty cell does."""
        return False

    def checks(self, value: Value, options: Options) -> list[Finding]:
        """What is doubtful about a parsed value."""
        return text_findings(self.name, str(value), options)

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        """What parsing and checking make of many values written as JSON, of structured types lists of one element
        each; None where the type reads values one by one."""
        return None

    def display(self, value: Value, language: str = "en") -> str:
        """The value as people read it."""
        return str(value)

    def mask(self, value: Value) -> str:
        """What somebody without the right to see the value is shown."""
        return HIDDEN

    def key(self, value: Value) -> str:
        """The form in which equal values are equal; empty when there is nothing to compare."""
        return fold(str(value))

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        """A field whose cleaned value is the parsed value, or None when left empty."""
        return ParsedField(
            parse=lambda raw: self.parse(raw, options), label=label, required=required, max_length=options.max_length
        )

    def json_schema(self) -> dict[str, object]:
        """The shape of a value in the API."""
        return {"type": "string"}


Type = TypeVar("Type", bound=type[AttributeType])
_registered: dict[str, AttributeType] = {}


def attribute_type(name: str) -> Callable[[Type], Type]:
    """Register a class as the attribute type of this name."""

    def register(cls: Type) -> Type:
        cls.name = name
        _registered[name] = cls()
        return cls

    return register


def get(name: str) -> AttributeType:
    """The attribute type of this name; KeyError when there is none."""
    return all()[name]


def column_form(name: str) -> Callable[..., Certain]:
    """A reading of many values at once, by module and name: imported when there are many, for it needs polars."""
    module, _dot, function = name.partition(".")
    form: Callable[..., Certain] = getattr(import_module(f"customers.types.{module}"), function)
    return form


@cache
def all() -> Mapping[str, AttributeType]:
    """Every attribute type by its name, in alphabetical order."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not module.name.endswith(COLUMNS):
            import_module(f"customers.types.{module.name}")
    return dict(sorted(_registered.items()))


def blank(raw: object) -> bool:
    """Was nothing given? Such an attribute is left out, it is not a fault."""
    if raw is None:
        return True
    if isinstance(raw, str):
        return not raw.strip()
    if isinstance(raw, dict):
        for part, value in raw.items():  # noqa: SIM110  (this is the most frequent question of a load)
            if part not in _DESCRIBING and not blank(value):
                return False
        return True
    if isinstance(raw, list | tuple):
        return not any(not blank(element) for element in raw)
    return False


def parts_of(raw: Mapping[object, object], allowed: Collection[str]) -> Parts:
    """The given parts of a structured value, the empty ones left out; a part that the type does not have is refused."""
    given: Parts = {}
    for part, value in raw.items():
        if part not in allowed:
            raise Invalid("unknown_part", _("This part is not known."), _NOT_A_NAME.sub("?", str(part)[:40]))
        if not blank(value):
            given[str(part)] = value
    return given


def is_verified(raw: Parts) -> bool:
    """Does an element say that its value was proved?"""
    verified = raw.get("verified", False)
    if not isinstance(verified, bool):
        raise Invalid("type", _("This must be true or false."), "verified")
    return verified


def text_findings(type_name: str, text: str, options: Options, part: str | None = None) -> list[Finding]:
    """The findings that any text may give: a placeholder, look-alike letters, a pattern that is not met."""
    findings = []
    if is_placeholder(type_name, text):
        findings.append(Finding("placeholder", _("This looks like a placeholder."), part))
    if mixed_script(text):
        findings.append(Finding("mixed_script", _("This mixes letters of different scripts in one word."), part))
    if options.pattern and not matches(options.pattern, text):
        findings.append(Finding("pattern", _("This does not have the expected form."), part))
    return findings
