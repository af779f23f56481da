"""What a column of a card says in a row: the value with its source, what it is compared as, what it overruled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anyascii import anyascii

from customers.models import SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.queries.claims import claims_of
from customers.queries.shown import is_sensitive, is_verified, mask_of, plain, text_of
from customers.rules.claims import PinRule, RecordClaims
from customers.rules.losing import SAME, losing
from customers.rules.survivorship import Golden, golden
from stewardship.rules.naming import LETTERS


@dataclass(frozen=True)
class Lost:
    """A claim that did not win in its column."""

    text: str
    source: str
    observed: datetime
    reason: str


@dataclass(frozen=True)
class Cell:
    """What one column says; ``text`` empty: not given.

    ``compared``: the normalised form in which it meets the others, where that is another one. ``against``: the text
    beside which it is marked.
    """

    text: str = ""
    record: int = 0
    source: str = ""
    trust: int | None = None
    observed: datetime | None = None
    verified: bool = False
    masked: bool = False
    script: str = ""
    compared: str = ""
    against: str = ""
    lost: Sequence[Lost] = ()


@dataclass
class Columns:
    """The material: records and golden values of each column, and of all of them together."""

    known: Catalogue
    records: Mapping[int, SourceRecord]
    sides: Sequence[list[RecordClaims]]
    names: Sequence[str]
    pins: Sequence[PinRule]
    reveal: frozenset[int]
    golden: Sequence[Golden] = field(init=False)
    joined: Golden = field(init=False)
    lost: Sequence[Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        rules = self.known.rules
        pins = [self._pins(side) for side in self.sides]
        self.golden = [golden(side, rules, own) for side, own in zip(self.sides, pins, strict=True)]
        self.joined = golden([claim for side in self.sides for claim in side], rules, self.pins)
        self.lost = [
            losing(side, rules, made, own) for side, made, own in zip(self.sides, self.golden, pins, strict=True)
        ]

    @property
    def is_pair(self) -> bool:
        return len(self.sides) == 2

    def together(self, places: Sequence[int]) -> Golden:
        """The golden values of some of the columns as one customer."""
        claims = [claim for place in places for claim in self.sides[place]]
        return golden(claims, self.known.rules, self._pins(claims))

    def letter(self, record: int) -> str:
        """The letter of the column in which a record stands."""
        for letter, side in zip(LETTERS, self.sides, strict=False):
            if any(claim.id == record for claim in side):
                return letter
        return ""

    def _pins(self, claims: Sequence[RecordClaims]) -> list[PinRule]:
        mine = {claim.id for claim in claims}
        return [pin for pin in self.pins if pin.record in mine]


def columns(
    sides: Sequence[Sequence[SourceRecord]],
    names: Sequence[str],
    known: Catalogue,
    pins: Sequence[PinRule],
    reveal: frozenset[int],
) -> Columns:
    """The material of a comparison. :param reveal: domains whose sensitive values are shown open."""
    records = {record.pk: record for side in sides for record in side}
    return Columns(known, records, [claims_of(side) for side in sides], names, pins, reveal)


def cell(
    made: Columns, spec: Spec, side: int, value: Any, lineage: Mapping[str, Any] | None, *, lost: bool = True
) -> Cell:
    """What a column says; without value nothing. :param lost: with what it overruled in its column."""
    if value is None or not lineage:
        return Cell()
    record = made.records[lineage["record"]]
    text, masked = shown(made, spec, value, record.pk)
    script = anyascii(text) if not masked and not text.isascii() else ""
    folded = "" if masked else spec.type.key(plain(spec, value))
    beaten = [one for one in made.lost[side].get(spec.name, ()) if one.reason != SAME] if lost else ()
    return Cell(
        text=text,
        record=record.pk,
        source=record.source.name,
        trust=record.source.trust_in(spec.name),
        observed=record.observed_at,
        verified=is_verified(value),
        masked=masked,
        script="" if script == text else script,
        compared="" if folded == text.casefold() else folded,
        lost=[_lost(made, spec, one) for one in beaten],
    )


def _lost(made: Columns, spec: Spec, one: Any) -> Lost:
    record = made.records[one.record]
    return Lost(shown(made, spec, one.value, one.record)[0], record.source.name, record.observed_at, str(one.reason))


def shown(made: Columns, spec: Spec, value: Any, record: int) -> tuple[str, bool]:
    """The value for people, masked when it is sensitive and the reader may not see it open."""
    if is_sensitive(spec) and made.records[record].domain_id not in made.reveal:
        return mask_of(spec, value), True
    return text_of(spec, value), False


def key_of(spec: Spec, value: Any) -> str:
    """The form in which equal values are equal."""
    bare = plain(spec, value)
    return spec.type.key(bare) or str(bare)
