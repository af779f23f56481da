"""Customers whose records answer differently: one yes, one no. The no counts; only the customer settles it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from cmdm import access
from cmdm.models import AuditEntry, User
from consent.models import Purpose
from consent.queries.panel import Row, consents_of
from consent.rules.folding import DENYING, GRANTING
from customers.models import Customer
from customers.queries.summaries import Summary, summaries

ASKED = "conflict.asked"
SIZE = 25
MOST = 1000
# Who may have two answers: a yes on one record and a no on another, for the same purpose. The fold decides.
_LIKELY = """
    SELECT DISTINCT r.customer_id
      FROM consent_consentevent e
      JOIN customers_sourcerecord r ON r.id = e.record_id
     WHERE r.customer_id IS NOT NULL AND r.customer_id > %(after)s
       AND EXISTS (SELECT 1 FROM customers_customerdomain d
                    WHERE d.customer_id = r.customer_id AND d.domain_id = ANY(%(domains)s))
     GROUP BY r.customer_id, e.purpose_id
    HAVING count(DISTINCT e.record_id) > 1
       AND bool_or(e.act = ANY(%(yes)s)) AND bool_or(e.act = ANY(%(no)s))
     ORDER BY r.customer_id
     LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Conflict:
    """A customer with two answers: the purposes, and when he was last asked which is right."""

    customer: Summary
    rows: tuple[Row, ...]
    asked: AuditEntry | None


def likely(user: User, *, after: int = 0, limit: int = MOST) -> list[int]:
    """Customers (ids) that may have two answers, in the reader's domains; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LIKELY,
            {
                "after": after,
                "domains": list(access.scope(user, "view")),
                "yes": sorted(GRANTING),
                "no": sorted(DENYING),
                "limit": limit,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def conflicts(user: User, *, after: int = 0) -> tuple[list[Conflict], int | None]:
    """A page of customers with two answers, and the id that the next page begins after; three queries a customer."""
    ids = likely(user, after=after, limit=SIZE + 1)
    following = ids[SIZE - 1] if len(ids) > SIZE else None
    customers = list(Customer.objects.visible_to(user).filter(pk__in=ids[:SIZE]).order_by("pk"))
    known = {one.id: one for one in summaries(customers, user)}
    asked = _asked(customers)
    found = []
    for customer in customers:
        rows = tuple(row for row in consents_of(customer, user) if row.conflict)
        if rows:
            found.append(Conflict(known[customer.pk], rows, asked.get(str(customer.pk))))
    return found, following


def _asked(customers: Sequence[Customer]) -> dict[str, AuditEntry]:
    ids = [str(customer.pk) for customer in customers]
    rows = AuditEntry.objects.filter(deed=ASKED, thing_id__in=ids).select_related("actor").order_by("pk")
    return {entry.thing_id: entry for entry in rows}


def two_answers(customer: Customer, purpose: Purpose, user: User) -> bool:
    """Whether the customer's records answer differently to this purpose; three queries."""
    return any(row.conflict and row.purpose.pk == purpose.pk for row in consents_of(customer, user))


def waiting(user: User) -> int:
    """How many customers may have two answers, up to a thousand; one query."""
    return len(likely(user))
