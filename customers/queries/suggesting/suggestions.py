"""What can be filled in of customers, as one reader may know and do it, in words; found anew whenever it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from customers.models import Customer
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.suggesting import material
from customers.queries.suggesting.names import LABELS, digest_of
from customers.queries.suggesting.proposing import proposed
from customers.rules.suggesting import households, legal_forms, mail_domains, mending, numbers
from customers.rules.suggesting.shapes import Proposal
from customers.types.countries import country_name


@dataclass(frozen=True)
class Suggestion:
    """One value for one customer: what it is, why, and how sure. ``mark`` names it in a form and holds no value."""

    customer: int
    record: int
    domain: int
    attribute: str
    group: str
    label: str
    part: str
    text: str
    added: str
    value: Any
    rule: str
    rule_label: Any
    evidence: str
    agreeing: int
    total: int
    mark: str
    digest: bytes


def suggestions_of(customers: Sequence[Customer], user: User) -> dict[int, list[Suggestion]]:
    """Suggestions by customer (id); eight queries besides the reader's scope for any number of customers, some more
    where something is mended, shared in a household or bears a refusal."""
    view = access.scope(user, "view")
    may = view & access.scope(user, "correct")
    active = [one.pk for one in customers if one.status == Customer.Status.ACTIVE and not one.restricted]
    if not may or not active:
        return {}
    known = catalogue()
    records = material.open_records(active, view)
    broken = [row for rows in records.values() for row in rows]
    found = proposed(records, broken, records.keys(), known, view, may)
    return {pk: [_suggestion(pk, one, known) for one in ones] for pk, ones in found.items()}


def _suggestion(customer: int, one: Proposal, known: Catalogue) -> Suggestion:
    spec = known.specs[one.attribute]
    digest = digest_of(spec, one.value)
    return Suggestion(
        customer=customer,
        record=one.record,
        domain=one.domain,
        attribute=one.attribute,
        group=spec.row.group,
        label=_label(spec, one),
        part=one.part,
        text=shown.text_of(spec, one.value),
        added=_added(spec, one),
        value=one.value,
        rule=one.rule,
        rule_label=LABELS[one.rule],
        evidence=evidence_of(one),
        agreeing=one.agreeing,
        total=one.total,
        mark=f"{one.record}.{one.attribute}.{digest.hex()[:32]}",
        digest=digest,
    )


def _label(spec: Spec, one: Proposal) -> str:
    part = shown.part_label(spec, one.part)
    return _("%(label)s: %(part)s") % {"label": spec.label, "part": part} if part else shown.label_of(spec, one.value)


def _added(spec: Spec, one: Proposal) -> str:
    """What would come to it: the part that is missing, or the whole."""
    if spec.row.type != "address" or not one.part:
        return shown.text_of(spec, one.value)
    part = str(one.value[one.part])
    return country_name(part, get_language() or "en") if one.part == "country" else part


def evidence_of(one: Proposal) -> str:
    """Why, in a sentence with plain numbers."""
    facts: dict[str, Any] = {**one.facts, "agreeing": one.agreeing, "total": one.total}
    for name in ("country", "value"):
        if facts.get(name) and (one.part == "country" or name == "country"):
            facts[name] = country_name(str(facts[name]), get_language() or "en")
    return _sentences()[one.rule] % facts


def _sentences() -> Mapping[str, str]:
    counted = _("%(agreeing)s of %(total)s customers with an address in “%(given)s” have “%(value)s”.")
    places = ("city_by_postcode", "region_by_postcode", "region_by_city", "postcode_by_city", "country_by_place")
    return {
        **dict.fromkeys((*places, "country_by_city"), counted),
        numbers.COUNTRY_BY_PHONE: _(
            "%(agreeing)s of %(total)s customers with a number that begins with %(given)s live in “%(value)s”."
        ),
        numbers.PHONE_COUNTRY: _("All addresses of this customer are in %(country)s; %(number)s is a number there."),
        mail_domains.WEBSITE: _("%(agreeing)s of %(total)s records with an e-mail at %(given)s have this website."),
        mail_domains.NAME: _("%(agreeing)s of %(total)s records with an e-mail at %(given)s have this name."),
        legal_forms.LEGAL_FORM: _("The name says it: “%(name)s”."),
        mending.MENDED: _("The source sent “%(sent)s”, which could not be read; read in this way, it can."),
        households.ADDRESS: _("%(who)s, of the same household, lives there. Somebody said that they share it."),
        households.LANDLINE: _("%(who)s, of the same household, has this landline. Somebody said that they share it."),
    }
