"""Deriving golden values: the only writer of a customer's values, lineage, version, domains and its outbox row."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from cmdm import clock, crypto, events, history
from cmdm.actions import action, change_id
from cmdm.events import Event
from cmdm.models import User
from customers import ports
from customers.actions.lapsing import end_lapsed
from customers.models import Customer, Pin, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.claims import claims_of, pin_rules
from customers.rules.claims import RecordClaims
from customers.rules.survivorship import Golden, canonical, golden
from customers.sealing import seal_values

RETIRED = Golden({}, {})

_WRITE = """
    UPDATE customers_customer c
       SET values = t.values::jsonb, lineage = t.lineage::jsonb, golden_hash = t.hash, status = t.status,
           version = c.version + 1, changed_at = %s, change = %s
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::text[])
           AS t(id, values, lineage, hash, status)
     WHERE c.id = t.id
"""
_DOMAINS = """
    WITH wanted AS (
        SELECT DISTINCT r.customer_id, r.domain_id FROM customers_sourcerecord r
          JOIN customers_customer c ON c.id = r.customer_id
         WHERE r.customer_id = ANY(%(ids)s) AND (r.closed_at IS NULL OR c.status <> 'active')),
    gone AS (
        DELETE FROM customers_customerdomain d WHERE d.customer_id = ANY(%(ids)s)
           AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.customer_id = d.customer_id AND w.domain_id = d.domain_id))
    INSERT INTO customers_customerdomain (customer_id, domain_id)
    SELECT customer_id, domain_id FROM wanted ON CONFLICT DO NOTHING
"""


@action
def rebuild(customers: Sequence[Customer], deed: str, *, actor: User, **facts: Any) -> list[Customer]:
    """Derive golden values anew from the open records; raise the version; write history, domains and outbox.

    The caller holds the customers' locks and names each once. A customer without an open record is retired; one that
    got its first version is announced as ``customer.created``, the others by the deed.
    """
    if not customers:
        return []
    chosen = sorted(customers, key=lambda customer: customer.pk)
    known = catalogue()
    records = _open_records(chosen)
    pins = Pin.objects.in_force().filter(record__in=[record.pk for rows in records.values() for record in rows])
    rules = pin_rules(pins, {record.pk: record for rows in records.values() for record in rows}, known)
    by_customer: dict[int, Golden] = {}
    for customer in chosen:
        claims = claims_of(records.get(customer.pk, ()))
        by_customer[customer.pk] = golden(claims, known.rules, _pins_of(claims, rules)) if claims else RETIRED
    _write(chosen, by_customer, records, known)
    end_lapsed([pin for made in by_customer.values() for pin in made.lapsed], pins, actor=actor)
    _announce(chosen, deed, facts)
    ports.touched(chosen, deed, actor=actor)
    return chosen


def _open_records(customers: Iterable[Customer]) -> Mapping[int, list[SourceRecord]]:
    found: dict[int, list[SourceRecord]] = defaultdict(list)
    rows = SourceRecord.objects.current().filter(customer__in=[customer.pk for customer in customers])
    for record in rows.select_related("source").defer("raw", "findings").order_by("pk"):
        found[record.customer_id or 0].append(record)
    return found


def _pins_of(claims: Sequence[RecordClaims], rules: Sequence[Any]) -> list[Any]:
    mine = {claim.id for claim in claims}
    return [rule for rule in rules if rule.record in mine]


def golden_hash(made: Golden) -> bytes:
    """Keyed digest of the canonical form, over opened values."""
    return crypto.digest(canonical(made), "golden")


def _status(customer: Customer, has_records: bool) -> str:
    """Active while it has records; without them it stays merged, or is retired."""
    if has_records:
        return Customer.Status.ACTIVE
    return customer.status if customer.status != Customer.Status.ACTIVE else Customer.Status.RETIRED


def _write(
    customers: Sequence[Customer],
    by_customer: Mapping[int, Golden],
    records: Mapping[int, list[SourceRecord]],
    known: Catalogue,
) -> None:
    now = clock.now()
    columns: list[list[Any]] = [[], [], [], [], []]
    for customer in customers:
        made = by_customer[customer.pk]
        customer.values = seal_values(made.values, known.sensitive)
        customer.lineage = made.lineage
        customer.golden_hash = golden_hash(made)
        customer.status = _status(customer, bool(records.get(customer.pk)))
        customer.version += 1
        customer.changed_at, customer.change = now, change_id()
        row = (customer.pk, _json(customer.values), _json(made.lineage), customer.golden_hash, customer.status)
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [now, change_id(), *columns])
        cursor.execute(_DOMAINS, {"ids": columns[0]})
    first = [customer.pk for customer in customers if customer.version == 1]
    history.keep(Customer, first, history.ADDED)
    history.keep(Customer, [pk for pk in columns[0] if pk not in set(first)], history.CHANGED)


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _announce(customers: Sequence[Customer], deed: str, facts: Mapping[str, Any]) -> None:
    events.emit_many(
        Event(_topic(customer, deed), customer.pk, customer.version, {"key": str(customer.key), **facts})
        for customer in customers
    )


def _topic(customer: Customer, deed: str) -> str:
    if customer.status == Customer.Status.RETIRED:
        return "customer.retired"
    return "customer.created" if customer.version == 1 else deed
