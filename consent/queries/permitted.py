"""What may be done with a customer's data."""

from collections.abc import Sequence
from datetime import datetime

from customers.models import Customer

NO_STATEMENT = "no statement"


def permitted(customers: Sequence[Customer], purpose: str, channel: str, at: datetime) -> dict[int, str]:
    """By customer id: ``no statement`` for each, since no consent has been recorded. No query."""
    return {customer.pk: NO_STATEMENT for customer in customers}
