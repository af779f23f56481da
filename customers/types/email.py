"""E-mail address: a strict ASCII form is read here, everything else by email-validator, without asking the network."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from customers.types import kinds
from customers.types.base import HIDDEN, Finding, Options, Parts, attribute_type, column_form, text_findings
from customers.types.contact import ContactPoint
from customers.types.faults import Invalid

if TYPE_CHECKING:
    import polars as pl

    from customers.types.certain import Certain

MAX_LENGTH = 254

# Only what email-validator would give back unchanged: no quotes, no punycode or double hyphens, no reserved top-level
# domain.
_PLAIN = re.compile(
    r"(?=.{6,254}\Z)"
    r"[a-z0-9_+\-]+(?:\.[a-z0-9_+\-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){0,62}\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,24}\Z"
)
_MAX_LOCAL = 64
_NAMED = re.compile(r"[^<>@]*<([^<>]+)>\s*\Z")  # "Ann Lee" <ann@lee.example>, as mail programs copy it


@attribute_type("email")
class Email(ContactPoint):
    """An e-mail address, all in small letters."""

    label = _("E-mail address")
    comparison = "email"
    kinds = kinds.choose("home", "work", "billing", "main", "other")

    def standardise(self, text: str, options: Options) -> str:
        named = _NAMED.match(text)
        text = named[1].strip() if named else text
        lowered = text.lower()
        if _PLAIN.match(lowered) and lowered.index("@") <= _MAX_LOCAL:
            return lowered
        return by_library(text)

    def checks(self, value: Parts, options: Options) -> list[Finding]:
        return text_findings(self.name, value["value"], options, "value")

    def in_columns(self, told: pl.Series, options: Options) -> Certain | None:
        return None if options.pattern else column_form("email_columns.emails_in_columns")(told, self.kinds)

    def mask(self, value: Parts) -> str:
        local, _at, domain = value["value"].rpartition("@")
        return f"{local[:1] if len(local) > 1 else ''}{HIDDEN}@{domain}"

    def key(self, value: Parts) -> str:
        return str(value["value"]).casefold()

    def value_box(self) -> forms.Widget:
        return forms.EmailInput(attrs={"autocomplete": "off", "maxlength": MAX_LENGTH})

    def value_schema(self) -> dict[str, object]:
        return {"type": "string", "format": "email", "maxLength": MAX_LENGTH}


@lru_cache(maxsize=16_384)
def by_library(text: str) -> str:
    """The address as email-validator standardises it, in small letters."""
    try:
        normalized = validate_email(text, check_deliverability=False, strict=True, test_environment=True).normalized
    except (EmailNotValidError, UnicodeError):
        raise Invalid("email", _("This is not an e-mail address.")) from None
    # Small letters may compose or decompose differently; a second reading must find its own result.
    lowered = normalized.lower()
    return lowered if lowered == normalized else by_library(lowered)
