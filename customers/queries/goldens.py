"""What survivorship makes of the open records of customers: the same derivation for writing and for checking."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cmdm import crypto
from customers.models import Pin, SourceRecord
from customers.queries.catalogue import Catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.rules.claims import PinRule
from customers.rules.survivorship import Golden, canonical, golden

NOTHING = Golden({}, {})
REBUILD = "customers.rebuild"  # the job that derives all customers anew


@dataclass(frozen=True)
class Derived:
    """Golden values by customer (id); those with open records; the pins in force on them."""

    by_customer: Mapping[int, Golden]
    with_records: frozenset[int]
    pins: Sequence[Pin]


def derive(customers: Sequence[int], known: Catalogue) -> Derived:
    """Derive the golden values of customers (ids); two queries."""
    records = _open_records(customers)
    by_id = {record.pk: record for rows in records.values() for record in rows}
    pins = list(Pin.objects.in_force().filter(record__in=by_id))
    rules: dict[int, list[PinRule]] = defaultdict(list)
    for rule in pin_rules(pins, by_id, known):
        rules[by_id[rule.record].customer_id or 0].append(rule)
    made = {
        customer: golden(claims_of(records[customer]), known.rules, rules[customer]) if customer in records else NOTHING
        for customer in customers
    }
    return Derived(made, frozenset(records), pins)


def _open_records(customers: Iterable[int]) -> Mapping[int, list[SourceRecord]]:
    found: dict[int, list[SourceRecord]] = {}
    rows = SourceRecord.objects.current().filter(customer__in=list(customers))
    for record in rows.select_related("source").defer("raw", "findings").order_by("pk"):
        found.setdefault(record.customer_id or 0, []).append(record)
    return found


def golden_hash(made: Golden) -> bytes:
    """Keyed digest of the canonical form, over opened values."""
    return crypto.digest(canonical(made), "golden")
