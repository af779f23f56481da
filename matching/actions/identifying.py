"""Matching without storing: whom somebody described might be, among what the asker may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access, audit, clock
from cmdm.actions import Invalid, action
from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import catalogue
from customers.rules.mapping import party_type
from customers.types.standardising import standardise
from matching.actions.scoring import Scored, score_records
from matching.engine.deciding import Option, decide
from matching.engine.evidence import Score
from matching.queries.blocking import match_spaces

MOST = 10
PARTIES = ("person", "organisation")


@dataclass(frozen=True)
class Match:
    """A customer that the party might be, with the score of its best visible record."""

    customer: Customer
    score: Score


@dataclass(frozen=True)
class Identified:
    """What placing would decide, had it only what the asker may see; the matches, best first."""

    decision: str
    rule: str
    customer: Customer | None
    matches: tuple[Match, ...]


@action
def identify(values: Mapping[str, Any], *, actor: User, party: str = "", country: str = "") -> Identified:
    """Compare a party with the records in the domains where the actor may both see and identify; store nothing.

    Refused without ``identify`` anywhere; a value that no record could have is Invalid.
    """
    access.scopes(actor, fresh=True)
    domains = access.scope(actor, "identify") & access.scope(actor, "view")
    if not domains:
        raise PermissionDenied("identify")
    described = _described(values, party, country)
    options: list[Option] = []
    scored = None
    for domain in _one_per_space(domains):
        described.domain_id = domain
        scored = score_records([described], store=False)
        options += _options(scored, described, domains)
    found = _decided(options, scored, described) if scored else Identified("new", "none", None, ())
    audit.record(actor, "party.identified", domains=domains, counts={"matches": len(found.matches)})
    return found


def _described(values: Mapping[str, Any], party: str, country: str) -> SourceRecord:
    """The party as a record that is never saved."""
    kind = party or party_type(values, {})
    if kind not in PARTIES:
        raise Invalid({"party_type": [_("Say whether this is a person or an organisation.")]})
    made = standardise(values, catalogue().specs, party_type=kind, country=country)
    if made.faults:
        raise Invalid({fault.field: [fault.message] for fault in made.faults})
    return SourceRecord(pk=-1, party_type=kind, values=made.values, observed_at=clock.now())


def _one_per_space(domains: frozenset[int]) -> Sequence[int]:
    spaces = match_spaces(domains)
    return sorted({space: domain for domain, space in sorted(spaces.items(), reverse=True)}.values())


def _options(scored: Scored, described: SourceRecord, domains: frozenset[int]) -> list[Option]:
    """The customers that the party might be, each with its best record that the actor may see."""
    best: dict[int, tuple[SourceRecord, Score]] = {}
    for other, score in scored.of(described.pk):
        customer = other.customer_id
        if customer is None or other.domain_id not in domains:
            continue
        if customer not in best or score.weight > best[customer][1].weight:
            best[customer] = (other, score)
    return [
        Option(customer, score, other.pk, conflict=(described.pk, other.pk) in scored.conflicts)
        for customer, (other, score) in best.items()
    ]


def _decided(options: Sequence[Option], scored: Scored, described: SourceRecord) -> Identified:
    model = scored.models[described.party_type].model
    decision = decide(model, options)
    likely = sorted(
        (option for option in options if option.score.probability >= model.review),
        key=lambda option: (-option.score.weight, option.customer),
    )[:MOST]
    customers = Customer.objects.in_bulk([option.customer for option in likely])
    return Identified(
        decision.kind,
        decision.rule,
        customers.get(decision.customer) if decision.customer else None,
        tuple(Match(customers[option.customer], option.score) for option in likely),
    )
