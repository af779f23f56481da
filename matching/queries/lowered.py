"""Where the machine proposes instead of joining: in domains where too few of its joins were right."""

from collections.abc import Iterable
from dataclasses import replace

from customers import ports
from customers.models import CustomerDomain
from matching.engine.model import Model

NEVER = 2.0


def lowered_customers(customers: Iterable[int]) -> frozenset[int]:
    """Of these customers (ids) those that lie in such a domain, too; no query of their own where there is none."""
    domains = ports.lowered()
    if not domains:
        return frozenset()
    rows = CustomerDomain.objects.filter(customer__among=set(customers), domain__in=domains)
    return frozenset(rows.values_list("customer", flat=True))


def only_proposing(model: Model) -> Model:
    """The same model with an automatic line that nothing reaches."""
    return replace(model, automatic=NEVER)
