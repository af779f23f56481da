"""What people said of a customer and others: the answers in force, to be listed and taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from cmdm import access
from cmdm.models import User
from customers.models import Customer
from customers.queries.summaries import Summary, summaries
from matching.models import Verdict

ROWS = 300


@dataclass(frozen=True)
class Remembered:
    """One answer about this customer and another; ``other`` is empty where both records lie here by now."""

    change: UUID
    answer: str
    label: Any
    other: Summary | None
    by: str
    at: datetime
    reason: str
    stale: bool
    revocable: bool


def remembered(customer: Customer, user: User) -> list[Remembered]:
    """The answers, newest first, one for each deed and other customer; four queries. Hidden customers are left out."""
    mine = Q(left__customer=customer) | Q(right__customer=customer)
    rows = (
        Verdict.objects.in_force()
        .filter(mine)
        .select_related("left", "right", "decided_by")
        .defer("left__raw", "right__raw", "left__values", "right__values", "left__findings", "right__findings")
    )
    found: dict[tuple[UUID, int], Verdict] = {}
    for verdict in rows.order_by("-decided_at", "-pk")[:ROWS]:
        found.setdefault((verdict.change, _other(verdict, customer)), verdict)
    others = Customer.objects.visible_to(user).filter(pk__in={pk for _change, pk in found if pk != customer.pk})
    known = {row.id: row for row in summaries(list(others), user)}
    decides, views = access.scope(user, "decide"), access.scope(user, "view")
    return [
        _remembered(verdict, known.get(pk), decides, views)
        for (_change, pk), verdict in found.items()
        if pk == customer.pk or pk in known
    ]


def _other(verdict: Verdict, customer: Customer) -> int:
    ends = [verdict.left.customer_id or 0, verdict.right.customer_id or 0]
    return next((pk for pk in ends if pk != customer.pk), customer.pk)


def _remembered(verdict: Verdict, other: Summary | None, decides: frozenset[int], views: frozenset[int]) -> Remembered:
    """A reason may tell of either record, so it is for whoever may see both."""
    domains = {verdict.left.domain_id, verdict.right.domain_id}
    return Remembered(
        change=verdict.change,
        answer=verdict.answer,
        label=verdict.get_answer_display(),
        other=other,
        by=str(verdict.decided_by),
        at=verdict.decided_at,
        reason=verdict.reason if domains <= views else "",
        stale=verdict.stale_since is not None,
        revocable=other is not None and domains <= decides,
    )
