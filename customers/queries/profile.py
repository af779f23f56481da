"""One customer as a reader may see it: golden values with their lineage, what lost and why, and its records.

Of each attribute one sees the winner if its claim lies in a visible domain, else the best visible claim, marked.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from cmdm.templatetags.hub import short_date
from customers.models import Attribute, Customer, CustomerDomain, Pin, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.queries.naming import name_in
from customers.queries.past import Moment, moment_of
from customers.queries.seen import Pair, each, identity, pairs_of, seen_golden
from customers.queries.shown import Group, Held, Lost, Shown
from customers.rules.losing import IGNORED, KEPT, SAME, Losing, losing
from customers.rules.suggesting.covering import completes
from customers.rules.survivorship import Golden
from customers.sealing import open_values

DOTS = 60


@dataclass(frozen=True)
class Rights:
    """The domains in which the reader holds what the page asks about."""

    view: frozenset[int]
    reveal: frozenset[int]
    correct: frozenset[int]

    @classmethod
    def of(cls, user: User) -> "Rights":
        return cls(*(access.scope(user, verb) for verb in ("view", "reveal", "correct")))


@dataclass(frozen=True)
class RecordLine:
    """A record in the list of a customer's records."""

    id: int
    source: str
    trust: int
    key: str
    name: str
    domain_id: int
    version: int
    versions: int
    observed: datetime
    received: datetime
    closed: datetime | None
    about: int | None
    findings: int = 0


@dataclass(frozen=True)
class Version:
    """A version of the customer, for the strip of dots."""

    number: int
    at: datetime


@dataclass(frozen=True)
class CustomerProfile:
    """What the page, the API and the review show of one customer."""

    customer: Customer
    name: str
    groups: tuple[Group, ...]
    records: tuple[RecordLine, ...]
    domains: tuple[str, ...]
    versions: tuple[Version, ...]
    version: int
    since: datetime | None
    status: str
    partial: bool
    past: date | None = None

    @property
    def shown(self) -> dict[str, list[Shown]]:
        """Values by attribute, in order."""
        found: dict[str, list[Shown]] = defaultdict(list)
        for group in self.groups:
            for row in group.rows:
                found[row.attribute].append(row)
        return dict(found)


@dataclass(frozen=True)
class Material:
    """What was read for one profile."""

    known: Catalogue
    records: Mapping[int, SourceRecord]
    rights: Rights
    held: Mapping[tuple[int, str], Held]
    opened: Container[str] = ()

    def conceals(self, spec: Spec, record: int) -> bool:
        """Whether the reader gets the mask only."""
        if not shown.is_sensitive(spec):
            return False
        return not (spec.name in self.opened and self.records[record].domain_id in self.rights.reveal)

    def reveals(self, spec: Spec, record: int) -> bool:
        return shown.is_sensitive(spec) and self.records[record].domain_id in self.rights.reveal

    def corrects(self, record: int) -> bool:
        return self.records[record].domain_id in self.rights.correct


def profile(
    customer: Customer, user: User, as_of: date | None = None, *, opened: Container[str] = ()
) -> CustomerProfile:
    """The profile today (5 queries), or as it was at the end of a day (6 queries), besides the reader's scope.

    :param opened: sensitive attributes that come in clear where the reader holds ``reveal``.
    """
    known, rights = catalogue(), Rights.of(user)
    if as_of is not None:
        return _past(customer, as_of, known, rights)
    records = _records(customer, rights)
    open_ones = [record for record in records if record.closed_at is None]
    by_id = {record.pk: record for record in open_ones}
    pins = list(Pin.objects.in_force().filter(record__in=by_id).select_related("set_by"))
    held = {(pin.record_id, pin.attribute): shown.held_by(pin) for pin in pins}
    material = Material(known, by_id, rights, held, opened)
    claims = claims_of(open_ones)
    rules = pin_rules(pins, by_id, known)
    made, substitutes = seen_golden(customer, claims, known, rules)
    lost = losing(claims, known.rules, made, rules)
    rows = {
        spec.name: value_rows(material, spec, made, lost.get(spec.name, ()), spec.name in substitutes)
        for spec in known.specs.values()
        if spec.name in made.values
    }
    domains = _domains(customer, rights)
    return CustomerProfile(
        customer=customer,
        name=name_in(made.values, customer.party_type) or customer.number,
        groups=groups_of(known, customer.party_type, rows),
        records=tuple(_line(record) for record in records),
        domains=domains.names,
        versions=_versions(customer),
        version=customer.version,
        since=customer.changed_at,
        status=customer.status,
        partial=domains.partial,
    )


def _records(customer: Customer, rights: Rights) -> list[SourceRecord]:
    rows = SourceRecord.objects.filter(customer=customer, domain__in=rights.view)
    return list(rows.select_related("source").defer("raw").order_by(F("closed_at").desc(nulls_first=True), "pk"))


@dataclass(frozen=True)
class _Domains:
    names: tuple[str, ...]
    partial: bool


def _domains(customer: Customer, rights: Rights) -> _Domains:
    rows = CustomerDomain.objects.filter(customer=customer).values_list("domain_id", "domain__name")
    found = list(rows.order_by("domain__name"))
    names = tuple(name for pk, name in found if pk in rights.view)
    return _Domains(names, partial=len(names) < len(found))


def _versions(customer: Customer) -> tuple[Version, ...]:
    past: Any = Customer.history
    rows = past.filter(id=customer.pk).order_by("-version").values_list("version", "changed_at")[:DOTS]
    return tuple(Version(number, at) for number, at in reversed(list(rows)))


def value_rows(
    material: Material, spec: Spec, made: Golden, lost: Sequence[Losing], substitute: bool = False
) -> tuple[Shown, ...]:
    """The golden values of one attribute, each with the claims that lost against it."""
    if not spec.many:
        others = tuple(_lost(material, spec, one) for one in lost)
        return (_shown(material, spec, made.values[spec.name], made.lineage[spec.name], others, substitute),)
    pairs = pairs_of(made.values, made.lineage, spec.name)
    keys = [identity(spec, value)[0] for value, _one in pairs]
    by_place: dict[int, list[Lost]] = defaultdict(list)
    for one in lost:
        if one.reason == KEPT:
            continue
        place = _place_of(one, identity(spec, one.value)[0], keys, pairs)
        by_place[place].append(_lost(material, spec, one))
    return tuple(
        _shown(material, spec, value, one, tuple(by_place[place]), substitute and place == 0, place=place)
        for place, (value, one) in enumerate(pairs)
    )


def _place_of(one: Losing, key: str, keys: Sequence[str], pairs: Sequence[Pair]) -> int:
    """Beside which of the golden values a claim stands: the one that says the same, or that completes it."""
    if one.reason == IGNORED:
        return 0
    if key in keys:
        return keys.index(key)
    return next((place for place, (value, _end) in enumerate(pairs) if completes(value, one.value)), 0)


def _shown(
    material: Material,
    spec: Spec,
    value: Any,
    one: Mapping[str, Any],
    others: tuple[Lost, ...],
    substitute: bool,
    *,
    place: int = 0,
) -> Shown:
    record = material.records[one["record"]]
    concealed = material.conceals(spec, record.pk)
    held = material.held.get((record.pk, spec.name))
    return Shown(
        attribute=spec.name,
        label=shown.label_of(spec, value),
        text=shown.mask_of(spec, value) if concealed else shown.text_of(spec, value),
        value=None if concealed else value,
        origin=shown.origin_of(record, spec, value, one["version"]),
        why=_why(spec, one["rule"], held, first=place == 0),
        others=others,
        masked=concealed,
        revealable=concealed and material.reveals(spec, record.pk),
        substitute=substitute,
        held=held if held and held.kind == Pin.Kind.PIN else None,
        choosable=material.corrects(record.pk),
        kind=shown.kind_of(spec, value),
        place=place,
        plain_label=spec.label,
        comparison=spec.type.comparison,
    )


def _why(spec: Spec, rule: str, held: Held | None, *, first: bool) -> str:
    if rule == "pinned" and held and held.until:
        return _("Pinned until %(day)s") % {"day": short_date(held.until)}
    if spec.many and rule != "pinned":
        if rule == "only":
            return shown.in_words(rule)
        words = shown.in_words(rule)
        return _("Primary: %(rule)s") % {"rule": words[:1].lower() + words[1:]} if first else _("Kept, not primary")
    return shown.in_words(rule)


def _lost(material: Material, spec: Spec, one: Losing) -> Lost:
    record = material.records[one.record]
    concealed = material.conceals(spec, one.record)
    return Lost(
        attribute=spec.name,
        text=shown.mask_of(spec, one.value) if concealed else shown.text_of(spec, one.value),
        reason=_(one.reason),
        origin=shown.origin_of(record, spec, one.value, one.version),
        masked=concealed,
        held=material.held.get((one.record, spec.name)) if one.reason == IGNORED else None,
        choosable=material.corrects(one.record),
        same=one.reason == SAME,
    )


def groups_of(known: Catalogue, party_type: str, rows: Mapping[str, tuple[Shown, ...]]) -> tuple[Group, ...]:
    """The groups that say anything, in the order of the catalogue; what nobody gave is named in each."""
    made = []
    for key, label in Attribute.Group.choices:
        mine = [spec for spec in known.specs.values() if spec.row.group == key and spec.fits(party_type)]
        found = tuple(row for spec in mine for row in rows.get(spec.name, ()))
        absent = tuple(spec.label for spec in mine if not rows.get(spec.name))
        if found:
            made.append(Group(key, label, found, absent))
    return tuple(made)


def _line(record: SourceRecord) -> RecordLine:
    return RecordLine(
        id=record.pk,
        source=record.source.name,
        trust=record.source.trust,
        key=record.key,
        name=name_in(open_values(record.values), record.party_type),
        domain_id=record.domain_id,
        version=record.version,
        versions=record.last_version,
        observed=record.observed_at,
        received=record.received_at,
        closed=record.closed_at,
        about=record.about_id,
        findings=len(record.findings),
    )


def _past(customer: Customer, day: date, known: Catalogue, rights: Rights) -> CustomerProfile:
    """As it was at the end of a day: the values that the lineage of that version names."""
    found = moment_of(customer, day, known, rights.view)
    rows = {spec.name: _past_rows(spec, found) for spec in known.specs.values() if spec.name in found.lineage}
    domains = _domains(customer, rights)
    name = name_in({n: v for n, v in found.values.items() if not isinstance(v, list)}, customer.party_type)
    return CustomerProfile(
        customer=customer,
        name=name or customer.number,
        groups=groups_of(known, customer.party_type, rows),
        records=tuple(_line(record) for record in found.records.values()),
        domains=domains.names,
        versions=_versions(customer),
        version=found.version,
        since=found.at,
        status=found.status,
        partial=domains.partial,
        past=day,
    )


def _past_rows(spec: Spec, found: Moment) -> tuple[Shown, ...]:
    lineage = found.lineage[spec.name]
    made = []
    for place, one in enumerate(each(lineage)):
        claim = found.claim(one, spec.name)
        if claim is None:
            visible = one["record"] in found.records
            made.append(
                Shown(
                    attribute=spec.name,
                    label=spec.label,
                    text=_("No longer held") if visible else _("From a domain you may not see"),
                    withheld=True,
                )
            )
            continue
        concealed = shown.is_sensitive(spec)
        made.append(
            Shown(
                attribute=spec.name,
                label=shown.label_of(spec, claim.value),
                text=shown.mask_of(spec, claim.value) if concealed else shown.text_of(spec, claim.value),
                value=None if concealed else claim.value,
                origin=shown.origin_of(claim.record, spec, claim.value, one["version"], claim.observed),
                why=_why(spec, one["rule"], None, first=place == 0),
                masked=concealed,
                kind=shown.kind_of(spec, claim.value),
                place=place,
            )
        )
    return tuple(made)
