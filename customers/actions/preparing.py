"""What a source sent → standard values, faults and the digest by which a repetition is known."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cmdm import crypto
from customers.actions.received import NEW, QUARANTINED, REJECTED, UNCHANGED, Outcome, Received
from customers.models import Source
from customers.queries.catalogue import Catalogue, catalogue
from customers.rules import quality
from customers.rules.mapping import party_type
from customers.types.standardising import Fault, Standard, standardise

PARTIES = ("person", "organisation")
MAX_KEY = 200
_CONTENT = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)


def prepare(
    source: Source,
    received: Sequence[Received],
    stored: Mapping[str, bytes] | None = None,
    seen: dict[Any, Standard] | None = None,
) -> list[Outcome]:
    """One outcome each: ``new`` for now, or refused or held back with its reasons. One query.

    :param stored: digests by key; what was received just so is ``unchanged`` and is not standardised again.
    :param seen: what was made of single values of this source before, to be used again.
    """
    known = catalogue()
    rules = {name: spec.row.quality for name, spec in known.specs.items() if spec.row.quality}
    stated = [dataclasses.replace(one, party_type=one.party_type or party_type(one.values, {})) for one in received]
    return [_repetition(one, stored or {}) or _prepared(source, one, known, rules, seen) for one in stated]


def _repetition(one: Received, stored: Mapping[str, bytes]) -> Outcome | None:
    digest = stored.get(one.key)
    if digest is None or one.faults or digest != content_digest(one):
        return None
    return Outcome(one, UNCHANGED, digest=digest)


def _prepared(
    source: Source, one: Received, known: Catalogue, rules: Mapping[str, Any], seen: dict[Any, Standard] | None
) -> Outcome:
    party = one.party_type
    faults = [*one.faults, *_key_faults(one)]
    made = standardise(
        one.values,
        known.specs,
        party_type=party,
        date_order=one.date_order,
        country=source.country,
        lenient=one.lenient,
        seen=seen,
    )
    faults += made.faults
    if not made.values:
        faults += made.left_out
    if not made.values and not faults:
        faults.append(Fault("values", "empty", _("The record says nothing.")))
    if faults:
        return Outcome(one, REJECTED, faults=faults)
    outcome = Outcome(one, NEW, values=made.values, findings=made.findings, digest=content_digest(one))
    outcome.left_out = made.left_out
    _examine(outcome, known, rules)
    return outcome


def _key_faults(one: Received) -> list[Fault]:
    if not one.key.strip():
        return [Fault("key", "empty", _("The key of the record is empty."))]
    if len(one.key) > MAX_KEY:
        return [Fault("key", "long", _("The key of the record is longer than 200 characters."))]
    if one.party_type not in PARTIES:
        return [Fault("party_type", "unknown", _("The party type is neither person nor organisation."))]
    return []


def content_digest(one: Received) -> bytes:
    """Keyed digest of what was received: party type, values and what it corrects, names sorted."""
    content = [one.party_type, one.about, one.date_order, one.values]
    return crypto.digest(_CONTENT.encode(content), "record")


def _examine(outcome: Outcome, known: Catalogue, rules: Mapping[str, Any]) -> None:
    """Apply the quality rules of the catalogue: note, hold back or refuse."""
    fitting = {name: rule for name, rule in rules.items() if known.specs[name].fits(outcome.received.party_type)}
    found = quality.examine(fitting, outcome.values)
    for finding in found:
        outcome.findings.append({"attribute": finding.attribute, "code": finding.code, "part": finding.part})
    worst = quality.worst(found)
    if worst in ("hold", "refuse"):
        outcome.status = QUARANTINED if worst == "hold" else REJECTED
        outcome.faults = [
            Fault(one.attribute, one.code, _(one.msgid) % {"attribute": known.specs[one.attribute].label})
            for one in found
            if one.severity in ("hold", "refuse")
        ]
