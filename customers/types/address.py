"""Postal address, in parts. The country is its ISO code; a postal code of the wrong form is a finding, not a fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.types import kinds
from customers.types.base import (
    HIDDEN,
    AttributeType,
    Finding,
    Options,
    Parts,
    attribute_type,
    column_form,
    is_verified,
    parts_of,
    text_findings,
)
from customers.types.countries import country_choices, country_code, country_name
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import PartsField
from customers.types.folding import fold
from customers.types.kinds import kind_box, kind_of
from customers.types.postal import MAX_POSTAL_CODE, is_of_country, rules, standard_postal_code

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from customers.types.certain import Certain

LABELS: Mapping[str, StrOrPromise] = {
    "line1": _("Street and number"),
    "line2": _("Further address line"),
    "city": _("City"),
    "region": _("State or region"),
    "postal_code": _("Postal code"),
    "country": _("Country"),
}
_LINE_BREAKS = re.compile(r"\s*[,;]?\s*[\r\n]+\s*")
_KEYED = ("line1", "line2", "postal_code", "city", "region", "country")


@attribute_type("address")
class Address(AttributeType):
    """Where somebody lives, works or receives things. Text without parts becomes the first line."""

    label = _("Postal address")
    comparison = "address"
    parts = ("kind", "line1", "line2", "city", "region", "postal_code", "country")
    structured = True
    kinds = kinds.choose("home", "work", "billing", "shipping", "mailing", "registered", "main", "other")

    def parse(self, raw: object, options: Options) -> Parts:
        given = parts_of(raw if isinstance(raw, Mapping) else {"line1": raw}, (*self.parts, "verified"))
        value: Parts = {}
        if "kind" in given:
            value["kind"] = kind_of(given["kind"], self.kinds)
        for part in LABELS:
            if part in given:
                value[part] = _part(part, given[part], options)
        if not value.keys() - {"kind"}:
            raise Invalid("empty", _("This is empty."))
        if "postal_code" in value:
            value["postal_code"] = standard_postal_code(value["postal_code"], value.get("country", ""))
        if is_verified(given):
            value["verified"] = True
        return value

    def checks(self, value: Parts, options: Options) -> list[Finding]:
        findings: list[Finding] = []
        for part in ("line1", "city"):
            if part in value:
                findings += text_findings(self.name, value[part], Options(), part)
        country = value.get("country") or options.country
        if not country:
            return findings
        postal_code = value.get("postal_code", "")
        if postal_code and not is_of_country(postal_code, country):
            findings.append(Finding("postal_code", _("This is not a postal code of the country."), "postal_code"))
        for part in sorted(rules(country).required - value.keys()):
            findings.append(Finding("incomplete", _("Addresses in this country need this part."), part))
        return findings

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        return column_form("address_columns.addresses_in_columns")(
            told,
            (*LABELS, "kind"),
            self.kinds,
            country=options.country,
            max_length=options.max_length,
            read=lambda part, text: _part(part, text, options),
            check=lambda part, text: text_findings(self.name, text, Options(), part),
        )

    def display(self, value: Parts, language: str = "en") -> str:
        town = " ".join(value[part] for part in ("postal_code", "city") if part in value)
        lines = [value.get("line1", ""), value.get("line2", ""), town, value.get("region", "")]
        if "country" in value:
            lines.append(country_name(value["country"], language))
        return ", ".join(line for line in lines if line)

    def mask(self, value: Parts) -> str:
        return f"{HIDDEN}, {value['country']}" if "country" in value else HIDDEN

    def key(self, value: Parts) -> str:
        return fold(" ".join(value[part] for part in _KEYED if part in value))

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        boxes: dict[str, tuple[StrOrPromise, forms.Widget]] = {"kind": kind_box(self.kinds)}
        for part, part_label in LABELS.items():
            boxes[part] = (part_label, forms.TextInput(attrs={"placeholder": part_label, "autocomplete": "off"}))
        # Choices that are read when the form is drawn, in the language of its reader.
        boxes["country"] = (LABELS["country"], forms.ChoiceField(choices=_country_box).widget)
        return PartsField(parse=lambda raw: self.parse(raw, options), boxes=boxes, label=label, required=required)

    def json_schema(self) -> dict[str, object]:
        texts = {part: {"type": "string"} for part in LABELS}
        return {
            "type": "object",
            "properties": {
                "kind": {"type": "string", "enum": list(self.kinds)},
                **texts,
                "country": {"type": "string", "description": "ISO 3166 code, or a name of the country."},
                "verified": {"type": "boolean"},
            },
            "additionalProperties": False,
            "minProperties": 1,
        }


def _part(part: str, raw: object, options: Options) -> str:
    if isinstance(raw, str) and part == "line1":
        raw = _LINE_BREAKS.sub(", ", raw.strip())
    text = text_of(raw, max_length=MAX_POSTAL_CODE if part == "postal_code" else options.max_length, part=part)
    if part != "country":
        return text
    code = country_code(text)
    if not code:
        raise Invalid("country", _("Country is not known."), "country")
    return code


def _country_box() -> list[tuple[str, str]]:
    return [("", "—"), *country_choices(get_language() or "en")]
