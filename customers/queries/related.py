"""Relations of a customer with others: same household, employer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from cmdm import access
from cmdm.models import User
from customers.models import Customer, Relation
from customers.queries.summaries import Summary, summaries

ROWS = 100
DEFERRED = [f"{side}__{name}" for side in ("left", "right") for name in ("raw", "values", "findings")]


@dataclass(frozen=True)
class Related:
    """A relation with the customer at its other end."""

    id: int
    kind: str
    label: Any
    other: Summary
    by: str
    at: datetime
    endable: bool


def related(customer: Customer, user: User) -> list[Related]:
    """Relations in force, the newest first; three queries. Ends in domains that the reader may not see are left out."""
    mine = Q(left__customer=customer) | Q(right__customer=customer)
    rows = Relation.objects.filter(mine, ended_at__isnull=True).select_related("left", "right", "decided_by")
    found = {row: _other(row, customer) for row in rows.defer(*DEFERRED).order_by("-decided_at", "-pk")[:ROWS]}
    others = Customer.objects.visible_to(user).filter(pk__in=set(found.values()) - {customer.pk})
    known = {row.id: row for row in summaries(list(others), user)} if found else {}
    view, decide = access.scope(user, "view"), access.scope(user, "decide")
    return [
        _related(row, known[pk], decide)
        for row, pk in found.items()
        if pk in known and {row.left.domain_id, row.right.domain_id} <= view
    ]


def _other(row: Relation, customer: Customer) -> int:
    ends = (row.left.customer_id or 0, row.right.customer_id or 0)
    return ends[1] if ends[0] == customer.pk else ends[0]


def _related(row: Relation, other: Summary, decide: frozenset[int]) -> Related:
    return Related(
        id=row.pk,
        kind=row.kind,
        label=row.get_kind_display(),
        other=other,
        by=str(row.decided_by),
        at=row.decided_at,
        endable={row.left.domain_id, row.right.domain_id} <= decide,
    )
