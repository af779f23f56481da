"""Customers that a deed holds: locked, guarded, as they were seen, with their records and the questions between them.

A deed within a deed is handed what the outer one holds: nothing is locked, guarded or read twice in one change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions import Stale
from cmdm.database.rows import Rows
from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.queries.whereabouts import whereabouts
from matching.actions import candidates
from matching.models import Candidate

_RECORDS = Rows(
    SourceRecord, "WHERE t.customer_id = ANY(%s) AND t.about_id IS NULL ORDER BY t.id FOR UPDATE",
    without=("raw", "findings"),
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Locked customers, their locked records, and the locked open candidates of which both records are among these."""

    customers: Sequence[Customer]
    records: Sequence[SourceRecord]
    asked: Sequence[Candidate]

    @cached_property
    def by_id(self) -> dict[int, SourceRecord]:
        return {record.pk: record for record in self.records}

    @property
    def apart(self) -> list[Candidate]:
        """The candidates between two of the customers; one inside a single customer is not among them."""
        return [row for row in self.asked if self._owner(row.left_id) != self._owner(row.right_id)]

    def only(self, customers: Sequence[Customer]) -> "Held":
        """The part of it that is about these customers."""
        wanted = {customer.pk for customer in customers}
        asked = [row for row in self.asked if {self._owner(row.left_id), self._owner(row.right_id)} <= wanted]
        return Held(
            [customer for customer in self.customers if customer.pk in wanted],
            [record for record in self.records if record.customer_id in wanted],
            asked,
        )

    def _owner(self, record: int) -> int:
        return self.by_id[record].customer_id or 0


def hold(customers: Sequence[Customer], *, actor: User, seen: Mapping[int, int]) -> list[Customer]:
    """Lock customers in id order, guard them, and compare their versions with those seen.

    :raises PermissionDenied: the actor may not decide in one of their domains. :raises Stale: a version differs.
    """
    held = list(Customer.objects.filter(pk__in=[customer.pk for customer in customers]).locked())
    require_decide(actor, held)
    if any(seen.get(customer.pk) != customer.version for customer in held):
        versions = {customer.number: customer.version for customer in held}
        raise Stale(_("Somebody has changed one of these customers since you saw it."), versions=versions)
    return held


def require_decide(actor: User, customers: Sequence[Customer], *things: object) -> None:
    """Refuse unless the actor may decide about locked customers, and about these things.

    One that was merged meanwhile lies in no domain any more: it is stale, the actor lacks no right for it.
    """
    standing = [one for one in customers if one.status != Customer.Status.MERGED] or customers
    access.require(actor, "decide", *things, *whereabouts(standing))


def holding(customers: Sequence[Customer]) -> Held:
    """What hangs on locked customers, locked."""
    records = records_of(customers)
    known = {record.pk for record in records}
    asked = [row for row in candidates.between(customers) if {row.left_id, row.right_id} <= known]
    return Held(customers, records, asked)


def records_of(customers: Sequence[Customer]) -> list[SourceRecord]:
    """The records of locked customers, locked; corrections go with theirs and are left out."""
    return _RECORDS([customer.pk for customer in customers])
