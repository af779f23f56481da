"""Survivorship: which claim wins, for every attribute of a customer.

A pure function of records, rules and pins. The same bytes come out whatever the order of arrival: every comparison
ends in a total order, and recency counts from observed times, never from now.

Attributes of one group survive together, from one record. A record that says half or less of what the fullest one says
competes after the others, so that a bare first name never blanks a full name; among addresses a bare country stands
after full ones. A correction of one part of a group is
laid over the record that it is about.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.rules.claims import (
    RULES,
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

__all__ = ["LABELS", "RULES", "AttributeRule", "Golden", "PinRule", "RecordClaims", "canonical", "golden"]

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

LABELS: Mapping[str, str] = {
    "most_trusted": _("most trusted source"),
    "most_recent": _("most recent"),
    "most_frequent": _("most frequent"),
    "most_complete": _("most complete"),
    "earliest": _("earliest"),
    "verified_first": _("verified first"),
    "all": _("all values"),
    "only": _("the only claim"),
    "pinned": _("pinned by a person"),
    "corrected": _("corrected by a person"),
    "said": _("said by a source"),
    "derived": _("filled in by rule"),
    "order": _("order of sources and records"),
}


@dataclass(frozen=True, slots=True)
class Golden:
    values: dict[str, Any]
    lineage: dict[str, Any]
    lapsed: tuple[PinRule, ...] = ()


def golden(
    records: Sequence[RecordClaims], attributes: Sequence[AttributeRule], pins: Sequence[PinRule] = ()
) -> Golden:
    """The values of the customer made of these records, and where each came from."""
    current = newest_versions(records)
    if len(current) == 1 and not pins:
        return _of_one(current[0], attributes)
    decisions = in_force(current, pins)
    values: dict[str, Any] = {}
    lineage: dict[str, Any] = {}
    said = set().union(*[record.values for record in current])
    seen: set[str] = set()
    for attribute in attributes:
        if attribute.name not in said:
            continue
        if attribute.many:
            _put_many(values, lineage, attribute, elements(current, attribute, decisions))
        elif not attribute.group:
            _put_one(values, lineage, attribute, claims_on(current, attribute, decisions))
        elif attribute.group not in seen:
            seen.add(attribute.group)
            members = members_of(attribute.group, attributes)
            _put_group(values, lineage, members, group_claims(current, members, decisions))
    return Golden(values, lineage, decisions.lapsed)


def canonical(result: Golden) -> bytes:
    """The bytes that stand for a golden customer: equal exactly when values and lineage are."""
    return canonical_of(as_json(result.values), as_json(result.lineage))


def canonical_of(values: str, lineage: str) -> bytes:
    """The same of values and lineage that are written out already."""
    return f'{{"lineage":{lineage},"values":{values}}}'.encode()


def as_json(content: Any) -> str:
    """Values or lineage in their one written form: names sorted, nothing between."""
    return _CANONICAL.encode(content)


def _of_one(record: RecordClaims, attributes: Sequence[AttributeRule]) -> Golden:
    values: dict[str, Any] = {}
    lineage: dict[str, Any] = {}
    said = record.values
    for attribute in attributes:
        name = attribute.name
        value: Any = said.get(name)
        if not says(value):
            continue
        if attribute.many and len(value) == 1:
            values[name] = [value[0]]
            lineage[name] = [{"record": record.id, "version": record.version, "rule": "only", "item": 0}]
        elif attribute.many:
            _put_many(values, lineage, attribute, elements([record], attribute, Decisions()))
        else:
            values[name] = value
            lineage[name] = {"record": record.id, "version": record.version, "rule": "only", "others": 0}
    return Golden(values, lineage)


def _chosen_by(claims: Sequence[Claim], attribute: AttributeRule) -> str:
    """The rule that set the first claim before the second."""
    if claims[0].pinned:
        return "pinned"
    if claims[0].record.derived:
        return "derived"
    return "only" if len(claims) == 1 else difference(claims[0], claims[1], attribute)


def _put_one(
    values: dict[str, Any], lineage: dict[str, Any], attribute: AttributeRule, claims: Sequence[Claim]
) -> None:
    if not claims:
        return
    record = claims[0].record
    values[attribute.name] = claims[0].value
    lineage[attribute.name] = {
        "record": record.id,
        "version": record.version,
        "rule": _chosen_by(claims, attribute),
        "others": len(claims) - 1,
    }


def _put_group(
    values: dict[str, Any], lineage: dict[str, Any], members: Sequence[AttributeRule], claims: Sequence[Claim]
) -> None:
    if not claims:
        return
    for layer in reversed(layers(claims)):
        record = layer.record
        chosen_by = _chosen_by(claims, members[0]) if layer is claims[0] else members[0].rule
        for name, value in layer.value.items():
            values[name] = value
            lineage[name] = {
                "record": record.id,
                "version": record.version,
                "rule": chosen_by,
                "others": sum([name in claim.value for claim in claims]) - 1,
            }


def layers(claims: Sequence[Claim]) -> list[Claim]:
    """The claims whose parts make up a group: the winner, and beneath a correction what it corrects."""
    winner = claims[0]
    if not winner.record.steward or winner.pinned:
        return [winner]
    below = [claim for claim in claims[1:] if claim.record.id == winner.record.about]
    if not below:
        below = [claim for claim in claims[1:] if not claim.record.steward][:1]
    return [winner, *below]


def _put_many(
    values: dict[str, Any], lineage: dict[str, Any], attribute: AttributeRule, groups: Sequence[Sequence[Claim]]
) -> None:
    if not groups:
        return
    rule = "only" if len({claim.record.id for group in groups for claim in group}) == 1 else attribute.rule
    best = [group[0] for group in groups]
    values[attribute.name] = [claim.value for claim in best]
    lineage[attribute.name] = [
        {"record": c.record.id, "version": c.record.version, "rule": _many_rule(c, rule), "item": c.index} for c in best
    ]


def _many_rule(claim: Claim, rule: str) -> str:
    if claim.pinned:
        return "pinned"
    if claim.record.derived:
        return "derived"
    return "corrected" if claim.record.steward and rule != "only" else rule
