"""Deriving golden values: the only writer of a customer's values, lineage, version, domains and its outbox row."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmdm import clock, events, history
from cmdm.actions import action, change_id
from cmdm.database.kept import send
from cmdm.events import Event
from cmdm.models import User
from customers import ports
from customers.actions.lapsing import end_lapsed
from customers.models import Customer
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.goldens import Derived, derive, golden_hash
from customers.rules.lineages import shortened
from customers.rules.survivorship import as_json
from customers.sealing import seal_values

AT_ONCE = 5_000
CREATED = "customer.created"

# Values and lineage come as one document: as arrays of texts, quoting them took longer than the rest of the statement.
_WRITE = """
    UPDATE customers_customer c
       SET values = d.made -> 0, lineage = d.made -> 1, golden_hash = t.hash, status = t.status,
           version = c.version + 1, changed_at = %s, change = %s
      FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) WITH ORDINALITY AS t(id, hash, status, place)
      JOIN jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS d(made, place) USING (place)
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
def rebuild(
    customers: Sequence[Customer], deed: str, *, actor: User, founded: Sequence[int] = (), **facts: Any
) -> list[Customer]:
    """Derive golden values anew from the open records; raise the version; write history, domains and outbox.

    The caller holds the customers' locks and names each once. A customer without an open record is retired; one that
    got its first version is announced as ``customer.created``, the others by the deed.

    :param founded: customers (ids) that the same deed founded whole: what is to be decided is asked of all at once.
    """
    chosen = sorted(customers, key=lambda customer: customer.pk)
    if chosen:
        known = catalogue()
        made = derive([customer.pk for customer in chosen], known)
        _write(chosen, made, known)
        end_lapsed([pin for one in made.by_customer.values() for pin in one.lapsed], made.pins, actor=actor)
        _announce(chosen, deed, facts)
    if chosen or founded:
        ports.touched([*chosen, *(Customer(pk=pk) for pk in founded)], deed, actor=actor)
    return chosen


def _status(customer: Customer, has_records: bool) -> str:
    """Active while it has records; without them it stays merged, or is retired."""
    if has_records:
        return Customer.Status.ACTIVE
    return customer.status if customer.status != Customer.Status.ACTIVE else Customer.Status.RETIRED


def _write(customers: Sequence[Customer], derived: Derived, known: Catalogue) -> None:
    now = clock.now()
    columns: list[list[Any]] = [[], [], []]
    documents = []
    for customer in customers:
        made = derived.by_customer[customer.pk]
        customer.values = seal_values(made.values, known.sensitive)
        customer.lineage = made.lineage
        customer.golden_hash = golden_hash(made)
        customer.status = _status(customer, customer.pk in derived.with_records)
        customer.version += 1
        customer.changed_at, customer.change = now, change_id()
        documents.append([customer.values, shortened(made.lineage)])
        for column, value in zip(columns, (customer.pk, customer.golden_hash, customer.status), strict=True):
            column.append(value)
    send(_WRITE, [now, change_id(), *columns, as_json(documents)])
    send(_DOMAINS, {"ids": columns[0]})
    first = [customer.pk for customer in customers if customer.version == 1]
    history.keep(Customer, first, history.ADDED)
    history.keep(Customer, [pk for pk in columns[0] if pk not in set(first)], history.CHANGED)


def finish_composed(customers: Sequence[int], keys: Sequence[str], domains: Sequence[tuple[int, int]]) -> None:
    """Domains (as customer and domain), history and outbox of customers (ids) whose first version has been written.

    Three statements.
    """
    send(
        "INSERT INTO customers_customerdomain (customer_id, domain_id) "
        "SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
        [[customer for customer, _domain in domains], [domain for _customer, domain in domains]],
    )
    history.keep(Customer, customers, history.ADDED)
    events.emit_written(CREATED, customers, 1, [f'{{"key": "{key}"}}' for key in keys])


@action
def rebuild_many(customers: Sequence[int], deed: str, *, actor: User, **facts: Any) -> None:
    """Lock customers (ids) and derive them anew, some thousands at a time, as :func:`rebuild` does."""
    chosen = sorted(set(customers))
    for start in range(0, len(chosen), AT_ONCE):
        rows = Customer.objects.filter(pk__in=chosen[start : start + AT_ONCE]).locked()
        rebuild(list(rows.defer("values", "lineage", "golden_hash")), deed, actor=actor, **facts)


def _announce(customers: Sequence[Customer], deed: str, facts: Mapping[str, Any]) -> None:
    events.emit_many(
        Event(_topic(customer, deed), customer.pk, customer.version, {"key": str(customer.key), **facts})
        for customer in customers
    )


def _topic(customer: Customer, deed: str) -> str:
    if customer.status == Customer.Status.RETIRED:
        return "customer.retired"
    return CREATED if customer.version == 1 else deed
