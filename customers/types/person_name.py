"""Person name, whole or a part of one: spelled as typed, unless it was typed without regard to case."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.base import HIDDEN, AttributeType, Finding, Options, attribute_type, column_form, text_findings
from customers.types.edge import text_of
from customers.types.naming import proper_case

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from customers.types.certain import Certain


@lru_cache(maxsize=65_536)
def _standard(raw: str, max_length: int) -> str:
    text = text_of(raw, max_length=max_length)
    cased = proper_case(text)
    # Again, because casing a letter may compose it otherwise or make two letters of it.
    return text if cased == text else text_of(cased, max_length=max_length)


@attribute_type("person_name")
class PersonName(AttributeType):
    """A given name, a family name, a suffix, a full name."""

    label = _("Person name")
    comparison = "name"

    def parse(self, raw: object, options: Options) -> str:
        text = raw if isinstance(raw, str) else text_of(raw, max_length=options.max_length)
        return _standard(text, options.max_length)

    def checks(self, value: str, options: Options) -> list[Finding]:
        findings = text_findings(self.name, value, options)
        if any(character.isdigit() for character in value):
            findings.append(Finding("digits", _("A name with digits in it.")))
        return findings

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        return None if options.pattern else column_form("plain_columns.names_in_columns")(told, options.max_length)

    def mask(self, value: str) -> str:
        return value[:1] + HIDDEN

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        field = super().form_field(label=label, required=required, options=options)
        # A browser that "corrects" names changes evidence.
        field.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})
        return field

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": 1, "description": "Name of a person, or a part of it."}
