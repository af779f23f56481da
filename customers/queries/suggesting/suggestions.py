"""What can be filled in of customers, as one reader may know and do it; found anew whenever it is shown.

Suggested is what all of this allows: the customer is active and not restricted; the reader may see and correct the
record's domain; the attribute is not sensitive; what is counted was counted in that domain, of five customers at least;
nobody set the attribute aside, answered this very suggestion, or removed this value earlier; and no refusal of the
customers speaks of the address or number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.suggesting import material
from customers.queries.suggesting.counts import counts_for
from customers.queries.suggesting.mended import mended
from customers.queries.suggesting.names import LABELS, digest_of, names_in
from customers.rules.suggesting import gathering, households, legal_forms, mail_domains, mending, numbers
from customers.rules.suggesting.covering import completes
from customers.rules.suggesting.shapes import Names, Need, Proposal, Said
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


@dataclass(frozen=True)
class _Found:
    """One customer while his suggestions are sought."""

    customer: Customer
    records: Sequence[SourceRecord]
    said: Sequence[Said]
    needs: Sequence[Need]


def suggestions_of(customers: Sequence[Customer], user: User) -> dict[int, list[Suggestion]]:
    """Suggestions by customer (id); eight queries besides the reader's scope for any number of customers, some more
    where something is mended, shared in a household or bears a refusal."""
    view = access.scope(user, "view")
    return suggestions_within(customers, view, view & access.scope(user, "correct"))


def suggestions_within(
    customers: Sequence[Customer], view: frozenset[int], may: frozenset[int]
) -> dict[int, list[Suggestion]]:
    """The same for somebody who sees some domains (ids) and may correct in others of them."""
    known = catalogue()
    names = names_in(known)
    active = {one.pk: one for one in customers if one.status == Customer.Status.ACTIVE and not one.restricted}
    records = material.open_records(active.keys(), view) if may and active else {}
    if not records:
        return {}
    fillable = frozenset(known.specs) - known.sensitive
    found = [_sought(active[pk], rows, names, fillable) for pk, rows in records.items()]
    counts = counts_for(need for one in found for need in one.needs if need.domain in may)
    kin = material.relatives(active.keys(), view, fillable)
    repaired = _by_customer(mended([row for rows in records.values() for row in rows], known), records)
    proposed = {
        one.customer.pk: gathering.whole(
            [
                *repaired.get(one.customer.pk, ()),
                *gathering.counted(one.needs, counts),
                *gathering.certain(one.said, names),
                *_of_household(one, kin.get(one.customer.pk, ()), names, may),
            ],
            missing=_missing(one.said, known, names),
        )
        for one in found
    }
    return _allowed(proposed, found, known, may)


def _sought(customer: Customer, rows: Sequence[SourceRecord], names: Names, fillable: frozenset[str]) -> _Found:
    said = material.said_by(rows, fillable)
    return _Found(customer, rows, said, gathering.needs(said, names))


def _by_customer(
    proposals: Iterable[Proposal], records: Mapping[int, Sequence[SourceRecord]]
) -> dict[int, list[Proposal]]:
    owner = {row.pk: customer for customer, rows in records.items() for row in rows}
    made: dict[int, list[Proposal]] = {}
    for one in proposals:
        made.setdefault(owner[one.record], []).append(one)
    return made


def _of_household(one: _Found, kin: Sequence[material.Relative], names: Names, may: frozenset[int]) -> list[Proposal]:
    """What others of the household have, for the first record that the reader may correct."""
    sources = {row.pk for row in one.records if row.about_id is None}
    first = next((said for said in one.said if said.domain in may and said.record in sources), None)
    if first is None or first.party_type != "person":
        return []
    return [
        made
        for relative in kin
        for said in relative.said
        for made in households.proposals(first, one.said, said, names, f"{relative.name} ({relative.number})")
    ]


def _missing(said: Sequence[Said], known: Catalogue, names: Names) -> frozenset[str]:
    """Attributes of which no record says anything."""
    given = {name for each in said for name, value in each.values.items() if value not in (None, "", [])}
    return frozenset(known.specs) - given


def _allowed(
    proposed: Mapping[int, Sequence[Proposal]], found: Sequence[_Found], known: Catalogue, may: frozenset[int]
) -> dict[int, list[Suggestion]]:
    wanted = {one.customer.pk: one.records for one in found if proposed[one.customer.pk]}
    if not wanted:
        return {}
    said = {one.customer.pk: one.said for one in found}
    sources = {row.pk for rows in wanted.values() for row in rows if row.about_id is None and row.closed_at is None}
    past, held = material.past_values(wanted, known), material.held_against(wanted)
    left = {
        pk: [
            one
            for one in proposed[pk]
            if one.domain in may
            and one.record in sources
            and one.attribute not in held[pk].ignored
            and (one.attribute, digest_of(known.specs[one.attribute], one.value)) not in held[pk].answered
            and not _was_removed(one, past.get(pk, ()), known)
            and not _is_said(one, said[pk], known.specs[one.attribute])
        ]
        for pk in wanted
    }
    asked = {
        pk: [(one.attribute, each) for one in ones for each in _spoken_of(one, said[pk])] for pk, ones in left.items()
    }
    refused = ports.unwanted(asked)
    made = {}
    for pk, ones in left.items():
        kept = [one for one in ones if not _is_refused(pk, one, said[pk], known, refused)]
        if kept:
            made[pk] = [_suggestion(pk, one, known) for one in kept]
    return made


def _is_refused(
    customer: int, one: Proposal, said: Sequence[Said], known: Catalogue, refused: frozenset[tuple[int, str, str]]
) -> bool:
    spec = known.specs[one.attribute]
    return any((customer, one.attribute, spec.key_of(each)) in refused for each in _spoken_of(one, said))


def _spoken_of(one: Proposal, said: Sequence[Said]) -> list[Any]:
    """The values of which a refusal may speak: the suggested one, and what it completes."""
    if not isinstance(one.value, Mapping):
        return []
    elements = [each for row in said for each in row.values.get(one.attribute) or ()]
    return [one.value, *(each for each in elements if completes(one.value, each))]


def _was_removed(one: Proposal, past: Iterable[tuple[str, str]], known: Catalogue) -> bool:
    return (one.attribute, known.specs[one.attribute].key_of(one.value)) in past


def _is_said(one: Proposal, said: Sequence[Said], spec: Spec) -> bool:
    """Whether a record says by now what is suggested."""
    key = spec.key_of(one.value)
    values = [row.values.get(one.attribute) for row in said]
    return any(spec.key_of(each) == key for value in values if value for each in (value if spec.many else [value]))


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
