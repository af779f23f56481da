"""Losing claims: what else was said of each attribute, and why it did not win."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.rules.claims import (
    AttributeRule,
    Claim,
    Decisions,
    PinRule,
    RecordClaims,
    claims_on,
    difference,
    elements,
    group_claims,
    in_force,
    members_of,
    newest_versions,
    says,
)
from customers.rules.sentences import _
from customers.rules.survivorship import Golden, layers

SAME, IGNORED, KEPT = _("same value"), _("ignored"), _("kept, not primary")
REASONS: Mapping[str, str] = {
    "pinned": _("another was pinned"),
    "corrected": _("was corrected"),
    "said": _("only filled in by rule"),
    "most_trusted": _("less trusted"),
    "most_recent": _("older"),
    "most_frequent": _("less frequent"),
    "most_complete": _("less complete"),
    "earliest": _("newer"),
    "verified_first": _("not verified"),
    "order": _("later in the order of sources and records"),
}


@dataclass(frozen=True, slots=True)
class Losing:
    """A claim that is not the golden value (or not the primary one)."""

    record: int
    version: int
    value: Any
    reason: str


def losing(
    records: Sequence[RecordClaims], attributes: Sequence[AttributeRule], golden: Golden, pins: Sequence[PinRule] = ()
) -> dict[str, list[Losing]]:
    """For each attribute the claims that lost against `golden`, best first, ignored ones last."""
    current = newest_versions(records)
    decisions = in_force(current, pins)
    lost: dict[str, list[Losing]] = {}
    for attribute in attributes:
        if attribute.many:
            lost[attribute.name] = _of_many(elements(current, attribute, decisions))
        elif not attribute.group:
            lost[attribute.name] = _of_one(claims_on(current, attribute, decisions), attribute, golden)
        else:
            members = members_of(attribute.group, attributes)
            claims = group_claims(current, members, decisions)
            lost[attribute.name] = _of_member(claims, members[0], attribute)
        lost[attribute.name] += _ignored(current, attribute, decisions)
    return {name: claims for name, claims in lost.items() if claims}


def _lost(claim: Claim, value: Any, reason: str) -> Losing:
    return Losing(claim.record.id, claim.record.version, value, reason)


def _why(winner: Claim, claim: Claim, attribute: AttributeRule) -> str:
    return REASONS.get(difference(winner, claim, attribute), REASONS["order"])


def _of_one(claims: Sequence[Claim], attribute: AttributeRule, golden: Golden) -> list[Losing]:
    source = golden.lineage.get(attribute.name, {}).get("record")
    winner = next((claim for claim in claims if claim.record.id == source), None)
    if winner is None:
        return []
    same = attribute.key(winner.value)
    return [
        _lost(claim, claim.value, SAME if attribute.key(claim.value) == same else _why(winner, claim, attribute))
        for claim in claims
        if claim is not winner
    ]


def _of_member(claims: Sequence[Claim], lead: AttributeRule, attribute: AttributeRule) -> list[Losing]:
    """A group's attribute: its claims lose as their records do."""
    name = attribute.name
    if not claims:
        return []
    winning = next((layer for layer in layers(claims) if name in layer.value), None)
    same = attribute.key(winning.value[name]) if winning else None
    lost = []
    for claim in claims:
        if claim is winning or name not in claim.value:
            continue
        equal = same is not None and attribute.key(claim.value[name]) == same
        lost.append(_lost(claim, claim.value[name], SAME if equal else _why(claims[0], claim, lead)))
    return lost


def _of_many(groups: Sequence[Sequence[Claim]]) -> list[Losing]:
    kept = [_lost(group[0], group[0].value, KEPT) for group in groups[1:]]
    return kept + [_lost(claim, claim.value, _beside(claim)) for group in groups for claim in group[1:]]


def _beside(claim: Claim) -> str:
    return REASONS["most_complete"] if claim.completed else SAME


def _ignored(records: Sequence[RecordClaims], attribute: AttributeRule, decisions: Decisions) -> list[Losing]:
    return [
        Losing(record.id, record.version, value, IGNORED)
        for record in records
        if (record.id, attribute.name) in decisions.ignored and says(record.values.get(attribute.name))
        for value in (record.values[attribute.name] if attribute.many else [record.values[attribute.name]])
    ]
