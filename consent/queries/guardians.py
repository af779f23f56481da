"""Who acts for a customer that is too young to, and for whom he acts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from cmdm import access
from cmdm.models import User
from consent.models import Guardianship
from customers.models import Customer
from customers.queries.summaries import Summary, summaries


@dataclass(frozen=True)
class Other:
    """The other side of a guardianship in force; nameless when the reader may not see him."""

    row: Guardianship
    is_guardian: bool
    customer: Summary | None
    may_end: bool


def guardians_of(customer: Customer, user: User) -> list[Other]:
    """Guardians and wards by the visible records of a customer, the latest last; three queries at most."""
    rows = Guardianship.objects.in_force().filter(
        Q(ward__customer=customer, ward__domain__in=access.scope(user, "view"))
        | Q(guardian__customer=customer, guardian__domain__in=access.scope(user, "view"))
    )
    held = list(rows.select_related("ward", "guardian", "decided_by").defer(*_HEAVY).order_by("pk"))
    sides = [(one, one.ward.customer_id == customer.pk) for one in held]
    others = {(one.guardian if is_guardian else one.ward).customer_id or 0 for one, is_guardian in sides}
    known = _known(others, user) if others else {}
    may = access.scope(user, "correct")
    return [
        Other(
            one,
            is_guardian,
            known.get((one.guardian if is_guardian else one.ward).customer_id or 0),
            {one.ward.domain_id, one.guardian.domain_id} <= may,
        )
        for one, is_guardian in sides
    ]


def _known(customers: Collection[int], user: User) -> dict[int, Summary]:
    found = Customer.objects.visible_to(user).filter(pk__in=customers)
    return {one.id: one for one in summaries(list(found), user)}


_HEAVY = tuple(f"{side}__{field}" for side in ("ward", "guardian") for field in ("values", "raw", "findings"))
