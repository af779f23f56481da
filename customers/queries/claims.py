"""Records as the rules of survivorship know them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from cmdm import crypto
from customers.models import Pin, Source, SourceRecord
from customers.queries.catalogue import Catalogue
from customers.rules.claims import PinRule, RecordClaims
from customers.sealing import open_values

CORRECTION_TRUST = 100


class Said(Protocol):
    """A record, as far as its values go; sealed or opened."""

    @property
    def values(self) -> Mapping[str, Any]: ...


def claims_of(records: Iterable[SourceRecord]) -> list[RecordClaims]:
    """What records say now; their source is loaded."""
    return [claims_in(record, record.values, record.version, record.observed_at) for record in records]


def claims_in(record: SourceRecord, values: Mapping[str, Any], version: int, observed: Any) -> RecordClaims:
    """What a version of a record says."""
    source = record.source
    return RecordClaims(
        id=record.pk,
        version=version,
        source=source.key,
        source_id=source.pk,
        domain=record.domain_id,
        trust=source.trust_by_attribute,
        observed=observed,
        values=open_values(values),
        steward=record.about_id is not None and source.role != Source.Role.DERIVED,
        derived=source.role == Source.Role.DERIVED,
        default_trust=CORRECTION_TRUST if source.role == Source.Role.STEWARD else source.trust,
        about=record.about_id,
        half_lives=source.half_life_by_attribute,
        doubtful=Doubts(record) if version == record.version else frozenset(),
    )


class Doubts:
    """The attributes in which a record failed validation, read when a rule asks: most rules never do."""

    def __init__(self, record: SourceRecord) -> None:
        self._record = record

    def __contains__(self, attribute: object) -> bool:
        return any(one["attribute"] == attribute for one in self._record.findings)


def claim_digest(value: Any) -> bytes:
    """What a pin keeps of the value that it chose."""
    return crypto.digest(json.dumps(value, sort_keys=True, ensure_ascii=False), "pin")


def pin_rules(pins: Iterable[Pin], records: Mapping[int, Said], known: Catalogue) -> Sequence[PinRule]:
    """Pins as rules; one whose record says something else by now counts as lapsed.

    A pin's last day is no matter of the rules: an action ends it, so that golden values never depend on the clock.
    """
    made = []
    for pin in pins:
        record = records.get(pin.record_id)
        said = open_values(record.values).get(pin.attribute) if record else None
        stands = said is not None and claim_digest(said) == bytes(pin.digest)
        made.append(PinRule(pin.record_id, pin.attribute, pin.kind, stands))
    return made
