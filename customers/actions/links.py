"""Founding customers and moving records between them. Who decides is matching; the ledger is written there.

Nothing here rebuilds golden values: the deed that moves records does so once, for all customers it touched.
"""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from cmdm import clock, ids
from cmdm.actions import Refused, action, change_id
from cmdm.database.copying import drawn, insert_many
from cmdm.models import User
from customers.actions.household_meetings import meet_with
from customers.models import Customer, SourceRecord


@action
def found(groups: Sequence[Sequence[SourceRecord]], *, actor: User) -> list[Customer]:
    """One new customer per group of records, linked. Refused for an empty group or mixed party types."""
    if any(not group or len({record.party_type for record in group}) > 1 for group in groups):
        raise Refused(_("A customer is made of records of one party type."))
    if not groups:
        return []
    now = clock.now()
    made = insert_many(
        Customer(
            id=pk,
            number=ids.customer_number(pk),
            party_type=group[0].party_type,
            created_at=now,
            changed_at=now,
            change=change_id(),
        )
        for pk, group in zip(drawn(Customer, len(groups)), groups, strict=True)
    )
    move({record: customer for customer, group in zip(made, groups, strict=True) for record in group}, actor=actor)
    return made


@action
def move(targets: Mapping[SourceRecord, Customer], *, actor: User) -> None:
    """Link each record to its customer; corrections go with the record that they are about. Two statements.

    Households that share a person by it are asked about; no statement where the records had no customer before.
    A record keeps the change id and version of what it says: a link is no new version of it.
    """
    if not targets:
        return
    records, customers = [record.pk for record in targets], [customer.pk for customer in targets.values()]
    again = [record.pk for record in targets if record.placed_at is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_sourcerecord r SET customer_id = t.customer, placed_at = COALESCE(r.placed_at, %s) "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS t(record, customer) "
            "WHERE r.id = t.record OR r.about_id = t.record",
            [clock.now(), records, customers],
        )
    for record, customer in targets.items():
        record.customer = customer
        record.placed_at = record.placed_at or clock.now()
    if again:
        meet_with(again)


@action
def set_status(customers: Sequence[Customer], status: str, *, actor: User, into: Customer | None = None) -> None:
    """Set the status of locked customers; ``into`` names the survivor of merged ones. Redirects stay one hop long."""
    chosen = [customer.pk for customer in customers]
    Customer.objects.filter(pk__in=chosen).update(status=status, merged_into=into)
    for customer in customers:
        customer.status, customer.merged_into = status, into


@action
def redirect(targets: Mapping[int, int], *, actor: User) -> None:
    """Point merged customers (id) straight at their survivor (id), as the ledger says."""
    if not targets:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer c SET merged_into_id = t.survivor "
            "FROM unnest(%s::bigint[], %s::bigint[]) AS t(merged, survivor) "
            "WHERE c.id = t.merged AND c.status = 'merged'",
            [list(targets), list(targets.values())],
        )
