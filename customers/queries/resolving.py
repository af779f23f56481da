"""What a customer's key stands for today: the customer, the survivor of its merge, or the successors of its split."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cmdm.models import User
from customers import ports
from customers.models import Customer


@dataclass(frozen=True)
class Resolved:
    """Where a key leads for one reader, and the number people know it by; all empty where he may see nothing of it."""

    customer: Customer | None = None
    survivor: Customer | None = None
    successors: tuple[Customer, ...] = ()
    number: str = ""


def resolve(key: UUID, user: User) -> Resolved:
    """Follow a key as far as the reader may see; one query for a customer that is there, five at most."""
    visible = Customer.objects.visible_to(user)
    found = visible.filter(key=key).first()
    if found is not None:
        return Resolved(customer=found, number=found.number)
    # Unscoped on purpose: a merged customer has no record, hence no domain, and only its survivor can be judged.
    gone: Any = Customer.objects.filter(key=key).only("id", "number", "status", "merged_into").first()
    if gone is None:
        return Resolved()
    if gone.status == Customer.Status.MERGED:
        return Resolved(survivor=visible.filter(pk=gone.merged_into_id).first(), number=gone.number)
    if gone.status != Customer.Status.RETIRED:
        return Resolved()
    split = visible.filter(pk__in=ports.successors([gone]).get(gone.pk, [])).exclude(pk=gone.pk).order_by("pk")
    return Resolved(successors=tuple(split), number=gone.number)
