"""Claims: what records say of one attribute, measured and put in order.

What a claim is worth is the trust in its source for this attribute; less where its record failed validation there, and
halved for every half-life that it is older than the newest claim beside it. Age counts among the claims and never from
now, so a customer about whom nothing new is heard stays as he is, and no order of arrival shows.

Rank of a claim: pinned, then corrected by a steward, then said by a source rather than filled in by a rule, then the
attribute's rule, its tie-breakers, the total order (trust, observed time, source, record). A correction stands before
the rule because a person decided it: under "most recent" a nightly feed would undo it.
"""

import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from customers.rules.suggesting.covering import completes

RULES = ("most_trusted", "most_recent", "most_frequent", "most_complete", "earliest", "verified_first", "all")
DEFAULT_TRUST = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A_DAY = 86_400_000_000
GRAINS = 1_000
"""Worth is a whole number, a thousand to a point of trust: no rounding takes part in a comparison."""
# What describes an element but is no part of its content.
DESCRIBING = frozenset({"kind", "scheme", "verified"})

Rank = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RecordClaims:
    """What one record says, with all that the rules may ask about it.

    ``half_lives``: days by attribute where the source's word ages otherwise than the attribute's; 0 never.
    ``doubtful``: attributes in which its values failed validation. ``derived``: filled in by rule, beneath every word
    of a source; what it completes of the record that it is about stands behind it.
    """

    id: int
    version: int
    source: str
    source_id: int
    domain: int
    trust: Mapping[str, int]
    observed: datetime
    values: Mapping[str, Any]
    steward: bool = False
    default_trust: int = DEFAULT_TRUST
    about: int | None = None
    half_lives: Mapping[str, int] = field(default_factory=dict)
    doubtful: Container[str] = frozenset()
    derived: bool = False
    age: int = field(init=False, compare=False, default=0)

    def __post_init__(self) -> None:
        # A whole number, so that no time zone and no rounding takes part in a comparison.
        object.__setattr__(self, "age", (self.observed - EPOCH) // MICROSECOND)


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """How one attribute survives; `key` normalises a value (an element, when many) for equality.

    ``half_life``: the days in which trust halves, 0 never. ``downgrade``: points less where validation failed.
    """

    name: str
    many: bool = False
    rule: str = "most_trusted"
    tie_breakers: tuple[str, ...] = ("most_recent",)
    group: str = ""
    key: Callable[[Any], str] = str
    half_life: int = 0
    downgrade: int = 0


@dataclass(frozen=True, slots=True)
class PinRule:
    """A person's word on one record's claim; `digest_ok` is false once the record no longer says it."""

    record: int
    attribute: str
    kind: str
    digest_ok: bool = True


@dataclass(slots=True)
class Claim:
    """One record's value for one attribute (one element of it, or its part of a group), measured."""

    record: RecordClaims
    value: Any
    worth: int
    index: int = 0
    key: str = ""
    pinned: bool = False
    verified: bool = False
    count: int = 1
    size: tuple[int, int] = (0, 0)
    sparse: bool = False
    completed: bool = False
    rank: Rank = ()


# Smaller is better.
MEASURES: Mapping[str, Callable[[Claim], Any]] = {
    "most_trusted": lambda claim: -claim.worth,
    "most_recent": lambda claim: -claim.record.age,
    "most_frequent": lambda claim: -claim.count,
    "most_complete": lambda claim: (-claim.size[0], -claim.size[1]),
    "earliest": lambda claim: claim.record.age,
    "verified_first": lambda claim: not claim.verified,
    "all": lambda claim: 0,
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """The pins and ignores in force."""

    pinned: frozenset[tuple[int, str]] = frozenset()
    ignored: frozenset[tuple[int, str]] = frozenset()
    lapsed: tuple[PinRule, ...] = field(default=())


def members_of(group: str, attributes: Sequence[AttributeRule]) -> list[AttributeRule]:
    return [attribute for attribute in attributes if attribute.group == group and not attribute.many]


def order(claims: list[Claim], attribute: AttributeRule) -> None:
    """Best first. A rank is smaller the better, and no two claims have the same one."""
    rules, _names = _places(attribute.rule, attribute.tie_breakers)
    weigh(claims, attribute)
    for claim in claims:
        record = claim.record
        ruled = [measure(claim) for measure in rules]
        ends = (-claim.worth, -record.age, record.source_id, record.id, claim.index)
        claim.rank = (not claim.pinned, not record.steward, record.derived, claim.sparse, *ruled, *ends)
    claims.sort(key=attrgetter("rank"))


def weigh(claims: Sequence[Claim], attribute: AttributeRule) -> None:
    """What each claim is worth beside the others; a correction does not age, a person stands behind it."""
    name, newest = attribute.name, max([claim.record.age for claim in claims])
    for claim in claims:
        record = claim.record
        if record.steward:
            continue
        trust = record.trust.get(name, record.default_trust)
        if attribute.downgrade and _failed(claim, attribute):
            trust = max(trust - attribute.downgrade, 0)
        half_life = record.half_lives.get(name, attribute.half_life)
        claim.worth = aged(trust, (newest - record.age) // A_DAY, half_life)


def _failed(claim: Claim, attribute: AttributeRule) -> bool:
    """Whether validation found a fault in what is claimed; in any part of a group."""
    grouped = attribute.group and not attribute.many and isinstance(claim.value, Mapping)
    return any(name in claim.record.doubtful for name in (claim.value if grouped else (attribute.name,)))


def aged(trust: int, days: int, half_life: int) -> int:
    """The worth of trust after so many days, in whole grains."""
    return trust * GRAINS if not half_life else int(trust * GRAINS * 0.5 ** (days / half_life))


@lru_cache(maxsize=1024)
def _places(rule: str, tie_breakers: tuple[str, ...]) -> tuple[tuple[Callable[[Claim], Any], ...], tuple[str, ...]]:
    """The measures of a rule with its tie-breakers, and what each place of a rank is called."""
    chosen = (rule, *tie_breakers)
    names = (
        "pinned",
        "corrected",
        "said",
        "most_complete",
        *chosen,
        "most_trusted",
        "most_recent",
        "order",
        "order",
        "order",
    )
    return tuple([MEASURES[name] for name in chosen]), names


def difference(better: Claim, worse: Claim, attribute: AttributeRule) -> str:
    """The rule by which one claim stands before another."""
    _rules, names = _places(attribute.rule, attribute.tie_breakers)
    for mine, other, name in zip(better.rank, worse.rank, names, strict=True):
        if mine != other:
            return name
    return "order"


def newest_versions(records: Iterable[RecordClaims]) -> list[RecordClaims]:
    """Each record once, in a fixed order: a record given twice counts once."""
    newest: dict[int, RecordClaims] = {}
    for record in records:
        known = newest.get(record.id)
        if known is None or record.version > known.version:
            newest[record.id] = record
    return [newest[record] for record in sorted(newest)]


def in_force(records: Sequence[RecordClaims], pins: Sequence[PinRule]) -> Decisions:
    """Pins of these records, sorted into those that count and those that lapsed; ignoring is stronger than pinning."""
    by_id = {record.id: record for record in records}
    mine = sorted((pin for pin in pins if pin.record in by_id), key=lambda p: (p.record, p.attribute, p.kind))
    lapsed = tuple([pin for pin in mine if not pin.digest_ok or pin.attribute not in by_id[pin.record].values])
    standing = [pin for pin in mine if pin not in lapsed]
    ignored = frozenset((pin.record, pin.attribute) for pin in standing if pin.kind == "ignore")
    pinned = frozenset((pin.record, pin.attribute) for pin in standing if pin.kind == "pin") - ignored
    return Decisions(pinned, ignored, lapsed)


def claims_on(records: Sequence[RecordClaims], attribute: AttributeRule, decisions: Decisions) -> list[Claim]:
    """The claims on a single-valued attribute, best first."""
    name = attribute.name
    claims = [
        _claim(record, name, value, decisions)
        for record in records
        if says(value := record.values.get(name)) and (record.id, name) not in decisions.ignored
    ]
    if len(claims) > 1:
        _measure(claims, attribute, attribute.key)
        order(claims, attribute)
    return claims


def group_claims(
    records: Sequence[RecordClaims], members: Sequence[AttributeRule], decisions: Decisions
) -> list[Claim]:
    """One claim for each record that says anything of the group: a dict of its attributes; best first."""
    lead = members[0]
    names = [member.name for member in members]
    claims = []
    for record in records:
        said = {
            name: value
            for name in names
            if says(value := record.values.get(name)) and (record.id, name) not in decisions.ignored
        }
        if said:
            claim = _claim(record, lead.name, said, decisions)
            claim.pinned = bool(decisions.pinned) and any((record.id, name) in decisions.pinned for name in said)
            claims.append(claim)
    if len(claims) > 1:
        fullest = max([len(claim.value) for claim in claims])
        for claim in claims:
            claim.sparse = not claim.record.steward and len(claim.value) * 2 <= fullest
        _measure(claims, lead, lambda said: "\x1f".join([m.key(said.get(m.name, "")) for m in members]))
        order(claims, lead)
    return claims


def elements(records: Sequence[RecordClaims], attribute: AttributeRule, decisions: Decisions) -> list[list[Claim]]:
    """The claims on a many-valued attribute: one list for each distinct value, best claim first, lists in order."""
    name = attribute.name
    claims: list[Claim] = []
    for record in records:
        if (record.id, name) in decisions.ignored:
            continue
        for index, element in enumerate(record.values.get(name) or ()):
            claim = _claim(record, name, element, decisions)
            claim.index = index
            claim.verified = claim.verified or bool(element.get("verified"))
            claims.append(claim)
    if len(claims) < 2:
        return [claims] if claims else []
    fullest = max([parts_said(claim.value) for claim in claims])
    for claim in claims:
        claim.key = attribute.key(claim.value) or plain_key(claim.value)
        claim.sparse = not claim.record.steward and parts_said(claim.value) * 2 <= fullest
    if any(claim.record.derived for claim in claims):
        _complete(claims)
    _measure(claims, attribute, None)
    order(claims, attribute)
    return _same_values(claims)


def _complete(claims: Sequence[Claim]) -> None:
    """Let what was filled in stand for what it completes: the same address without its city is no further address."""
    derived = sorted([claim for claim in claims if claim.record.derived], key=lambda claim: parts_said(claim.value))
    for fuller in reversed(derived):
        for claim in claims:
            near = claim.record.id in (fuller.record.about, fuller.record.id)
            if near and not claim.pinned and not claim.completed and _adds_to(fuller, claim):
                claim.key, claim.completed = fuller.key, True


def _adds_to(fuller: Claim, claim: Claim) -> bool:
    return fuller.key != claim.key and completes(fuller.value, claim.value) and not completes(claim.value, fuller.value)


def parts_said(element: Mapping[str, Any]) -> int:
    """How many parts an element fills: an address of nothing but a country one."""
    return len(element.keys() - DESCRIBING)


def _same_values(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims by value and kind; one without a kind joins the best one of the same value that has a kind."""
    if len({claim.key for claim in claims}) == len(claims):
        return [[claim] for claim in claims]
    first_kind: dict[str, str] = {}
    for claim in claims:
        kind = kind_said(claim.value)
        if kind:
            first_kind.setdefault(claim.key, kind)
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        kind = kind_said(claim.value) or first_kind.get(claim.key, "")
        groups.setdefault((claim.key, kind), []).append(claim)
    for group in groups.values():
        # Of claims that say the same, the verified one is the better witness.
        if len(group) > 1:
            group.sort(key=lambda claim: (claim.completed, not claim.verified, not kind_said(claim.value), claim.rank))
    return list(groups.values())


def kind_said(element: Mapping[str, Any]) -> str:
    kind: str = element.get("kind") or element.get("scheme") or ""
    return kind


def _claim(record: RecordClaims, name: str, value: Any, decisions: Decisions) -> Claim:
    claim = Claim(record, value, record.trust.get(name, record.default_trust) * GRAINS)
    claim.verified = record.steward
    if decisions.pinned:
        claim.pinned = (record.id, name) in decisions.pinned
    return claim


def _measure(claims: Sequence[Claim], attribute: AttributeRule, key: Callable[[Any], str] | None) -> None:
    """What the rules in use ask of each claim, and no more: keys and sizes are the dear part."""
    rules = (attribute.rule, *attribute.tie_breakers)
    if "most_complete" in rules:
        for claim in claims:
            claim.size = size_of(claim.value)
    if "most_frequent" in rules:
        if key is not None:
            for claim in claims:
                claim.key = key(claim.value) or plain_key(claim.value)
        _count_keys(claims)


def says(value: Any) -> bool:
    return value is not None and value != ""


def size_of(value: Any) -> tuple[int, int]:
    """How much a value says: filled parts, then characters."""
    if isinstance(value, Mapping):
        parts = [str(part) for name, part in value.items() if part and name not in DESCRIBING]
        return len(parts), sum(map(len, parts))
    return 1, len(str(value))


def plain_key(value: Any) -> str:
    """Equality for a value whose type has no key for it; the sign keeps it apart from every key."""
    if isinstance(value, Mapping):
        value = {name: part for name, part in value.items() if name not in DESCRIBING}
    return "\x1e" + json.dumps(value, sort_keys=True, default=str)


def _count_keys(claims: Sequence[Claim]) -> None:
    """In how many records each value occurs."""
    counts = Counter([key for key, _record in {(claim.key, claim.record.id) for claim in claims}])
    for claim in claims:
        claim.count = counts[claim.key]
