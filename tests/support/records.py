"""Sources and records for tests, taken in by the hub's own actions.

`ANNA` and `ANNA_AGAIN` are one person for the machine, `ANNE` is perhaps the same, `KARL` is somebody else.
"""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cmdm.models import Domain, User, system_user
from customers.actions import records
from customers.actions.received import Outcome, Received
from customers.actions.sources import add_source
from customers.models import Customer, Source, SourceRecord

_numbers = itertools.count(1)


def person(given: str, family: str, born: str = "", mail: str = "", **more: Any) -> dict[str, Any]:
    """Values of a person, in the shape of the API."""
    values: dict[str, Any] = {"given_name": given, "family_name": family, **more}
    if born:
        values["birth_date"] = born
    if mail:
        values["email"] = [{"value": mail}]
    return values


ANNA = person("Anna", "Bergström", "1980-02-03", "anna@bergstrom.example")
ANNA_AGAIN = person("Anna", "Bergström", "1980-02-03", "anna@bergstrom.example", gender="female")
ANNE = person("Anne", "Bergström", "1980-02-13", "anne@elsewhere.example")
KARL = person("Karl", "Lindqvist", "1955-11-30", "karl@lindqvist.example")


def make_source(domain: Domain, key: str = "", **fields: Any) -> Source:
    """A source of this domain; the key is new where none is given."""
    key = key or f"source-{next(_numbers)}"
    return add_source(actor=system_user(), domain=domain, key=key, fields={"name": key.title(), **fields})


def take(
    source: Source,
    key: str,
    values: Mapping[str, Any],
    *,
    at: datetime | None = None,
    actor: User | None = None,
    party: str = "person",
) -> Outcome:
    """Take one record in; what became of it."""
    received = Received(key=key, values=values, party_type=party, observed_at=at)
    return records.take_in(source, [received], actor=actor or system_user())[0]


def stored(source: Source, key: str, values: Mapping[str, Any], **more: Any) -> SourceRecord:
    """The record, as it is after taking it in."""
    take(source, key, values, **more)
    return SourceRecord.objects.select_related("customer", "source", "domain").get(source=source, key=key)


def close(source: Source, *keys: str, actor: User | None = None) -> list[str]:
    """The source no longer has these."""
    return records.close(source, keys, actor=actor or system_user())


def now(record: SourceRecord) -> SourceRecord:
    """The record as it stands in the database."""
    return SourceRecord.objects.select_related("customer", "source", "domain").get(pk=record.pk)


def seen(*customers: Customer | SourceRecord) -> dict[int, int]:
    """The versions of customers, or of the customers of records, as somebody sees them now."""
    placed = SourceRecord.objects.filter(pk__in=[one.pk for one in customers if isinstance(one, SourceRecord)])
    ids = {*placed.values_list("customer", flat=True), *[one.pk for one in customers if isinstance(one, Customer)]}
    return dict(Customer.objects.filter(pk__in=ids).values_list("pk", "version"))
