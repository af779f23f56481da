"""Customers whose records answer differently: one yes, one no. The no counts; only the customer settles it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmdm import clock
from cmdm.models import AuditEntry, User
from consent.models import Contradiction, Purpose
from consent.queries.panel import Row, consents_of, consents_of_many
from customers.models import Customer
from customers.queries.summaries import Summary, summaries

ASKED = "conflict.asked"
SIZE = 25
MOST = 1000


@dataclass(frozen=True)
class Two:
    """A purpose with two answers, and when the customer was last asked which is right."""

    row: Row
    asked: AuditEntry | None


@dataclass(frozen=True)
class Conflict:
    """A customer with two answers, purpose by purpose."""

    customer: Summary
    rows: tuple[Two, ...]


def standing(user: User, *, after: int = 0, limit: int = MOST) -> list[int]:
    """Customers (ids) with two answers, in the reader's domains; one query of the list that is kept of them."""
    rows = Contradiction.objects.visible_to(user).standing(clock.now()).filter(customer__gt=after)
    return list(rows.order_by("customer").values_list("customer", flat=True).distinct()[:limit])


def conflicts(user: User, *, after: int = 0) -> tuple[list[Conflict], int | None]:
    """A page of customers with two answers, and the id that the next page begins after; as many queries for all."""
    ids = standing(user, after=after, limit=SIZE + 1)
    following = ids[SIZE - 1] if len(ids) > SIZE else None
    customers = list(Customer.objects.visible_to(user).filter(pk__in=ids[:SIZE]).order_by("pk"))
    known = {one.id: one for one in summaries(customers, user)}
    rows, asked = consents_of_many(customers, user), asked_of([one.pk for one in customers])
    found = []
    for customer in customers:
        two = tuple(Two(row, asked.get((customer.pk, row.purpose.key))) for row in rows[customer.pk] if row.conflict)
        if two:
            found.append(Conflict(known[customer.pk], two))
    return found, following


def asked_of(customers: Sequence[int]) -> dict[tuple[int, str], AuditEntry]:
    """When these customers (ids) were last asked which answer is right, by customer and purpose (key); one query."""
    ids = [str(customer) for customer in customers]
    rows = AuditEntry.objects.filter(deed=ASKED, thing="customer", thing_id__in=ids)
    return {(int(one.thing_id), one.purpose): one for one in rows.select_related("actor").order_by("pk")}


def asked_about(customer: Customer, rows: Sequence[Row]) -> list[Two]:
    """Each purpose, and where there are two answers when the customer was last asked; one query if there are any."""
    asked = asked_of([customer.pk]) if any(row.conflict for row in rows) else {}
    return [Two(row, asked.get((customer.pk, row.purpose.key)) if row.conflict else None) for row in rows]


def two_answers(customer: Customer, purpose: Purpose, user: User) -> bool:
    """Whether the customer's records answer differently to this purpose; three queries."""
    return any(row.conflict and row.purpose.pk == purpose.pk for row in consents_of(customer, user))


def waiting(user: User) -> int:
    """How many customers have two answers, up to a thousand; one query."""
    return len(standing(user))
