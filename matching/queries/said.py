"""What customers said of who they are, and what became of it."""

from collections.abc import Sequence

from customers.ports import SaidSame
from matching.models import Candidate
from matching.models.candidate import SAID


def said_same(records: Sequence[int]) -> list[SaidSame]:
    """That these records (ids) are one customer's: since when, and what became of it, newest first; one query."""
    rows = Candidate.objects.filter(left__in=records, right__in=records, kind=Candidate.Kind.RAISED, reason=SAID)
    ends = rows.order_by("-pk").values_list("opened_at", "closed_at", "left__customer", "right__customer")
    return [SaidSame(opened_at, closed_at, left == right) for opened_at, closed_at, left, right in ends]
