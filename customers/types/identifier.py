"""Identifier: a number under a scheme, as {scheme, value}: ssn, passport_de, customer_card, lei …"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

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
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import PartsField
from customers.types.folding import fold

if TYPE_CHECKING:
    import polars as pl
    from django_stubs_ext import StrOrPromise

    from customers.types.certain import Certain

MAX_SCHEME = 40
_SCHEME = re.compile(r"[a-z][a-z0-9_]*\Z")
_DROP = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")


@attribute_type("identifier")
class Identifier(AttributeType):
    """A number or code that somebody gave to the party."""

    label = _("Identifier")
    comparison = "identifier"
    parts = ("scheme", "value")
    structured = True

    def parse(self, raw: object, options: Options) -> Parts:
        if not isinstance(raw, Mapping):
            raise Invalid("scheme", _("An identifier needs a scheme and a value."))
        given = parts_of(raw, ("scheme", "value", "verified"))
        value: Parts = {
            "scheme": _scheme(given.get("scheme", "")),
            "value": _standard(given.get("value", ""), options.max_length),
        }
        if is_verified(given):
            value["verified"] = True
        return value

    def checks(self, value: Parts, options: Options) -> list[Finding]:
        findings = text_findings(self.name, value["value"], options, "value")
        check = CHECKSUMS.get(value["scheme"])
        if check is not None and not check(value["value"]):
            findings.append(Finding("checksum", _("The check digits of this identifier are wrong."), "value"))
        return findings

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        if options.pattern:
            return None
        return column_form("identifier_columns.identifiers_in_columns")(
            told, checked=CHECKSUMS, max_scheme=MAX_SCHEME, max_length=options.max_length
        )

    def display(self, value: Parts, language: str = "en") -> str:
        return str(value["value"])

    def mask(self, value: Parts) -> str:
        text = value["value"]
        return HIDDEN + (text[-3:] if len(text) > 5 else "")

    def key(self, value: Parts) -> str:
        folded = fold(value["value"]).replace(" ", "")
        return f"{value['scheme']}:{folded}" if folded else ""

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        boxes: dict[str, tuple[StrOrPromise, forms.Widget]] = {
            "scheme": (_("Scheme"), forms.TextInput(attrs={"autocomplete": "off", "maxlength": MAX_SCHEME})),
            "value": (label, forms.TextInput(attrs={"autocomplete": "off", "maxlength": options.max_length})),
        }
        return PartsField(parse=lambda raw: self.parse(raw, options), boxes=boxes, label=label, required=required)

    def json_schema(self) -> dict[str, object]:
        return {
            "type": "object",
            "properties": {
                "scheme": {"type": "string", "maxLength": MAX_SCHEME},
                "value": {"type": "string", "minLength": 1},
                "verified": {"type": "boolean"},
            },
            "required": ["scheme", "value"],
            "additionalProperties": False,
        }


def _scheme(raw: object) -> str:
    scheme = fold(text_of(raw, max_length=MAX_SCHEME, part="scheme")).replace(" ", "_")
    if not _SCHEME.match(scheme):
        raise Invalid("scheme", _("A scheme is a short word that begins with a letter."), "scheme")
    return scheme


def _standard(raw: object, max_length: int) -> str:
    text = text_of(raw, max_length=max_length, part="value")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFC", _DROP.sub("", text).upper())
    if not any(character.isalnum() for character in text):
        raise Invalid("empty", _("An identifier needs letters or digits."), "value")
    if len(text) > max_length:
        raise Invalid("too_long", _("This identifier is too long."), "value")
    return text


def _is_mod_97(text: str) -> bool:
    """The check of ISO 7064 that LEI and IBAN share, on a text whose check digits stand last."""
    return text.isascii() and text.isalnum() and int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def _is_iban(text: str) -> bool:
    return 15 <= len(text) <= 34 and _is_mod_97(text[4:] + text[:4])


def _is_lei(text: str) -> bool:
    return len(text) == 20 and _is_mod_97(text)


CHECKSUMS: Mapping[str, Callable[[str], bool]] = {"iban": _is_iban, "lei": _is_lei}
