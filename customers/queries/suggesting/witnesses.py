"""What customers' open records witness for the counts, a slice of customers at a time.

The database leaves out all but the parts that are counted, so that the same place in many records is the same text and
is read once. Of an e-mail address comes its domain, of a phone number what can hold its calling code.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from django.db import connection

from customers.queries.catalogue import Catalogue
from customers.queries.suggesting.names import names_in
from customers.rules.suggesting import gathering
from customers.rules.suggesting.shapes import Names, Said, Telling
from customers.rules.suggesting.tallying import Witness

KEPT = 65_536
_PARTS = ("country", "postal_code", "city", "region")
_NEXT = """
    SELECT id FROM customers_customer WHERE id > %s AND status = 'active' AND NOT restricted ORDER BY id LIMIT %s
"""
# A value that lies sealed is no array and no text, and is passed over: also where its attribute is sealed no longer.
_ELEMENTS = """
    unnest(%({names})s::text[]) AS n,
    LATERAL jsonb_array_elements(CASE jsonb_typeof(r.values -> n) WHEN 'array' THEN r.values -> n END) AS e
"""
_WITNESSES = f"""
    SELECT r.customer_id, r.id, r.domain_id,
           (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object({
    ", ".join(f"'{part}', e -> '{part}'" for part in _PARTS)
})))::text FROM {_ELEMENTS.format(names="addresses")}),
           (SELECT jsonb_agg(DISTINCT left(e ->> 'value', 4))::text FROM {_ELEMENTS.format(names="phones")}
             WHERE e ->> 'value' LIKE '+%%'),
           CASE r.party_type WHEN 'organisation' THEN jsonb_build_array(
               CASE jsonb_typeof(r.values -> %(website)s) WHEN 'string' THEN r.values -> %(website)s END,
               CASE jsonb_typeof(r.values -> %(organisation)s) WHEN 'string' THEN r.values -> %(organisation)s END,
               (SELECT jsonb_agg(DISTINCT '@' || substring(e ->> 'value' FROM '[^@]*$'))
                  FROM {_ELEMENTS.format(names="emails")} WHERE e ->> 'value' LIKE '%%@%%')
           )::text END
      FROM customers_sourcerecord r
     WHERE r.customer_id = ANY(%(customers)s) AND r.closed_at IS NULL AND r.about_id IS NULL
     ORDER BY r.customer_id, r.id
"""


def next_customers(after: int, size: int) -> list[int]:
    """The next customers (ids) who are active and not restricted; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, size])
        return [pk for (pk,) in cursor.fetchall()]


class Reader:
    """Reads witnesses; what it has read of a text it keeps, as far as there is room."""

    def __init__(self, known: Catalogue) -> None:
        self.names: Names = names_in(known)
        self._of_places = lru_cache(KEPT)(self._places)
        self._of_numbers = lru_cache(KEPT)(self._numbers)

    def witnesses(self, customers: Sequence[int]) -> Iterator[Sequence[Witness]]:
        """What each of these customers (ids) witnesses, his records together; one query."""
        mine: list[Witness] = []
        last = None
        for customer, record, domain, places, phones, mail in self._rows(customers):
            if customer != last and mine:
                yield mine
                mine = []
            last = customer
            told = self._told(places, phones, mail)
            if told:
                mine.append(Witness(record, domain, told))
        if mine:
            yield mine

    def _rows(self, customers: Sequence[int]) -> list[tuple[Any, ...]]:
        names = self._attributes | {"customers": list(customers)}
        with connection.cursor() as cursor:
            cursor.execute(_WITNESSES, names)
            return cursor.fetchall()

    @cached_property
    def _attributes(self) -> dict[str, Any]:
        many = {"addresses": self.names.addresses, "phones": self.names.phones, "emails": self.names.emails}
        ones = {"website": self.names.website, "organisation": self.names.organisation}
        return {**{name: list(all_) for name, all_ in many.items()}, **ones}

    def _told(self, places: str | None, phones: str | None, mail: str | None) -> tuple[Telling, ...]:
        told: tuple[Telling, ...] = ()
        countries: tuple[str, ...] = ()
        if places:
            told, countries = self._of_places(places)
        if phones and countries:
            told += self._of_numbers(phones, countries)
        if mail:
            told += self._mail(mail)
        return told

    def _places(self, text: str) -> tuple[tuple[Telling, ...], tuple[str, ...]]:
        addresses = json.loads(text)
        told = self._tellings({self.names.addresses[0]: addresses})
        return told, tuple(sorted({str(one["country"]) for one in addresses if one.get("country")}))

    def _numbers(self, text: str, countries: tuple[str, ...]) -> tuple[Telling, ...]:
        phones = [{"value": front} for front in json.loads(text)]
        addresses = [{"country": country} for country in countries]
        return self._tellings({self.names.phones[0]: phones, self.names.addresses[0]: addresses})

    def _mail(self, text: str) -> tuple[Telling, ...]:
        website, organisation, domains = json.loads(text)
        values = {self.names.website: website, self.names.organisation: organisation} if domains else {}
        emails = {self.names.emails[0]: [{"value": one} for one in domains]} if domains else {}
        return self._tellings({**values, **emails}, "organisation")

    def _tellings(self, values: Mapping[str, Any], party_type: str = "") -> tuple[Telling, ...]:
        return tuple(dict.fromkeys(gathering.tellings(Said(0, 0, party_type, values), self.names)))
