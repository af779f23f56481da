"""Counting what customers' records say, and finding where the counts can fill something in: the work of a job.

It goes through the customers by id, some thousands at a time, each slice in a transaction of its own. It goes on where
it was cut off, and no customer is counted twice, because all his records lie in one slice. What was counted before
stands until the new count is whole. Only what sources sent is counted: what was filled in would witness for itself.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cmdm import audit, clock, jobs
from cmdm.actions import action, change_id
from cmdm.models import Domain, Job, User
from customers.models import Agreement, Customer, Fillable, HouseholdMember, SourceRecord, SuggestionRun, Tally
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.suggesting.counts import counts_for
from customers.queries.suggesting.mended import left_out
from customers.queries.suggesting.names import names_in
from customers.queries.suggesting.suggestions import suggestions_within
from customers.rules.suggesting import gathering
from customers.rules.suggesting.agreeing import LEAST, SHARE
from customers.rules.suggesting.shapes import Names, Said
from customers.types.folding import fold

SUGGEST = "customers.suggest"
SLICE = 5_000
AT_ONCE = 500
LONGEST = 200
Hold = Callable[[], None]
Report = Callable[[int, int | None, str], None]
_Slice = dict[int, list[Said]]

_NEXT = """
    SELECT id FROM customers_customer WHERE id > %s AND status = 'active' AND NOT restricted ORDER BY id LIMIT %s
"""
# Sealed attributes are left where they are; of a record nothing else is read.
_SAID = """
    SELECT r.customer_id, r.id, r.domain_id, r.party_type, (r.values - %s::text[])::text
      FROM customers_sourcerecord r
     WHERE r.customer_id = ANY(%s) AND r.closed_at IS NULL AND r.about_id IS NULL ORDER BY r.id
"""
_ADD = """
    INSERT INTO customers_tally AS t (domain_id, rule, given, value, spelt, seen)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (domain_id, rule, given, value, spelt) DO UPDATE SET seen = t.seen + EXCLUDED.seen
"""
# Of every given the value that most have, spelt as most spell it, where these are enough.
_AGREE = """
    INSERT INTO customers_agreement (domain_id, rule, given, value, agreeing, total)
    SELECT DISTINCT ON (v.domain_id, v.rule, v.given)
           v.domain_id, v.rule, v.given, v.spelt, v.agreeing, a.seen
      FROM (SELECT domain_id, rule, given, value, sum(seen) AS agreeing,
                   (array_agg(spelt ORDER BY seen DESC, spelt))[1] AS spelt
              FROM customers_tally WHERE value <> '' GROUP BY domain_id, rule, given, value) AS v
      JOIN customers_tally a USING (domain_id, rule, given)
      JOIN cmdm_domain d ON d.id = v.domain_id
     WHERE a.value = '' AND v.agreeing >= %s AND v.agreeing >= %s * a.seen
     ORDER BY v.domain_id, v.rule, v.given, v.agreeing DESC, v.spelt
"""
_FOUND = """
    INSERT INTO customers_fillable (domain_id, record_id, attribute, rule)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
    ON CONFLICT (record_id, attribute, rule) DO NOTHING
"""


@action
def ask_to_count(*, actor: User, anew: bool = False) -> Job | None:
    """Start a count, unless one is under way, there is nothing to count, or today's is done. Refuses nothing.

    :param anew: also where today's is done.
    """
    if Job.objects.unfinished().filter(name=SUGGEST).exists() or not Customer.objects.active().exists():
        return None
    if not anew and SuggestionRun.objects.filter(started_at__date=clock.now().date()).exists():
        return None
    job = jobs.enqueue(SUGGEST, actor=actor)
    audit.record(actor, "job.asked", job)
    return job


def count(*, actor: User, hold: Hold, report: Report) -> SuggestionRun:
    """Count, and find what can be filled; goes on with a count that was cut off."""
    run = begin(actor=actor, hold=hold)
    total = Customer.objects.active().count()
    for step, take, words in (
        (SuggestionRun.State.COUNTING, count_next, _("Counting")),
        (SuggestionRun.State.FINDING, find_next, _("Looking for what is missing")),
    ):
        done = 0
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
def count_next(run: SuggestionRun, *, actor: User, hold: Hold) -> SuggestionRun:
    """Count the next customers; behind the last ones, put the counts in force. Refuses nothing."""
    hold()
    run = SuggestionRun.objects.select_for_update().get(pk=run.pk)
    known = catalogue()
    last, said = _slice(run.position, known)
    if last is None:
        _put_in_force()
        Fillable.objects.all().delete()
        run.state, run.position = SuggestionRun.State.FINDING, 0
    else:
        _add(_tallied(said, names_in(known)))
        run.position, run.customers = last, run.customers + len(said)
    return _saved(run, actor, "suggestions.counted")


@action
def find_next(run: SuggestionRun, *, actor: User, hold: Hold) -> SuggestionRun:
    """Find where the next customers lack what the counts know; behind the last ones it is done. Refuses nothing."""
    hold()
    run = SuggestionRun.objects.select_for_update().get(pk=run.pk)
    known = catalogue()
    last, said = _slice(run.position, known)
    if last is None:
        run.state, run.finished_at = SuggestionRun.State.DONE, clock.now()
    else:
        run.found += _note({*_counted(said, known), *_repaired(said, known), *_shared(said, known)})
        run.position = last
    return _saved(run, actor, "suggestions.found")


def _saved(run: SuggestionRun, actor: User, deed: str) -> SuggestionRun:
    run.change = change_id()
    run.save()
    audit.record(actor, deed, run, counts={"customers": run.customers, "found": run.found})
    return run


def _slice(after: int, known: Catalogue) -> tuple[int | None, _Slice]:
    """The last of the next customers (id), and what their open records say; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, SLICE])
        ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return None, {}
        cursor.execute(_SAID, [sorted(known.sensitive), ids])
        found: _Slice = {}
        for customer, record, domain, party, values in cursor.fetchall():
            found.setdefault(customer, []).append(Said(record, domain, party, json.loads(values)))
    return ids[-1], found


def _tallied(said: _Slice, names: Names) -> Counter[tuple[int, str, str, str, str]]:
    """How many customers witness each value, and each given at all; where records count, how many records."""
    seen: Counter[tuple[int, str, str, str, str]] = Counter()
    for records in said.values():
        once: set[tuple[object, ...]] = set()
        for one in records:
            for telling in gathering.tellings(one, names):
                who = one.record if telling.rule in gathering.BY_RECORDS else 0
                given, value = telling.given[:LONGEST], telling.value[:LONGEST]
                folded = fold(value) or value
                for place, spelt in ((folded, value), ("", "")):
                    key = (who, one.domain, telling.rule, given, place)
                    if key not in once:
                        once.add(key)
                        seen[one.domain, telling.rule, given, place, spelt] += 1
    return seen


def _add(seen: Counter[tuple[int, str, str, str, str]]) -> None:
    rows = sorted(seen)
    if rows:
        columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [*columns, [seen[row] for row in rows]])


def _put_in_force() -> None:
    Agreement.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_AGREE, [LEAST, SHARE])
    Tally.objects.all().delete()


def _counted(said: _Slice, known: Catalogue) -> Iterator[int]:
    """Customers (ids) for whom a count or their own records may tell something."""
    names = names_in(known)
    needs = {customer: gathering.needs(records, names) for customer, records in said.items()}
    counts = counts_for(need for ones in needs.values() for need in ones)
    for customer, records in said.items():
        if any(True for _one in gathering.counted(needs[customer], counts)) or gathering.certain(records, names):
            yield customer


def _repaired(said: _Slice, known: Catalogue) -> Iterator[int]:
    """Customers of whom something could not be read."""
    rows = SourceRecord.objects.current().filter(customer__in=list(said), findings__contains=[{"code": "left_out"}])
    yield from (row.customer_id or 0 for row in rows.defer("raw", "corrected", "values") if left_out(row, known))


def _shared(said: _Slice, known: Catalogue) -> Iterator[int]:
    """Customers who share a household with somebody, and lack what is shared there."""
    names = names_in(known)
    homes = HouseholdMember.objects.filter(state=HouseholdMember.State.MEMBER, record__customer__in=list(said))
    for customer in set(homes.values_list("record__customer", flat=True)):
        if any(not any(one.values.get(name) for one in said[customer]) for name in (*names.addresses, *names.phones)):
            yield customer


def _note(customers: set[int]) -> int:
    """Note what can be filled in of these customers (ids), by the very rules by which it will be shown."""
    everywhere = frozenset(Domain.objects.values_list("pk", flat=True))
    wanted, made = sorted(customers), 0
    for begin in range(0, len(wanted), AT_ONCE):
        rows = Customer.objects.filter(pk__in=wanted[begin : begin + AT_ONCE])
        found = suggestions_within(list(rows), everywhere, everywhere)
        places = sorted({(one.domain, one.record, one.attribute, one.rule) for ones in found.values() for one in ones})
        if places:
            with connection.cursor() as cursor:
                cursor.execute(_FOUND, [list(column) for column in zip(*places, strict=True)])
                made += cursor.rowcount
    return made
