"""Which attributes of the catalogue the rules fill, and what their rules are called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cmdm import crypto
from customers.queries.catalogue import Catalogue, Spec
from customers.rules.claims import plain_key
from customers.rules.suggesting import households, legal_forms, mail_domains, mending, numbers
from customers.rules.suggesting.shapes import Names

LABELS: Mapping[str, Any] = {
    "city_by_postcode": _("City by postal code"),
    "region_by_postcode": _("Region by postal code"),
    "region_by_city": _("Region by city"),
    "postcode_by_city": _("Postal code by city"),
    "country_by_place": _("Country by postal code and city"),
    "country_by_city": _("Country by city"),
    numbers.COUNTRY_BY_PHONE: _("Country by phone number"),
    numbers.PHONE_COUNTRY: _("Phone number with its country"),
    mail_domains.WEBSITE: _("Website by e-mail domain"),
    mail_domains.NAME: _("Name by e-mail domain"),
    legal_forms.LEGAL_FORM: _("Legal form in the name"),
    mending.MENDED: _("What could not be read"),
    households.ADDRESS: _("Address of the household"),
    households.LANDLINE: _("Landline of the household"),
}


def names_in(known: Catalogue) -> Names:
    """The attributes by what they hold. Sensitive ones are left out: nothing is counted of what lies sealed."""
    specs = [spec for name, spec in known.specs.items() if name not in known.sensitive]

    def many(kind: str) -> tuple[str, ...]:
        return tuple(spec.name for spec in specs if spec.row.type == kind and spec.many)

    def one(kind: str, name: str) -> str:
        fits = (spec for spec in specs if spec.row.type == kind and spec.name == name and not spec.many)
        return next((spec.name for spec in fits), "")

    return Names(
        addresses=many("address"),
        phones=many("phone"),
        emails=many("email"),
        website=one("url", "website"),
        organisation=one("organisation_name", "organisation_name"),
        legal_form=one("text", "legal_form"),
    )


def digest_of(spec: Spec, value: Any) -> bytes:
    """By which a suggested value is known again."""
    return crypto.digest(f"{spec.name}\0{spec.key_of(value) or plain_key(value)}", "suggestion")
