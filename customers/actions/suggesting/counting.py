"""Counting what customers' records say, and finding where the counts can fill something in: the work of a job.

It goes through the customers by id, some thousands at a time, each slice in a transaction of its own. It goes on where
it was cut off, and no customer is counted twice, because all his records lie in one slice. What was counted before
stands until the new count is whole. Only what sources sent is counted: what was filled in would witness for itself.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import Domain, Job, User
from customers.models import Agreement, Customer, Fillable, Load, SourceRecord, SuggestionRun, Tally
from customers.queries.catalogue import catalogue
from customers.queries.suggesting.lacking import lacking
from customers.queries.suggesting.proposing import proposed
from customers.queries.suggesting.witnesses import Reader, next_customers
from customers.queries.suggesting.worklist import JOB
from customers.rules.suggesting.agreeing import LEAST, SHARE
from customers.rules.suggesting.tallying import tallied

SLICE = 5_000
Hold = Callable[[], None]
Report = Callable[[int, int | None, str], None]

_ADD = "COPY customers_tally (domain_id, rule, given, value, spelt, seen) FROM STDIN"
# Of every given the value that most have, spelt as most spell it, where these are enough.
_AGREE = """
    WITH spellings AS (
        SELECT domain_id, rule, given, value, spelt, sum(seen) AS seen
          FROM customers_tally GROUP BY domain_id, rule, given, value, spelt
    ), valued AS (
        SELECT domain_id, rule, given, value, sum(seen) AS agreeing,
               (array_agg(spelt ORDER BY seen DESC, spelt))[1] AS spelt
          FROM spellings GROUP BY domain_id, rule, given, value
    ), counted AS (
        SELECT domain_id, rule, given, value, spelt, agreeing,
               sum(agreeing) OVER (PARTITION BY domain_id, rule, given) AS total
          FROM valued
    )
    INSERT INTO customers_agreement (domain_id, rule, given, value, agreeing, total)
    SELECT DISTINCT ON (c.domain_id, c.rule, c.given) c.domain_id, c.rule, c.given, c.spelt, c.agreeing, c.total
      FROM counted c JOIN cmdm_domain d ON d.id = c.domain_id
     WHERE c.value <> '' AND c.agreeing >= %s AND c.agreeing >= %s * c.total
     ORDER BY c.domain_id, c.rule, c.given, c.agreeing DESC, c.spelt
"""
_FOUND = """
    INSERT INTO customers_fillable (domain_id, record_id, attribute, rule)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
    ON CONFLICT (record_id, attribute, rule) DO NOTHING
"""


@action
def ask_to_count(*, actor: User, anew: bool = False) -> Job | None:
    """Start a count, unless one is under way, there is nothing to count, or it was done within a day. It does not begin
    beside a load either: it would count half of it, and slow it down.

    :param anew: whatever was done or is loaded. Refused without ``correct`` in any domain, unless the hub itself asks.
    """
    if anew and not access.in_any(actor, ["correct"]):
        raise Refused(_("Filling in needs the right to correct."))
    if Job.objects.unfinished().filter(name=JOB).exists() or not Customer.objects.active().exists():
        return None
    since = clock.now() - timedelta(days=1)
    if not anew and (
        Job.objects.filter(name=JOB, created_at__gte=since).exists()
        or Load.objects.filter(state=Load.State.RUNNING).exists()
    ):
        return None
    job = jobs.enqueue(JOB, actor=actor)
    audit.record(actor, "job.asked", job)
    return job


def count(*, actor: User, hold: Hold, report: Report) -> SuggestionRun:
    """Count, and find what can be filled; goes on with a count that was cut off."""
    run = begin(actor=actor, hold=hold)
    total = Customer.objects.active().count()
    reader = Reader(catalogue())
    for step, take, words in (
        (SuggestionRun.State.COUNTING, partial(count_next, reader=reader), _("Counting")),
        (SuggestionRun.State.FINDING, find_next, _("Looking for what is missing")),
    ):
        done = run.customers if run.state == step == SuggestionRun.State.COUNTING else 0
        while run.state == step:
            report(min(done, total), total, words)
            run = take(run, actor=actor, hold=hold)
            done += SLICE
    return run


@action
def begin(*, actor: User, hold: Hold) -> SuggestionRun:
    """The count that is under way, or a new one. Refuses nothing."""
    hold()
    run = SuggestionRun.objects.exclude(state=SuggestionRun.State.DONE).select_for_update().first()
    if run is None:
        Tally.objects.all().delete()
        run = SuggestionRun.objects.create()
        audit.record(actor, "suggestions.begun", run)
    return run


@action
def count_next(run: SuggestionRun, *, actor: User, hold: Hold, reader: Reader) -> SuggestionRun:
    """Count the next customers; behind the last ones, put the counts in force. Refuses nothing."""
    hold()
    run = SuggestionRun.objects.select_for_update().get(pk=run.pk)
    customers = next_customers(run.position, SLICE)
    if not customers:
        _put_in_force()
        Fillable.objects.all().delete()
        run.state, run.position = SuggestionRun.State.FINDING, 0
    else:
        _add(customers, reader)
        run.position, run.customers = customers[-1], run.customers + len(customers)
    return _saved(run, actor, "suggestions.counted")


@action
def find_next(run: SuggestionRun, *, actor: User, hold: Hold) -> SuggestionRun:
    """Find where the next customers lack what the counts know; behind the last ones it is done. Refuses nothing."""
    hold()
    run = SuggestionRun.objects.select_for_update().get(pk=run.pk)
    customers = next_customers(run.position, SLICE)
    if not customers:
        run.state, run.finished_at = SuggestionRun.State.DONE, clock.now()
    else:
        run.found += _note(customers)
        run.position = customers[-1]
    return _saved(run, actor, "suggestions.found")


def _saved(run: SuggestionRun, actor: User, deed: str) -> SuggestionRun:
    run.change = change_id()
    run.save()
    audit.record(actor, deed, run, counts={"customers": run.customers, "found": run.found})
    return run


def _add(customers: list[int], reader: Reader) -> None:
    seen = tallied(reader.witnesses(customers))
    with connection.cursor() as cursor, cursor.copy(_ADD) as lines:
        for place, times in seen.items():
            lines.write_row((*place, times))


def _put_in_force() -> None:
    Agreement.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_AGREE, [LEAST, SHARE])
    Tally.objects.all().delete()


def _note(customers: list[int]) -> int:
    """Note what can be filled in of these customers (ids), by the very rules by which it will be shown."""
    everywhere = frozenset(Domain.objects.values_list("pk", flat=True))
    known = catalogue()
    some = lacking(customers, known)
    damaged = [row.pk for rows in some.records.values() for row in rows if row.broken]
    broken = SourceRecord.objects.filter(pk__among=damaged).select_related("source") if damaged else ()
    found = proposed(some.records, list(broken), some.homely, known, everywhere, everywhere)
    places = sorted({(one.domain, one.record, one.attribute, one.rule) for ones in found.values() for one in ones})
    if not places:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [list(column) for column in zip(*places, strict=True)])
        return int(cursor.rowcount)
