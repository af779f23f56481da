"""Keeping who gives two answers: in the change that records an act or moves records, and once for all after an upgrade.

The list is derived. Its rows are written for locked customers only, so that two changes at once cannot both leave out
what the other one did.
"""

from collections.abc import Callable, Collection

from django.db import connection

from cmdm import audit, jobs
from cmdm.actions import action
from cmdm.models import AuditEntry, Job, User
from consent.models import ConsentEvent, Contradiction
from consent.queries.contradictions import contradictions, likely
from consent.queries.material import Material, material
from consent.rules.contradicting import ALWAYS
from customers.models import Customer

JOB = "consent.contradictions"
KEPT = "contradictions.kept"
_KEEP = """
    WITH found AS (
        SELECT * FROM unnest(%(customers)s::bigint[], %(purposes)s::bigint[], %(until)s::timestamptz[])
                   AS t(customer, purpose, until)),
    gone AS (
        DELETE FROM consent_contradiction c
         WHERE customer_id = ANY(%(all)s) AND purpose_id = ANY(%(asked)s)
           AND NOT EXISTS (SELECT 1 FROM found WHERE customer = c.customer_id AND purpose = c.purpose_id))
    INSERT INTO consent_contradiction (customer_id, purpose_id, until)
    SELECT customer, purpose, until FROM found
        ON CONFLICT (customer_id, purpose_id) DO UPDATE SET until = EXCLUDED.until
     WHERE consent_contradiction.until IS DISTINCT FROM EXCLUDED.until
"""


def keep(known: Material, customers: Collection[int]) -> None:
    """Write down which of these customers (ids, locked; all of their records read) give two answers; one statement."""
    found = contradictions(known)
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "customers": [customer for customer, _purpose in found],
                "purposes": [purpose for _customer, purpose in found],
                "until": [None if until == ALWAYS else until for until in found.values()],
                "all": list(customers),
                "asked": [asked.id for asked in known.purposes.values()],
            },
        )


def prolonged(customers: Collection[int], purposes: Collection[str]) -> None:
    """Write down until when these customers (ids, locked) give two answers by now, where they did; activity moves
    nothing but an end."""
    rows = Contradiction.objects.filter(customer__in=customers, purpose__key__in=purposes)
    chosen = set(rows.values_list("customer", flat=True))
    if chosen:
        keep(material(customers=chosen, purposes=purposes), chosen)


@action
def keep_span(after: int, last: int, *, actor: User, hold: Callable[[], None]) -> int:
    """Write the list anew for the customers after one id and up to another; how many may be in it."""
    hold()
    kept = Contradiction.objects.filter(customer__gt=after, customer__lte=last).values_list("customer", flat=True)
    chosen = {*likely(after, last), *kept}
    list(Customer.objects.filter(pk__among=chosen).only("pk").locked())
    if chosen:
        keep(material(customers=chosen, every=True), chosen)
    audit.record(actor, "contradictions.looked_for", counts={"customers": len(chosen)})
    return len(chosen)


@action
def catch_up(*, actor: User) -> Job | None:
    """Have the list written where acts were recorded before there was one; once."""
    if AuditEntry.objects.filter(deed=KEPT).exists():
        return None
    if not ConsentEvent.objects.exists():
        audit.record(actor, KEPT, counts={"customers": 0})
        return None
    waiting = Job.objects.filter(name=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return None if waiting.exists() else jobs.enqueue(JOB, actor=actor)


@action
def done(customers: int, *, actor: User) -> None:
    """Note that the list is whole: how many customers were looked at."""
    audit.record(actor, KEPT, counts={"customers": customers})
