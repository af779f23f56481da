"""Locking whom an act is about: customers first, then records, each in id order; then everything is read again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from cmdm import access, clock
from cmdm.actions import Refused
from cmdm.errors import Stale
from cmdm.models import User
from consent.models import ConsentEvent
from consent.rules.places import place
from customers.models import Customer, SourceRecord
from customers.sealing import open_values

STEP = timedelta(microseconds=1)


@dataclass(frozen=True)
class Held:
    """Locked records by id: the ``named`` ones at which somebody acts, and all of their customers' (``cluster``).

    ``touched`` are the customers (ids, locked) of all of them, also of what was to be held besides.
    """

    named: Mapping[int, SourceRecord]
    cluster: Mapping[int, SourceRecord]
    customers: Mapping[int, Customer]
    touched: frozenset[int]

    @property
    def restricted(self) -> bool:
        return any(one.restricted for one in self.customers.values())

    @property
    def domains(self) -> frozenset[int]:
        return frozenset(one.domain_id for one in self.named.values())


def hold(records: Iterable[SourceRecord], *, actor: User, verb: str = "correct", more: Collection[int] = ()) -> Held:
    """Lock the records, those of their customers, and ``more`` (ids), which lie perhaps elsewhere.

    A correction stands for the record that it is about. Refused without the verb in the domains of the named ones.
    """
    wanted = {record.about_id or record.pk for record in records}
    rows = SourceRecord.objects.filter(pk__in={*wanted, *more})
    customers = set(rows.filter(customer__isnull=False).values_list("customer", flat=True))
    held = {one.pk: one for one in Customer.objects.filter(pk__in=customers).locked()}
    theirs = SourceRecord.objects.filter(customer__in=held, about__isnull=True).values_list("pk", flat=True)
    locked = SourceRecord.objects.filter(pk__in={*wanted, *more, *theirs}).select_related("source")
    everything = {one.pk: one for one in locked.defer("raw", "findings").locked()}
    named = {pk: everything[pk] for pk in sorted(wanted) if pk in everything}
    if not named:
        raise Refused(_("Say whose consent this is."))
    access.require(actor, verb, *named.values())
    touched = frozenset(one.customer_id for one in everything.values() if one.customer_id is not None)
    if not touched <= held.keys():
        raise Stale(_("Somebody has moved one of these records since you saw it."), versions={})
    mine = {one.customer_id for one in named.values()}
    cluster = {pk: one for pk, one in everything.items() if pk in named or one.customer_id in mine - {None}}
    return Held(named, cluster, {pk: one for pk, one in held.items() if pk in mine}, touched)


def corrected(records: Mapping[int, SourceRecord]) -> list[dict[str, Any]]:
    """What these records say, with their corrections put in; one query."""
    about = SourceRecord.objects.current().filter(about__in=records).values_list("about", "values")
    said = {pk: open_values(one.values) for pk, one in records.items() if one.closed_at is None}
    for pk, values in about:
        said.get(pk or 0, {}).update(open_values(values))
    return list(said.values())


def births(records: Mapping[int, SourceRecord]) -> list[date]:
    """The birth dates that these records hold."""
    found = []
    for values in corrected(records):
        try:
            found.append(date.fromisoformat(values["birth_date"]))
        except (KeyError, ValueError, TypeError):
            continue
    return found


def place_of(record: SourceRecord) -> str:
    """The place that a record speaks from: that of its address, else the country of its source."""
    addresses = open_values({"address": record.values.get("address", [])})["address"]
    found = (place(one.get("country", ""), one.get("region", "")) for one in addresses if isinstance(one, Mapping))
    return next((one for one in found if one), record.source.country)


def next_moment(records: Collection[int]) -> datetime:
    """When an act on these records counts from: now, and after everything that counts already, whatever the clock says.

    A clock that was set back must not let an older grant stand behind a newer denial.
    """
    last = ConsentEvent.objects.filter(record__in=records).aggregate(last=Max("effective_at"))
    now = clock.now()
    return max(now, last["last"] + STEP) if last["last"] else now
