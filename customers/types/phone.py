"""Phone number, as E.164: `+498342550170`.

Most numbers are read by two small tables, the rest by phonenumbers (ten times slower); a test holds both to the same
answer. `00` is read as `+` before either. A national number of which nobody said the country keeps its digits, so
that nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types import kinds
from customers.types.base import Finding, Options, Parts, attribute_type, column_form, text_findings
from customers.types.contact import ContactPoint
from customers.types.faults import Invalid
from customers.types.numbering import is_given_out

if TYPE_CHECKING:
    import polars as pl

    from customers.types.certain import Certain

_PLAIN = re.compile(r"\+?\(?[0-9][0-9 ()./\-]*\Z")
_DROP = str.maketrans("", "", " ()./-")
_AUSTRALIAN_PREFIX = re.compile(r"^[\s(]*0011")
_INTERNATIONAL_PREFIX = re.compile(r"^[\s(]*(?:\(?\+\)?|(?:00)(?=[\s(./\-]*[1-9]))")
# Country: calling code, and what is dialled before a national number. Countries with more involved rules are left to
# the library.
_NATIONAL = {
    "AT": ("43", "0"), "AU": ("61", "0"), "BE": ("32", "0"), "CA": ("1", ""), "CH": ("41", "0"), "DE": ("49", "0"),
    "DK": ("45", ""), "ES": ("34", ""), "FR": ("33", "0"), "GB": ("44", "0"), "NL": ("31", "0"), "PT": ("351", ""),
    "SE": ("46", "0"), "US": ("1", ""),
}  # fmt: skip
_MIN_DIGITS, _MAX_DIGITS = 4, 15


@attribute_type("phone")
class Phone(ContactPoint):
    """A phone number that can be dialled from anywhere, or the digits of a national one."""

    label = _("Phone number")
    comparison = "phone"
    kinds = kinds.choose("mobile", "home", "work", "fax", "main", "other")

    def standardise(self, text: str, options: Options) -> str:
        if text[0] == "+" and text[1:].isdecimal() and text.isascii() and _is_international(text[1:]):
            return text
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        dialled_from_australia = options.country == "AU" and _AUSTRALIAN_PREFIX.match(text)
        number = text if dialled_from_australia else _INTERNATIONAL_PREFIX.sub("+", text)
        return by_table(number, options.country) or by_library(number, options.country)

    def checks(self, value: Parts, options: Options) -> list[Finding]:
        number = value["value"]
        findings = text_findings(self.name, number, options, "value")
        if not number.startswith("+"):
            findings.append(Finding("no_country", _("The country of this phone number is not known."), "value"))
        elif not is_valid(number):
            findings.append(Finding("not_valid", _("No phone number of its country has this form."), "value"))
        return findings

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        if options.pattern:
            return None
        # In Australia something else is dialled before a country, and two zeros may begin it.
        zeros = options.country != "AU"
        return column_form("phone_columns.phones_in_columns")(
            told,
            self.kinds,
            lambda number: by_table(number, options.country),
            _is_given_out,
            country=options.country,
            zeros=zeros,
        )

    def display(self, value: Parts, language: str = "en") -> str:
        return _international(value["value"])

    def mask(self, value: Parts) -> str:
        digits = value["value"].lstrip("+")
        return f"•• ••• ••• {digits[-3:] if len(digits) > 5 else ''}".rstrip()

    def key(self, value: Parts) -> str:
        return str(value["value"]).lstrip("+")

    def value_box(self) -> forms.Widget:
        return forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "maxlength": 60})

    def value_schema(self) -> dict[str, object]:
        return {"type": "string", "description": "E.164, or as dialled in the country of the source.", "maxLength": 60}


def by_table(number: str, country: str) -> str:
    """The number in E.164, or its digits where nobody said the country, when that is sure; else empty."""
    if not _PLAIN.match(number):
        return ""
    digits = number.translate(_DROP)
    if digits[0] == "+":
        return digits if _is_international(digits[1:]) else ""
    if not country:
        return digits if _MIN_DIGITS <= len(digits) <= _MAX_DIGITS else ""
    code, trunk = _NATIONAL.get(country, ("", ""))
    if not code or not digits.startswith(trunk):
        return ""
    national = digits[len(trunk) :]
    if not trunk and national.startswith(code):
        return ""
    return f"+{code}{national}" if _is_national(code, national) else ""


@lru_cache(maxsize=16_384)
def by_library(number: str, country: str) -> str:
    """The number in E.164, or its digits when only its country or area could say more; raises Invalid."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException as fault:
        if fault.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and "+" not in number:
            return _digits(number)
        raise _not_a_number() from None
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY and "+" not in number:
        return _digits(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise _not_a_number()
    standard = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    # Each reading by the library takes one more zero off the front of some numbers; a second must find its own result.
    return standard if standard == number else by_table(standard, "") or by_library(standard, "")


@lru_cache(maxsize=16_384)
def is_valid(number: str) -> bool:
    """Has its country given out numbers of this form?"""
    digits = number[1:]
    if digits.isascii() and digits.isdecimal() and _is_international(digits):
        return _is_given_out(number)
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _is_given_out(number: str) -> bool:
    """The same of a number that tables read."""
    code = _calling_code(number[1:4])
    return is_given_out(code, number[1 + len(code) :])


@lru_cache(maxsize=4_096)
def _international(number: str) -> str:
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _not_a_number() -> Invalid:
    return Invalid("phone", _("This is not a phone number."))


def _digits(number: str) -> str:
    digits = phonenumbers.normalize_digits_only(number)
    letters = any(character.isalpha() for character in number)
    if letters or not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        raise _not_a_number()
    return digits


def _is_international(digits: str) -> bool:
    code = _calling_code(digits[:3])
    return bool(code) and _is_national(code, digits[len(code) :])


def _is_national(code: str, national: str) -> bool:
    lengths, prefix = _plan(code)
    if len(national) not in lengths or national.startswith("0"):
        return False
    return prefix is None or not prefix.match(national)


@cache
def _calling_code(first_digits: str) -> str:
    """The calling code that an international number begins with; no code is the beginning of another."""
    for length in (1, 2, 3):
        code = first_digits[:length]
        if code.isdecimal() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return code
    return ""


@cache
def _plan(code: str) -> tuple[frozenset[int], re.Pattern[str] | None]:
    """The possible lengths of the national numbers of a calling code, and what the library would strip from their
    front."""
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    rules = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if rules is None or rules.general_desc is None:
        return frozenset(), None
    prefix = rules.national_prefix_for_parsing
    local = rules.general_desc.possible_length_local_only
    lengths = frozenset(rules.general_desc.possible_length) - frozenset(local)
    return lengths, re.compile(prefix) if prefix else None
