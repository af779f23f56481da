"""Golden values as far as a reader may see the claims that they come from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from customers.models import Customer
from customers.queries import shown
from customers.queries.catalogue import Catalogue, Spec
from customers.rules.claims import PinRule, RecordClaims
from customers.rules.survivorship import Golden, golden
from customers.sealing import open_values

Pair = tuple[Any, Mapping[str, Any]]


def seen_golden(
    customer: Customer, claims: Sequence[RecordClaims], known: Catalogue, rules: Sequence[PinRule]
) -> tuple[Golden, frozenset[str]]:
    """Golden values where their claims are among the visible ones given, filled up from those; which were filled."""
    visible = {claim.id for claim in claims}
    whole = Golden(open_values(customer.values), customer.lineage)
    if all(one["record"] in visible for found in whole.lineage.values() for one in each(found)):
        return whole, frozenset()
    best = golden(claims, known.rules, rules) if claims else Golden({}, {})
    values: dict[str, Any] = {}
    lineage: dict[str, Any] = {}
    filled = set()
    for name, spec in known.specs.items():
        if name not in whole.lineage:
            continue
        if any(one["record"] not in visible for one in _first(whole.lineage[name])):
            filled.add(name)
        pairs = _many(spec, whole, best, visible) if spec.many else _single(name, whole, best, visible)
        if pairs:
            values[name] = [value for value, _one in pairs] if spec.many else pairs[0][0]
            lineage[name] = [one for _value, one in pairs] if spec.many else pairs[0][1]
    return Golden(values, lineage), frozenset(filled & values.keys())


def each(found: Any) -> Iterable[Mapping[str, Any]]:
    """The elements of a lineage, whether the attribute has one value or many."""
    return found if isinstance(found, list) else (found,)


def pairs_of(values: Mapping[str, Any], lineage: Mapping[str, Any], name: str) -> list[Pair]:
    """The elements of a many-valued attribute, each with its lineage."""
    return list(zip(values.get(name, ()), lineage.get(name, ()), strict=False))


def identity(spec: Spec, value: Any) -> tuple[str, str]:
    """What makes two elements the same: their key and their kind."""
    bare = shown.plain(spec, value)
    return spec.type.key(bare) or str(bare), shown.kind_of(spec, value)


def _first(lineage: Any) -> Iterable[Mapping[str, Any]]:
    return list(each(lineage))[:1]


def _single(name: str, whole: Golden, best: Golden, visible: set[int]) -> list[Pair]:
    for made in (whole, best):
        if name in made.values and made.lineage[name]["record"] in visible:
            return [(made.values[name], made.lineage[name])]
    return []


def _many(spec: Spec, whole: Golden, best: Golden, visible: set[int]) -> list[Pair]:
    kept = [pair for pair in pairs_of(whole.values, whole.lineage, spec.name) if pair[1]["record"] in visible]
    there = {identity(spec, value) for value, _one in kept}
    rest = pairs_of(best.values, best.lineage, spec.name)
    return kept + [pair for pair in rest if identity(spec, pair[0]) not in there]
