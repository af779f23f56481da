"""What suggestions for some customers are made of, read with a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from customers.models import Customer, HouseholdMember, Pin, SourceRecord, SuggestionAnswer
from customers.queries.catalogue import Catalogue
from customers.queries.naming import name_in
from customers.rules.suggesting.shapes import Said
from customers.sealing import is_sealed, open_values

MOST_RELATIVES = 20


class Row(Protocol):
    """A record, as far as suggestions go by it."""

    @property
    def pk(self) -> int: ...
    @property
    def domain_id(self) -> int: ...
    @property
    def party_type(self) -> str: ...
    @property
    def about_id(self) -> int | None: ...
    @property
    def closed_at(self) -> Any: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Relative:
    """A member of a customer's household, as far as the reader may see him."""

    number: str
    name: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Held:
    """What stands against suggestions for a customer: attributes that were set aside, digests that were answered."""

    ignored: frozenset[str]
    answered: frozenset[tuple[str, bytes]]


def open_records(customers: Collection[int], view: Collection[int]) -> dict[int, list[SourceRecord]]:
    """All records of these customers in these domains (ids), closed ones too, by customer; one query."""
    rows = SourceRecord.objects.filter(customer__among=customers, domain__among=view)
    found: dict[int, list[SourceRecord]] = defaultdict(list)
    for row in rows.select_related("source").defer("raw", "corrected").order_by("pk"):
        found[row.customer_id or 0].append(row)
    return found


def said_by(records: Iterable[Row], fillable: Collection[str]) -> list[Said]:
    """What open records say of the attributes (names) that rules fill or go by; a correction speaks for the record
    that it is about."""
    return [
        Said(
            record.about_id or record.pk,
            record.domain_id,
            record.party_type,
            {name: value for name, value in record.values.items() if name in fillable and not is_sealed(value)},
        )
        for record in records
        if record.closed_at is None
    ]


def past_values(records: Mapping[int, Sequence[Row]], known: Catalogue) -> dict[int, set[tuple[str, str]]]:
    """What records of each customer said once, as attribute and key, earlier or before they were closed. One query."""
    owner = {row.pk: customer for customer, rows in records.items() for row in rows}
    table: Any = SourceRecord.history.model
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for pk, values in table.objects.filter(id__among=owner).values_list("id", "values"):
        found[owner[pk]].update(_keys(values, known))
    for customer, rows in records.items():
        for row in rows:
            if row.closed_at is not None:
                found[customer].update(_keys(row.values, known))
    return found


def _keys(values: Mapping[str, Any], known: Catalogue) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        spec = known.specs.get(name)
        if spec is not None and not is_sealed(value):
            for one in value if isinstance(value, list) else [value]:
                yield name, spec.key_of(one)


def held_against(records: Mapping[int, Sequence[Row]]) -> dict[int, Held]:
    """By customer what was set aside or answered; two queries."""
    owner = {row.pk: customer for customer, rows in records.items() for row in rows}
    ignored: dict[int, set[str]] = defaultdict(set)
    pins = Pin.objects.in_force().filter(record__among=owner, kind=Pin.Kind.IGNORE)
    for pk, attribute in pins.values_list("record", "attribute"):
        ignored[owner[pk]].add(attribute)
    answered: dict[int, set[tuple[str, bytes]]] = defaultdict(set)
    answers = SuggestionAnswer.objects.in_force().filter(record__among=owner)
    for pk, attribute, digest in answers.values_list("record", "attribute", "digest"):
        answered[owner[pk]].add((attribute, bytes(digest)))
    return {one: Held(frozenset(ignored[one]), frozenset(answered[one])) for one in records}


def relatives(
    customers: Collection[int], view: Collection[int], fillable: Collection[str]
) -> dict[int, list[Relative]]:
    """Whom people said to share a household with each customer, as far as records of these domains (ids) tell; five
    queries, one where there are none. What somebody set aside of a relative is not told."""
    told = HouseholdMember.objects.filter(state=HouseholdMember.State.MEMBER, household__dissolved_at__isnull=True)
    told = told.filter(record__domain__among=view, record__customer__isnull=False)
    mine = list(told.filter(record__customer__among=customers).values_list("household", "record__customer"))
    if not mine:
        return {}
    homes: dict[int, set[int]] = defaultdict(set)
    rows = told.filter(household__among={home for home, _customer in mine})
    for home, customer in rows.values_list("household", "record__customer"):
        if len(homes[home]) <= MOST_RELATIVES:
            homes[home].add(customer)
    pairs: dict[int, set[int]] = defaultdict(set)
    for home, customer in mine:
        pairs[customer] |= homes[home] - {customer}
    wanted = {other for others in pairs.values() for other in others}
    if not wanted:
        return {}
    found = SourceRecord.objects.current().filter(customer__among=wanted, domain__among=view, about__isnull=True)
    found = found.filter(customer__status=Customer.Status.ACTIVE, customer__restricted=False)
    by_customer: dict[int, list[SourceRecord]] = defaultdict(list)
    for row in found.select_related("customer", "source").defer("raw", "findings", "corrected").order_by("pk"):
        by_customer[row.customer_id or 0].append(row)
    held = held_against(by_customer)
    made = {pk: _relative(mine, frozenset(fillable) - held[pk].ignored) for pk, mine in by_customer.items()}
    return {pk: [made[other] for other in sorted(others) if other in made] for pk, others in pairs.items()}


def _relative(records: Sequence[SourceRecord], fillable: Collection[str]) -> Relative:
    first = records[0]
    number = first.customer.number if first.customer else ""
    name = name_in(open_values(first.values), first.party_type)
    return Relative(number, name or number, tuple(said_by(records, fillable)))
