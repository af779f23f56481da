"""Values of many customers or records as one reader may see them, as the API gives them.

Of each attribute one sees the winner if its claim lies in a visible domain, else the best visible claim, and the
attribute is named among the substitutes. Sensitive values are masked without ``reveal`` in the claim's domain.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmdm import access
from cmdm.models import User
from customers.models import Customer, Pin, SourceRecord
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec, catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.queries.past import Moment
from customers.queries.seen import each, seen_golden
from customers.rules.claims import PinRule, RecordClaims
from customers.rules.survivorship import Golden
from customers.sealing import open_values


@dataclass(frozen=True)
class Visible:
    """Values in the shape of the API, and the names of the attributes that were masked, replaced or left out."""

    values: Mapping[str, Any]
    masked: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


def visible_values(customers: Sequence[Customer], user: User, *, verb: str = "view") -> dict[int, Visible]:
    """Golden values by customer id; four queries for any number of customers, besides the reader's scope.

    :param verb: the right that makes a domain's claims visible; an export asks for ``export``.
    """
    known, view, reveal = catalogue(), access.scope(user, verb), access.scope(user, "reveal")
    chosen = [customer.pk for customer in customers]
    rows = SourceRecord.objects.current().filter(customer__in=chosen, domain__in=view)
    owner = dict(rows.values_list("pk", "domain"))
    partly = {one.pk for one in customers if not _records_of(one.lineage) <= owner.keys()}
    claims, rules = _claims(partly, view, known)
    revealed = {pk for pk, domain in owner.items() if domain in reveal}
    made = {}
    for customer in customers:
        if customer.pk in partly:
            mine = claims.get(customer.pk, [])
            golden, filled = seen_golden(customer, mine, known, _about(rules, mine))
        else:
            golden, filled = Golden(open_values(customer.values), customer.lineage), frozenset()
        values, masked = _masked(golden, known, revealed)
        made[customer.pk] = Visible(values, masked, tuple(sorted(filled)))
    return made


def _records_of(lineage: Mapping[str, Any]) -> set[int]:
    return {one["record"] for found in lineage.values() for one in each(found)}


def _claims(
    customers: Collection[int], view: Iterable[int], known: Catalogue
) -> tuple[Mapping[int, list[RecordClaims]], Sequence[PinRule]]:
    """What the visible records of partly visible customers say, and the pins on them."""
    if not customers:
        return {}, []
    rows = SourceRecord.objects.current().filter(customer__in=customers, domain__in=view).order_by("pk")
    records = list(rows.select_related("source").defer("raw", "findings"))
    by_id = {record.pk: record for record in records}
    found: dict[int, list[RecordClaims]] = defaultdict(list)
    for record, claim in zip(records, claims_of(records), strict=True):
        found[record.customer_id or 0].append(claim)
    return found, pin_rules(Pin.objects.in_force().filter(record__in=by_id), by_id, known)


def _about(rules: Sequence[PinRule], claims: Sequence[RecordClaims]) -> list[PinRule]:
    mine = {claim.id for claim in claims}
    return [rule for rule in rules if rule.record in mine]


def _masked(golden: Golden, known: Catalogue, revealed: set[int]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values, sensitive ones masked but for claims of records in ``revealed``."""
    values: dict[str, Any] = {}
    masked = []
    for name, value in golden.values.items():
        spec = known.specs.get(name)
        if spec is None:
            continue
        values[name] = value
        if shown.is_sensitive(spec):
            ends = golden.lineage.get(name)
            values[name], hidden = _hide(spec, value, [one["record"] in revealed for one in each(ends)])
            if hidden:
                masked.append(name)
    return values, tuple(masked)


def _hide(spec: Spec, value: Any, clear: Sequence[bool]) -> tuple[Any, bool]:
    """A sensitive value with each part masked that may not be revealed, and whether any was."""
    if not isinstance(value, list):
        return (value, False) if all(clear) else (shown.mask_of(spec, value), True)
    shut = [
        element if is_clear else {**_kind(element), "value": shown.mask_of(spec, element)}
        for element, is_clear in zip(value, [*clear, *[False] * (len(value) - len(clear))], strict=True)
    ]
    return shut, not all(clear)


def _kind(element: Any) -> dict[str, Any]:
    return {name: element[name] for name in ("kind", "scheme") if isinstance(element, Mapping) and name in element}


def record_values(records: Iterable[SourceRecord], user: User) -> dict[int, Visible]:
    """What visible records say, by record id; one query, besides the reader's scope."""
    known, reveal = catalogue(), access.scope(user, "reveal")
    made = {}
    for record in records:
        opened = open_values(record.values)
        values, masked = {}, []
        for name, value in opened.items():
            spec = known.specs.get(name)
            if spec is None:
                continue
            values[name] = value
            if shown.is_sensitive(spec) and record.domain_id not in reveal:
                count = len(value) if isinstance(value, list) else 1
                values[name], _hidden = _hide(spec, value, [False] * count)
                masked.append(name)
        made[record.pk] = Visible(values, tuple(masked))
    return made


def past_values(moment: Moment, known: Catalogue, user: User) -> Visible:
    """What a customer was believed to be earlier; what may not be seen, or is no longer held, is withheld."""
    reveal = access.scope(user, "reveal")
    values: dict[str, Any] = {}
    masked, withheld = [], []
    for name, found in moment.lineage.items():
        spec = known.specs[name]
        claims = [moment.claim(one, name) for one in each(found)]
        kept = [claim for claim in claims if claim is not None]
        if len(kept) < len(claims):
            withheld.append(name)
        if not kept:
            continue
        said = [claim.value for claim in kept]
        values[name] = said if spec.many else said[0]
        if shown.is_sensitive(spec):
            clear = [claim.record.domain_id in reveal for claim in kept]
            values[name], hidden = _hide(spec, values[name], clear)
            if hidden:
                masked.append(name)
    return Visible(values, tuple(masked), withheld=tuple(withheld))
