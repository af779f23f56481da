"""Customers and links as flat tables, for a file: rows come in pages by key, so that memory stays flat.

Only domains where the reader may export count; restricted customers are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cmdm import access, clock
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import Spec, catalogue
from customers.queries.files import KEY, NUMBER
from customers.queries.visible import visible_values
from customers.rules.safe_csv import Cell

PAGE = 1_000
ELEMENTS = 3
VALUE = "value"
MORE = "more"


@dataclass(frozen=True)
class Sheet:
    """A table: its columns, how many rows there are now, the attributes in it, and the rows."""

    header: tuple[str, ...]
    count: int
    attributes: tuple[str, ...]
    rows: Iterator[Sequence[Cell]]


def customers_sheet(user: User, customers: QuerySet[Customer] | None = None, *, use: str = "") -> Sheet:
    """Golden values, one customer a row; of many values the first three, and the rest in one column."""
    rows = exportable(user, customers)
    return Sheet(customers_header(), rows.count(), tuple(catalogue().specs), _customers(rows, user, use))


def exportable(user: User, customers: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """Of these customers (or all active ones) those that the user may take along."""
    rows = Customer.objects.visible_to(user, "export").filter(restricted=False)
    return rows.active() if customers is None else rows.filter(pk__in=customers.values("pk"))


def customers_header() -> tuple[str, ...]:
    """The columns of a sheet of customers, by the catalogue as it is now."""
    names = (name for spec in catalogue().specs.values() for name in columns_of(spec))
    return (NUMBER, KEY, "party_type", "version", *names)


def next_customers(customers: QuerySet[Customer], after: int) -> list[Customer]:
    """The next page of customers, by id; one query."""
    return list(customers.filter(pk__gt=after).order_by("pk")[:PAGE])


def customers_rows(page: Sequence[Customer], user: User, use: str = "") -> Iterator[Sequence[Cell]]:
    """The rows of a page of customers, with the values that the user may take along.

    With a use (``purpose/channel``, ``purpose/channel/recipient``) those only who permit it now, and of their addresses
    those that it covers.
    """
    specs = catalogue().specs.values()
    values: dict[int, Mapping[str, Any]] = {
        pk: seen.values for pk, seen in visible_values(page, user, verb="export").items()
    }
    if use:
        purpose, channel, recipient, *_more = [*use.split("/"), "", ""]
        allowed = ports.permitted(page, purpose, channel, clock.now(), recipient)
        page = [customer for customer in page if allowed[customer.pk].allowed]
        values = {**ports.usable({one.pk: values[one.pk] for one in page}, allowed, channel)}
    for customer in page:
        seen = values[customer.pk]
        cells = [cell for spec in specs for cell in cells_of(spec, seen.get(spec.name))]
        yield [customer.number, customer.key_text, customer.party_type, customer.version, *cells]


def _customers(customers: QuerySet[Customer], user: User, use: str) -> Iterator[Sequence[Cell]]:
    last = 0
    while page := next_customers(customers, last):
        last = page[-1].pk
        yield from customers_rows(page, user, use)


def columns_of(spec: Spec) -> list[str]:
    """The columns of an attribute: ``email``, ``email_kind``, ``email_2``, …, ``email_more``."""
    if not spec.many:
        return [_named(spec.name, part) for part in _parts(spec)]
    starts = [spec.name, *(f"{spec.name}_{number}" for number in range(2, ELEMENTS + 1))]
    return [*(_named(start, part) for start in starts for part in _parts(spec)), f"{spec.name}_{MORE}"]


def cells_of(spec: Spec, value: Any) -> list[Cell]:
    """The cells of a value, as many as the attribute has columns."""
    if not spec.many:
        return _element(spec, value)
    elements = list(value or ())
    shown = [*elements[:ELEMENTS], *[None] * ELEMENTS][:ELEMENTS]
    rest = " | ".join(_text(spec, element) for element in elements[ELEMENTS:])
    return [*(cell for element in shown for cell in _element(spec, element)), rest]


def _parts(spec: Spec) -> Sequence[str]:
    if not spec.type.structured:
        return (VALUE,)
    return spec.type.parts


def _named(start: str, part: str) -> str:
    return start if part == VALUE else f"{start}_{part}"


def _element(spec: Spec, element: Any) -> list[Cell]:
    parts = _parts(spec)
    if not isinstance(element, Mapping):
        return [_plain(element), *[""] * (len(parts) - 1)]
    cells = [_plain(element.get(part)) for part in parts]
    if VALUE not in parts and VALUE in element:
        cells[0] = _plain(element[VALUE])  # masked as a whole
    return cells


def _plain(value: Any) -> Cell:
    return value if isinstance(value, bool) else "" if value is None else str(value)


def _text(spec: Spec, element: Any) -> str:
    if isinstance(element, Mapping) and VALUE in element:
        return str(element[VALUE])
    return spec.type.display(element)


def links_sheet(user: User) -> Sheet:
    """Which record belongs to which customer."""
    rows = SourceRecord.objects.current().filter(
        domain__in=access.scope(user, "export"), about__isnull=True, customer__restricted=False
    )
    return Sheet(("source", "key", NUMBER, KEY), rows.count(), (), _links(rows))


def _links(records: QuerySet[SourceRecord]) -> Iterator[Sequence[Cell]]:
    last = 0
    chosen = records.order_by("pk").values_list("pk", "source__key", "key", "customer__number", "customer__key")
    while page := list(chosen.filter(pk__gt=last)[:PAGE]):
        last = page[-1][0]
        for _pk, source, key, number, customer in page:
            yield [source, key, number or "", str(customer)]
