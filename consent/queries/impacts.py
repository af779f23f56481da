"""How much of consent hangs on a customer: what a wrong merge of his would touch."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q

from cmdm import clock
from consent.models import Act, ConsentEvent
from consent.rules.folding import DENYING, ENDING, GRANTING, INVALIDATED


def impacts(customers: Sequence[int]) -> dict[int, int]:
    """By customer (id), how many answers stand on his records: consents that nothing ended, and denials; one query.

    An order of magnitude for the order of a queue; what may be done is told by :mod:`consent.queries.permitted`.
    """
    ended = ConsentEvent.objects.filter(names=OuterRef("pk"), act__in=[*ENDING, INVALIDATED])
    rows = ConsentEvent.objects.of_customers(customers).filter(~Exists(ended), act__in=[*GRANTING, *DENYING])
    longer = ConsentEvent.objects.filter(names=OuterRef("pk"), act=Act.PROLONGED, expires_at__gt=clock.now())
    lapsed = Q(expires_at__lte=clock.now()) & ~Exists(longer)
    standing = rows.exclude(lapsed).values_list("record__customer").order_by()
    return dict(standing.annotate(count=Count("purpose", distinct=True)))
