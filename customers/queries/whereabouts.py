"""In which domains customers lie, as rights are asked of them: of many at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from customers.models import Customer

_WHERE = "SELECT customer_id, domain_id FROM customers_customerdomain WHERE customer_id = ANY(%s)"


@dataclass(frozen=True)
class Whereabouts:
    """The domains of a customer, in place of the customer."""

    domains: frozenset[int]

    def domain_ids(self) -> frozenset[int]:
        """All of them: a deed on it needs the right in each."""
        return self.domains


def whereabouts(customers: Sequence[Customer]) -> list[Whereabouts]:
    """Where each of these lies, in their order; one query."""
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_WHERE, [[customer.pk for customer in customers]])
        for customer, domain in cursor.fetchall():
            found[customer].add(domain)
    return [Whereabouts(frozenset(found[customer.pk])) for customer in customers]
