"""What a customer's key stands for today: the customer, the survivor of its merge, or the successors of its split."""

from dataclasses import dataclass
from uuid import UUID

from cmdm.models import User
from customers import ports
from customers.models import Customer


@dataclass(frozen=True)
class Resolved:
    """Where a key leads for one reader; all empty when it leads nowhere that he may see."""

    customer: Customer | None = None
    survivor: Customer | None = None
    successors: tuple[Customer, ...] = ()


def resolve(key: UUID, user: User) -> Resolved:
    """Follow a key as far as the reader may see; five queries at most."""
    # Unscoped on purpose: a merged customer has no record, hence no domain, and only its survivor can be judged.
    found = Customer.objects.filter(key=key).first()
    if found is None:
        return Resolved()
    visible = Customer.objects.visible_to(user)
    if found.status == Customer.Status.MERGED:
        return Resolved(survivor=visible.filter(absorbed=found).first())
    if found.status == Customer.Status.RETIRED:
        split = visible.filter(pk__in=ports.successors([found]).get(found.pk, [])).exclude(pk=found.pk).order_by("pk")
        if after := tuple(split):
            return Resolved(successors=after)
    return Resolved(customer=visible.filter(pk=found.pk).first())
