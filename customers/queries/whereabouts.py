"""What stands under a customer's key today: the customer, the one it was merged into, or those it was split into."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cmdm.models import User
from customers import ports
from customers.models import Customer
from customers.queries.summaries import Summary, summaries


@dataclass(frozen=True)
class Whereabouts:
    """At most one of the three, all within the reader's rights; none of them is "no such thing"."""

    customer: Customer | None = None
    survivor: Customer | None = None
    successors: Sequence[Summary] = field(default=())
    number: str = ""


def whereabouts(key: UUID, user: User) -> Whereabouts:
    """By key; one query for a customer that is there, two for one that was merged, six for one that was split."""
    visible = Customer.objects.visible_to(user)
    found = visible.filter(key=key).first()
    if found is not None:
        return Whereabouts(customer=found, number=found.number)
    gone: Any = Customer.objects.filter(key=key).only("id", "number", "status", "merged_into").first()
    if gone is None:
        return Whereabouts()
    if gone.merged_into_id is not None:
        return Whereabouts(survivor=visible.filter(pk=gone.merged_into_id).first(), number=gone.number)
    if gone.status != Customer.Status.RETIRED:
        return Whereabouts()
    rows = list(visible.filter(pk__in=ports.successors([gone]).get(gone.pk, [])).order_by("pk"))
    return Whereabouts(successors=summaries(rows, user), number=gone.number)
