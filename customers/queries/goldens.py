"""What survivorship makes of the open records of customers: the same derivation for writing and for checking."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cmdm import crypto
from cmdm.database.kept import kept
from customers.models import Pin
from customers.queries.catalogue import Catalogue
from customers.queries.claims import pin_rules
from customers.queries.open_records import OpenRecord, claims_of_open, of_customers
from customers.rules.claims import PinRule
from customers.rules.survivorship import Golden, as_json, canonical_of, golden

NOTHING = Golden({}, {})
REBUILD = "customers.rebuild"  # the job that derives all customers anew


@dataclass(frozen=True)
class Derived:
    """Golden values by customer (id); those with open records; the pins in force on them."""

    by_customer: Mapping[int, Golden]
    with_records: frozenset[int]
    pins: Sequence[Pin]


def derive(customers: Sequence[int], known: Catalogue) -> Derived:
    """Derive the golden values of customers (ids); three queries at most."""
    records: dict[int, list[OpenRecord]] = {}
    for record in of_customers(customers):
        records.setdefault(record.customer_id or 0, []).append(record)
    return derive_from(customers, records, known)


def derive_from(
    customers: Sequence[int],
    records: Mapping[int, Sequence[OpenRecord]],
    known: Catalogue,
    fresh: Collection[int] = (),
) -> Derived:
    """Derive them from their open records, by customer.

    :param fresh: records (ids) that this change has added: no person has decided anything about them.
    """
    by_id = {record.pk: record for rows in records.values() for record in rows}
    owner = {record.pk: customer for customer, rows in records.items() for record in rows}
    claims = {claim.id: claim for claim in claims_of_open(list(by_id.values()))}
    pins = pins_of([pk for pk in by_id if pk not in fresh])
    rules: dict[int, list[PinRule]] = defaultdict(list)
    for rule in pin_rules(pins, by_id, known):
        rules[owner[rule.record]].append(rule)
    made = {
        customer: golden([claims[record.pk] for record in records[customer]], known.rules, rules.get(customer, ()))
        if customer in records
        else NOTHING
        for customer in customers
    }
    return Derived(made, frozenset(records), pins)


def pins_of(records: list[int]) -> list[Pin]:
    """The pins in force on these records; one query where there are none. (The ORM would bind every id on its own.)"""
    if not records:
        return []
    with kept() as cursor:
        cursor.execute("SELECT id FROM customers_pin WHERE ended_at IS NULL AND record_id = ANY(%s)", [records])
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Pin.objects.filter(pk__in=found)) if found else []


def golden_hash(made: Golden) -> bytes:
    """Keyed digest of the canonical form, over opened values."""
    return hash_of(as_json(made.values), as_json(made.lineage))


def hash_of(values: str, lineage: str) -> bytes:
    """The same of opened values and lineage that are written out already."""
    return crypto.digest(canonical_of(values, lineage), "golden")
