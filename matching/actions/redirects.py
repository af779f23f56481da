"""Where merged customers redirect to: a projection of the ledger."""

from collections.abc import Sequence

from django.db import connection

from cmdm.models import User
from customers.actions import links
from customers.models import Customer
from matching.queries.ledgers import brought_along, customers_of, has_records, last_merges

_KNOWN = """
    SELECT id FROM customers_customer WHERE id = ANY(%s)
    UNION SELECT id FROM customers_customer WHERE merged_into_id = ANY(%s)
"""
MERGED, RETIRED = Customer.Status.MERGED, Customer.Status.RETIRED


def project(customers: Sequence[Customer], *, actor: User) -> None:
    """Point whatever redirects to these customers, or was brought with their records, where its records lie now.

    All in one customer: merged into it, in one hop. In several: retired, and its page names the successors.
    """
    around = [customer.pk for customer in customers]
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [around, around])
        known = {pk for (pk,) in cursor.fetchall()}
    entries = last_merges([*known, *brought_along(around)])
    gone = {
        row.pk: row
        for row in Customer.objects.filter(pk__in=entries, status__in=[MERGED, RETIRED]).locked()
        if not has_records(row)
    }
    where = customers_of({pk: entries[pk].records for pk in gone})
    split = [gone[pk] for pk, targets in where.items() if len(targets) > 1]
    links.set_status(split, RETIRED, actor=actor)
    whole = {pk: targets.pop() for pk, targets in where.items() if len(targets) == 1}
    by_id = {customer.pk: customer for customer in customers}
    for target in set(whole.values()):
        turned = [gone[pk] for pk, found in whole.items() if found == target and not _points_at(gone[pk], target)]
        if turned:
            into = by_id.get(target) or Customer.objects.get(pk=target)
            links.set_status(turned, MERGED, actor=actor, into=into)


def _points_at(customer: Customer, target: int) -> bool:
    return customer.status == MERGED and customer.merged_into_id == target
