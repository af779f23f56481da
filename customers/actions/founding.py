"""Founding many customers at once, whole: each row is written once, with the golden values of its records.

A few customers come to be in :mod:`customers.actions.links` and get their values by ``golden.rebuild``; both ways give
the same rows. What a person has to decide about founded customers is not known before the candidates are written:
the caller tells of them afterwards.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from cmdm import access, clock, ids
from cmdm.actions import Refused, action, change_id
from cmdm.database.copying import drawn
from cmdm.database.kept import put, send
from cmdm.errors import Stale
from cmdm.models import User
from customers import ports
from customers.actions import golden, writing
from customers.actions.composing import Composed
from customers.actions.lapsing import end_lapsed
from customers.models import Customer
from customers.queries.brought import Brought
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.goldens import Derived, derive_from, hash_of
from customers.queries.open_records import OpenRecord, held_unplaced
from customers.rules.lineages import shortened
from customers.rules.survivorship import as_json
from customers.sealing import seal_values

_CUSTOMERS = {
    "id": "bigint", "change": "uuid", "key": "uuid", "number": "text", "party_type": "text", "status": "text",
    "values": "jsonb", "lineage": "jsonb", "golden_hash": "bytea", "restricted": "boolean", "version": "integer",
    "created_at": "timestamptz", "changed_at": "timestamptz",
}  # fmt: skip
_COMPOSED = """
    COPY customers_customer (id, key, number, party_type, values, lineage, golden_hash, status, restricted, version,
                             created_at, changed_at) FROM STDIN
"""
_LINK = """
    UPDATE customers_sourcerecord r SET customer_id = t.customer, placed_at = COALESCE(r.placed_at, %s)
      FROM unnest(%s::bigint[], %s::bigint[]) AS t(record, customer) WHERE r.id = t.record
"""
# Only those that are still as they were read.
_LINK_READ = """
    UPDATE customers_sourcerecord r SET customer_id = t.customer, placed_at = %s
      FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS t(record, customer, version)
     WHERE r.id = t.record AND r.version = t.version AND r.placed_at IS NULL AND r.closed_at IS NULL
"""
_BROUGHT = """
    COPY customers_sourcerecord (id, key, party_type, values, raw, digest, findings, observed_at, source_id, domain_id,
                                 version, last_version, received_at, customer_id, change, placed_at) FROM STDIN
"""
_NOTE = """
    UPDATE customers_load SET change = t.change, position = position || jsonb_build_object(
               'brought', COALESCE((position ->> 'brought')::int, 0) + t.brought,
               'noted', COALESCE((position ->> 'noted')::int, 0) + t.noted)
      FROM (VALUES (%s::int, %s::int, %s::uuid, %s::uuid)) AS t(brought, noted, change, id)
     WHERE customers_load.id = t.id
"""
_ABOUT = "SELECT EXISTS (SELECT FROM customers_sourcerecord WHERE about_id = ANY(%s))"
_CORRECTIONS = """
    UPDATE customers_sourcerecord r SET customer_id = t.customer, placed_at = COALESCE(r.placed_at, %s)
      FROM unnest(%s::bigint[], %s::bigint[]) AS t(record, customer) WHERE r.about_id = t.record
"""


@action
def found_many(
    party_type: str, groups: Sequence[Sequence[int]], *, actor: User, written: Mapping[int, OpenRecord] | None = None
) -> list[int]:
    """Found one customer per group of unplaced records (ids), with its golden values; their ids, in order.

    Refused for an empty group; Stale when one of the records has been placed or closed meanwhile.

    :param written: records (by id) that this change has added: nobody else sees them yet, so they are not read again.
    """
    if not all(groups):
        raise Refused(_("A customer is made of records of one party type."))
    if not groups:
        return []
    chosen = drawn(Customer, len(groups))
    owner = {record: pk for pk, group in zip(chosen, groups, strict=True) for record in group}
    records = _held(owner, written or {})
    known = catalogue()
    # Nobody has seen the records that this change has added: nothing was decided about them, and nothing corrected.
    fresh = written or {}
    made = derive_from(chosen, records, known, fresh)
    keys = ids.uuid7_texts(len(chosen))
    _put(party_type, chosen, keys, made, known)
    _link(_LINK, owner)
    _link(_CORRECTIONS, {record: pk for record, pk in owner.items() if record not in fresh})
    golden.finish_composed(chosen, keys, sorted({(pk, one.domain_id) for pk in chosen for one in records[pk]}))
    end_lapsed([pin for one in made.by_customer.values() for pin in one.lapsed], made.pins, actor=actor)
    return chosen


def _link(statement: str, owner: Mapping[int, int]) -> None:
    if owner:
        send(statement, [clock.now(), list(owner), list(owner.values())])


@action
def found_composed(made: Composed, *, actor: User) -> list[int]:
    """Write customers that were composed beforehand, with their records or linked to them; their ids.

    Stale when one of the records is not as it was read, or has been corrected since; or when its source has said
    something under its key meanwhile. Refused without ``import`` for records that are written.
    """
    if not made.customers:
        return []
    now = clock.now()
    if made.brought is not None:
        access.require(actor, "import", made.brought.load)
        writing.share_keys(made.brought.load.source)
    rest = f"\t{Customer.Status.ACTIVE.value}\tf\t1\t{now.isoformat()}\t{now.isoformat()}\n"
    with connection.cursor() as cursor:
        with cursor.copy(_COMPOSED) as rows:
            rows.write(made.lines.replace(b"\n", rest.encode()))
    if made.brought is None:
        _link_read(made)
    else:
        _bring(made.brought)
    golden.finish_composed(made.customers, made.keys, sorted(made.domains))
    return made.customers


def _link_read(made: Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LINK_READ, [clock.now(), made.records, made.owners, made.versions])
        linked = cursor.rowcount
        cursor.execute(_ABOUT, [made.records])
        if linked != len(made.records) or cursor.fetchone()[0]:
            raise Stale(_("One of the records has been placed meanwhile."))


def _bring(brought: Brought) -> None:
    rest = f"\t{change_id()}\t{clock.now().isoformat()}\n"
    with connection.cursor() as cursor:
        try:
            with cursor.copy(_BROUGHT) as rows:
                rows.write(brought.records.replace(b"\n", rest.encode()))
        except UniqueViolation as error:
            raise Stale(_("One of the records has been placed meanwhile.")) from error
        with cursor.copy(writing.TERMS) as rows:
            rows.write(brought.terms)
    writing.keep(brought.noted)


@action
def note_brought(made: Composed, *, actor: User) -> None:
    """Have the load know how many of its rows have been written, should it be cut off."""
    if made.brought is not None and made.brought.count:
        noted = len(made.brought.noted)
        send(_NOTE, [made.brought.count, noted, change_id(), made.brought.load.pk])


def _held(owner: Mapping[int, int], written: Mapping[int, OpenRecord]) -> dict[int, list[OpenRecord]]:
    """The records by the customer that they found; corrections stand with the record that they are about."""
    found: dict[int, list[OpenRecord]] = {}
    named = 0
    others = owner.keys() - written.keys()
    for record in [*written.values(), *(held_unplaced(others) if others else ())]:
        named += record.pk in owner
        found.setdefault(owner.get(record.pk) or owner[record.about_id or 0], []).append(record)
    if named != len(owner):
        raise Stale(_("One of the records has been placed meanwhile."))
    return found


def _put(party_type: str, chosen: Sequence[int], keys: Sequence[str], made: Derived, known: Catalogue) -> None:
    now, change, active, rows = clock.now(), change_id(), Customer.Status.ACTIVE.value, []
    for pk, key in zip(chosen, keys, strict=True):
        one = made.by_customer[pk]
        opened, lineage = as_json(one.values), as_json(one.lineage)
        sealed = known.sensitive and not known.sensitive.isdisjoint(one.values)
        values = as_json(seal_values(one.values, known.sensitive)) if sealed else opened
        named = (pk, change, key, ids.customer_number(pk), party_type, active)
        stored = as_json(shortened(one.lineage))
        rows.append((*named, values, stored, hash_of(opened, lineage), False, 1, now, now))
    put("customers_customer", _CUSTOMERS, rows)


@action
def link_many(records: Sequence[int], customers: Sequence[int], *, actor: User, written: Collection[int] = ()) -> None:
    """Link each record (id) to its customer (id, locked by the caller); corrections go with them. Two statements.

    :param written: records that this change has added: there is no correction of them.
    """
    owner = dict(zip(records, customers, strict=True))
    _link(_LINK, owner)
    _link(_CORRECTIONS, {record: customer for record, customer in owner.items() if record not in written})


@action
def tell(customers: Collection[int], *, actor: User) -> None:
    """Have whatever people must decide about founded customers (ids) opened, now that the candidates are written."""
    for some in _slices(sorted(customers)):
        ports.touched([Customer(pk=pk) for pk in some], "customer.created", actor=actor)


def _slices(chosen: Sequence[int], size: int = 5_000) -> Iterator[Sequence[int]]:
    for start in range(0, len(chosen), size):
        yield chosen[start : start + size]
