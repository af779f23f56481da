"""The words of the portal: what values, their attributes and their sources are called to the person they are about."""

from datetime import date
from typing import Any

from babel.dates import format_date as in_words
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from customers.models import Source
from customers.queries import shown
from customers.queries.catalogue import Spec

# What the shipped catalogue calls things, so that translators find it; a business that adds its own translates it.
SHIPPED_WORDS = (
    gettext_noop("Given name"),
    gettext_noop("Middle name"),
    gettext_noop("Family name"),
    gettext_noop("Suffix"),
    gettext_noop("Organisation name"),
    gettext_noop("Birth date"),
    gettext_noop("E-mail"),
    gettext_noop("Phone"),
    gettext_noop("Address"),
    gettext_noop("Gender"),
    gettext_noop("Nationality"),
    gettext_noop("Marital status"),
    gettext_noop("Occupation"),
    gettext_noop("Interests"),
    gettext_noop("Last order"),
    gettext_noop("Orders"),
    gettext_noop("Last contact"),
    gettext_noop("Language"),
    gettext_noop("Preferred channel"),
    gettext_noop("How often"),
    gettext_noop("Account number"),
    gettext_noop("Membership tier"),
    gettext_noop("Points"),
    gettext_noop("Satisfaction"),
    gettext_noop("Last feedback"),
    gettext_noop("Open tickets"),
    gettext_noop("Support plan"),
    gettext_noop("Website"),
    gettext_noop("Female"),
    gettext_noop("Male"),
    gettext_noop("Diverse"),
    gettext_noop("Single"),
    gettext_noop("Married"),
    gettext_noop("Divorced"),
    gettext_noop("Widowed"),
    gettext_noop("Post"),
    gettext_noop("None"),
    gettext_noop("Weekly"),
    gettext_noop("Monthly"),
    gettext_noop("Yearly"),
)


def label_of(spec: Spec, value: Any) -> str:
    """The attribute as it is called in the reader's language, with the kind of an address."""
    kind = spec.type.kinds.get(shown.kind_of(spec, value)) if spec.type.kinds else None
    if spec.name == "phone" and shown.kind_of(spec, value) == "mobile":
        return str(kind)
    return _("%(label)s, %(kind)s") % {"label": spec.label, "kind": shown.lowered(str(kind))} if kind else spec.label


def text_of(spec: Spec, value: Any) -> str:
    """A value in words; a date with the name of its month in full."""
    if spec.row.type == "date":
        return day_in_words(date.fromisoformat(value))
    return shown.text_of(spec, value)


def day_in_words(day: date) -> str:
    """12 March 2024, in the reader's language."""
    language = get_language() or "en"
    return in_words(day, "d MMMM y" if language.startswith("en") else "long", locale=language.replace("-", "_"))


def origin_of(source: Source) -> str:
    """Who said it, as a person is told."""
    if source.role == Source.Role.PORTAL:
        return _("from you")
    if source.role == Source.Role.STEWARD:
        return _("from our staff")
    return _("from %(source)s") % {"source": source.name}
