"""Survivorship as the business sees it: the rule of every attribute, and what another one would do, before it does.

A rehearsal derives a sample of real customers twice, as it is and as it would be, and counts those that come out
differently. The sample holds customers with several records, for one record knows no rivals; values are shown of
customers all of whose records the reader may see.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from cmdm import access
from cmdm.models import User
from customers.models import Attribute, Customer, Source, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.claims import pin_rules
from customers.queries.goldens import pins_of
from customers.queries.open_records import OpenRecord, claims_of_open, of_customers
from customers.queries.shown import mask_of, text_of
from customers.rules.claims import AttributeRule, RecordClaims
from customers.rules.shares import interval
from customers.rules.survivorship import LABELS, Golden, golden

SAMPLE = 1_000
EXAMPLES = 12
WINDOW = 8_000
_SIZE = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE relname = 'customers_customer'"
# From a random place on, in the order of ids: a page of an index, wherever it is and however large the table.
_SEVERAL = """
    SELECT customer_id FROM (
        SELECT customer_id FROM customers_sourcerecord
         WHERE customer_id >= %(start)s AND closed_at IS NULL AND values ? %(attribute)s
         ORDER BY customer_id LIMIT %(window)s) AS near
     GROUP BY customer_id HAVING count(*) > 1 LIMIT %(most)s
"""
_ENDS = "SELECT min(id), max(id) FROM customers_customer"


@dataclass(frozen=True)
class Draft:
    """Another rule for one attribute, and other words' worth: by source (id) its trust and its half-life here."""

    attribute: str
    rule: str
    tie_breakers: tuple[str, ...]
    half_life: int
    downgrade: int
    trusts: Mapping[int, int]
    half_lives: Mapping[int, int | None]


@dataclass(frozen=True)
class Side:
    """A value as it is or would be, who says so, and by which rule."""

    text: str
    source: str
    why: str


@dataclass(frozen=True)
class Example:
    """A customer that would come out differently."""

    key: str
    number: str
    before: Sequence[Side]
    after: Sequence[Side]


@dataclass(frozen=True)
class Rehearsal:
    """How many of the sample would come out differently, and some of them."""

    size: int
    changed: int
    examples: Sequence[Example]
    hidden: int
    customers: int

    @property
    def share(self) -> float | None:
        return self.changed / self.size if self.size else None

    @property
    def low(self) -> float:
        return interval(self.changed, self.size)[0]

    @property
    def high(self) -> float:
        return interval(self.changed, self.size)[1]


def rehearse(draft: Draft, user: User, *, seed: int = 0) -> Rehearsal:
    """What this draft would change among a sample of customers; eight queries."""
    known = catalogue()
    drawn = _drawn(draft.attribute, seed)
    records = [record for record in of_customers(drawn) if record.customer_id]
    owner = {record.pk: record.customer_id or 0 for record in records}
    made = {claim.id: claim for claim in claims_of_open(records)}
    rules = _pins(records, known)
    before, after = _rules(known, draft), _rules(known, draft, changed=True)
    by_customer: dict[int, list[RecordClaims]] = {}
    for record in records:
        by_customer.setdefault(owner[record.pk], []).append(made[record.pk])
    differing = {}
    for customer, claims in by_customer.items():
        pins = [pin for pin in rules if owner[pin.record] == customer]
        one = golden(claims, before, pins)
        other = golden([_weighed(claim, draft) for claim in claims], after, pins)
        if any(one.values.get(rule.name) != other.values.get(rule.name) for rule in before):
            differing[customer] = (one, other)
    seen = _open_to(differing, records, user)
    examples = _examples(draft.attribute, {pk: differing[pk] for pk in sorted(seen)[:EXAMPLES]}, known)
    return Rehearsal(len(by_customer), len(differing), examples, len(differing) - len(seen), _customers())


def _drawn(attribute: str, seed: int) -> list[int]:
    """Customers with several records that have this attribute, from five random places."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS)
        low, high = cursor.fetchone()
        if low is None:
            return []
        lots = random.Random(seed)  # noqa: S311 (a sample, no secret)
        starts = [low] if high - low < WINDOW else [lots.randint(low, high) for _place in range(5)]
        found: set[int] = set()
        for start in starts:
            given = {"start": start, "attribute": attribute, "window": WINDOW, "most": SAMPLE // len(starts)}
            cursor.execute(_SEVERAL, given)
            found.update(customer for (customer,) in cursor.fetchall())
    return sorted(found)


def _customers() -> int:
    """About how many customers there are; exact in a small hub."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        about: int = cursor.fetchone()[0]
    return about if about > WINDOW else Customer.objects.active().count()


def _pins(records: Sequence[OpenRecord], known: Catalogue) -> Any:
    by_id = {record.pk: record for record in records}
    return pin_rules(pins_of(list(by_id)), by_id, known)


def _rules(known: Catalogue, draft: Draft, *, changed: bool = False) -> list[AttributeRule]:
    """The rules of the attribute, and of those that survive with it, as they are or as they would be."""
    members = members_of(known, draft.attribute)
    rules = [rule for rule in known.rules if rule.name in members]
    if not changed:
        return rules
    fields: dict[str, Any] = {"rule": draft.rule, "tie_breakers": draft.tie_breakers}
    fields |= {"half_life": draft.half_life, "downgrade": draft.downgrade}
    return [replace(rule, **fields) for rule in rules]


def members_of(known: Catalogue, attribute: str) -> list[str]:
    """The attribute and those that survive with it, in the order of the pages; the first one's rule counts."""
    group = known.specs[attribute].row.survives_with
    if not group or known.specs[attribute].many:
        return [attribute]
    return [name for name, spec in known.specs.items() if spec.row.survives_with == group and not spec.many]


def _weighed(claim: RecordClaims, draft: Draft) -> RecordClaims:
    """A claim with what the draft says its source's word is worth."""
    trust, half_lives = dict(claim.trust), dict(claim.half_lives)
    if claim.source_id in draft.trusts:
        trust[draft.attribute] = draft.trusts[claim.source_id]
    if claim.source_id in draft.half_lives:
        days = draft.half_lives[claim.source_id]
        half_lives.pop(draft.attribute, None)
        if days is not None:
            half_lives[draft.attribute] = days
    return replace(claim, trust=trust, half_lives=half_lives)


def _open_to(differing: Collection[int], records: Sequence[OpenRecord], user: User) -> set[int]:
    """Of these customers those all of whose records the reader may see, and the customers themselves."""
    scope = access.scope(user, "view")
    closed = {record.customer_id for record in records if record.domain_id not in scope}
    near = Customer.objects.visible_to(user).filter(pk__in=[pk for pk in differing if pk not in closed])
    return set(near.values_list("pk", flat=True))


def _examples(attribute: str, found: Mapping[int, Any], known: Catalogue) -> list[Example]:
    members = members_of(known, attribute)
    named = {line["record"] for pair in found.values() for made in pair for line in _lines(made.lineage, members)}
    rows = SourceRecord.objects.filter(pk__in=named).select_related("source").only("source__name")
    names = {row.pk: row.source.name for row in rows}
    customers = Customer.objects.only("key", "number").in_bulk(found)
    return [
        Example(
            str(customers[pk].key),
            customers[pk].number,
            _sides(one, members, known, names),
            _sides(other, members, known, names),
        )
        for pk, (one, other) in found.items()
    ]


def _sides(made: Golden, members: Sequence[str], known: Catalogue, names: Mapping[int, str]) -> list[Side]:
    """What the customer's values are, those of a group as one."""
    if known.specs[members[0]].many:
        texts = [_text(known, members[0], value) for value in made.values.get(members[0], ())]
    else:
        said = [_text(known, name, made.values[name]) for name in members if name in made.values]
        texts = [" ".join(said)] if said else []
    return [
        Side(text, names.get(line["record"], ""), str(LABELS.get(line["rule"], line["rule"])))
        for text, line in zip(texts, _lines(made.lineage, members), strict=False)
    ]


def _text(known: Catalogue, name: str, value: Any) -> str:
    spec = known.specs[name]
    return mask_of(spec, value) if name in known.sensitive else text_of(spec, value)


def _lines(lineage: Mapping[str, Any], members: Sequence[str]) -> list[Mapping[str, Any]]:
    """Where values came from: element by element, or of the first attribute of a group that has one."""
    found: Any = next((lineage[name] for name in members if name in lineage), [])
    return found if isinstance(found, list) else [found]


@dataclass(frozen=True)
class Ruled:
    """An attribute, or a group of them that survives together, with how."""

    attribute: Attribute
    label: str
    rule: str
    ties: Sequence[str]


def ruled() -> list[Ruled]:
    """Every current attribute, a group once, with its rule in words; one query."""
    known = catalogue()
    labels = {code: str(label) for code, label in Attribute.Rule.choices}
    made = []
    for name, spec in known.specs.items():
        members = members_of(known, name)
        if members[0] == name:
            label = ", ".join(known.specs[one].label for one in members)
            ties = [labels.get(tie, tie) for tie in spec.row.tie_breakers]
            made.append(Ruled(spec.row, label, labels.get(spec.row.rule, spec.row.rule), ties))
    return made


def sources_of(user: User) -> list[Source]:
    """The sources whose word he may weigh: those of the domains where he configures."""
    scope = access.scope(user, "configure")
    return list(Source.objects.filter(domain__in=scope).exclude(role=Source.Role.STEWARD).order_by("name"))
