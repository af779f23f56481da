"""The kinds of a contact point or address: home, work, billing …, and the words that sources use for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.types.edge import text_of
from customers.types.faults import Invalid
from customers.types.folding import fold

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: Mapping[str, StrOrPromise] = {
    "home": _("Home"),
    "work": _("Work"),
    "mobile": _("Mobile"),
    "fax": _("Fax"),
    "billing": _("Billing"),
    "shipping": _("Shipping"),
    "mailing": _("Mailing"),
    "registered": _("Registered office"),
    "main": _("Main"),
    "other": _("Other"),
}
# What sources call them; used where the type has the kind that is meant.
_ALIASES = {
    "private": "home", "personal": "home", "residence": "home", "residential": "home", "privat": "home",
    "business": "work", "office": "work", "company": "work", "geschaftlich": "work",
    "cell": "mobile", "cellphone": "mobile", "cellular": "mobile", "handy": "mobile", "mobil": "mobile",
    "invoice": "billing", "delivery": "shipping", "postal": "mailing", "mail": "mailing", "correspondence": "mailing",
    "legal": "registered", "headquarters": "registered", "primary": "main", "default": "main",
}  # fmt: skip


def choose(*kinds: str) -> dict[str, StrOrPromise]:
    """Some of the kinds, with their labels."""
    return {kind: LABELS[kind] for kind in kinds}


def kind_of(raw: object, kinds: Mapping[str, StrOrPromise]) -> str:
    """The kind that is meant, of those allowed; raises Invalid."""
    word = fold(text_of(raw, max_length=40, part="kind"))
    kind = word if word in kinds else _ALIASES.get(word, "")
    if kind not in kinds:
        raise Invalid("kind", _("This kind is not known."), "kind")
    return kind


def kind_box(kinds: Mapping[str, StrOrPromise]) -> tuple[StrOrPromise, forms.Widget]:
    """Label and list for the kind in a form."""
    return _("Kind"), forms.Select(choices=[("", "—"), *kinds.items()])
