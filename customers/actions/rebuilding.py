"""Deriving customers anew after the rules have changed: a job that goes through all of them, batch by batch."""

from collections.abc import Callable

from cmdm import audit, jobs
from cmdm.actions import action
from cmdm.models import Job, User
from customers.actions import golden, writing
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.goldens import REBUILD, derive, golden_hash

BATCH = 500


@action
def ask_for_rebuild(*, actor: User, terms: bool = False) -> Job:
    """Have all customers derived anew, and with ``terms`` found anew; a job that has not begun yet does for both."""
    waiting = Job.objects.select_for_update().filter(
        name=REBUILD, state=Job.State.QUEUED, attempt=0, arguments={"terms": terms}
    )
    return waiting.first() or jobs.enqueue(REBUILD, actor=actor, terms=terms)


@action
def rebuild_next(after: int, *, actor: User, hold: Callable[[], None], terms: bool = False) -> int | None:
    """Derive the next customers (ids after this one) anew; only those that come out differently get a new version.

    The last id looked at; ``None`` when there is none left.
    """
    hold()
    customers = list(Customer.objects.active().filter(pk__gt=after).locked()[:BATCH])
    if not customers:
        return None
    made = derive([customer.pk for customer in customers], catalogue()).by_customer
    other = [one for one in customers if bytes(one.golden_hash) != golden_hash(made[one.pk])]
    if terms:
        rows = SourceRecord.objects.current().filter(customer__in=customers).defer("raw", "findings")
        writing.index_terms(list(rows.locked()))
    golden.rebuild(other, "customer.changed", actor=actor)
    audit.record(actor, "customers.rebuilt", counts={"looked_at": len(customers), "changed": len(other)})
    return customers[-1].pk
