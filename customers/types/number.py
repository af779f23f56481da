"""Number: a decimal as text, since JSON's floats lose cents."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.base import AttributeType, Finding, Options, attribute_type
from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.fields import ParsedField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_LENGTH = 48
# One point, no grouping: "1.234" is a thousand to some and one to others, so a comma or a second point is never
# guessed at.
_DECIMAL = re.compile(r"([+-]?)0*([0-9]{1,24}?)(?:\.([0-9]{0,16}?)0*)?\Z")


@attribute_type("number")
class Number(AttributeType):
    """A decimal number of up to 24 digits before the point and 16 after it."""

    label = _("Number")
    comparison = "exact"

    def parse(self, raw: object, options: Options) -> str:
        if isinstance(raw, float):
            raw = _decimal_of(raw)
        text = "" if isinstance(raw, bool) else text_of(raw, max_length=MAX_LENGTH)
        match = _DECIMAL.match(text.replace("\u2212", "-"))
        if match is None:
            raise Invalid("number", _("This is not a number: digits with at most one decimal point."))
        sign, whole, fraction = match.groups()
        text = f"{whole}.{fraction}" if fraction else whole
        return f"-{text}" if sign == "-" and text != "0" else text

    def checks(self, value: str, options: Options) -> list[Finding]:
        number, least, most = Decimal(value), _bound(options.minimum), _bound(options.maximum)
        findings = []
        if least is not None and number < least:
            findings.append(Finding("too_small", _("This number is smaller than expected.")))
        if most is not None and number > most:
            findings.append(Finding("too_large", _("This number is larger than expected.")))
        return findings

    def display(self, value: str, language: str = "en") -> str:
        try:
            locale = Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            locale = Locale("en")
        return format_decimal(Decimal(value), locale=locale, decimal_quantization=False)

    def key(self, value: str) -> str:
        return value

    def form_field(self, *, label: StrOrPromise, required: bool, options: Options) -> forms.Field:
        box = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": MAX_LENGTH})
        return ParsedField(parse=lambda raw: self.parse(raw, options), label=label, required=required, widget=box)

    def json_schema(self) -> dict[str, object]:
        return {"type": "string", "pattern": r"^-?[0-9]{1,24}(\.[0-9]{1,16})?$"}


def _decimal_of(raw: float) -> Decimal:
    if not math.isfinite(raw):
        raise Invalid("number", _("This number is not finite."))
    return Decimal(repr(raw))


def _bound(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
