"""From a source's key to the customer."""

from collections.abc import Collection, Mapping

from cmdm.models import User
from customers.models import Customer, SourceRecord

Pair = tuple[str, str]


def customers_of(pairs: Collection[Pair], user: User) -> Mapping[Pair, Customer]:
    """The customers of the records that the reader may see, by source key and key; one query for any number."""
    wanted = set(pairs)
    rows = SourceRecord.objects.visible_to(user).filter(
        source__key__in={source for source, _key in wanted}, key__in={key for _source, key in wanted}
    )
    rows = rows.filter(customer__isnull=False).select_related("source", "customer")
    found = {
        (row.source.key, row.key): row.customer
        for row in rows.only("key", "source__key", "customer__key", "customer__number", "customer__status")
    }
    return {pair: customer for pair, customer in found.items() if pair in wanted and customer is not None}
