"""Of a slice of customers those who lack anything that a rule may know, with all their records.

The database sorts out the others, who are most, before anything of theirs is read: nothing a rule could fill in may be
passed over here, and what is kept in vain costs only time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from customers.models import HouseholdMember
from customers.queries.catalogue import Catalogue
from customers.queries.suggesting.names import names_in
from customers.rules.suggesting import places
from customers.rules.suggesting.numbers import COUNTRY_BY_PHONE as PHONE
from customers.types.countries import country_choices
from customers.types.postal import rules

# An address without its country, or without a part that addresses of its country need.
_ADDRESS = " || ".join(
    (
        "!exists(@.country) && $country[*] == true",
        *(f"!exists(@.{part}) && @.country == ${part}[*]" for part in ("city", "region", "postal_code")),
    )
)
# One look into the index for each of some ten rules.
_COUNTED = """
    SELECT w.rule FROM unnest(%s::text[]) AS w(rule)
     WHERE EXISTS (SELECT FROM cmdm_domain d JOIN customers_agreement a ON a.domain_id = d.id AND a.rule = w.rule)
"""
_LACKING = f"""
    SELECT id, customer_id, domain_id, party_type, about_id, closed_at, broken, (values - %(sensitive)s::text[])::text
      FROM (SELECT r.id, r.customer_id, r.domain_id, r.party_type, r.about_id, r.closed_at, r.values, l.broken,
                   bool_or(r.closed_at IS NULL AND (l.lacking OR l.broken)) OVER (PARTITION BY r.customer_id) AS wanted
              FROM customers_sourcerecord r, LATERAL (
                   SELECT r.findings @> '[{{"code": "left_out"}}]' AS broken,
                          EXISTS (SELECT FROM unnest(%(addresses)s::text[]) n WHERE jsonb_path_exists(
                              r.values -> n, '$[*] ? ({_ADDRESS})', %(needed)s::jsonb))
                       OR EXISTS (SELECT FROM unnest(%(phones)s::text[]) n WHERE jsonb_path_exists(
                              r.values -> n, '$[*] ? (!(@.value starts with "+"))'))
                       OR r.party_type = 'organisation' AND NOT r.values ?& %(of_organisations)s::text[] AS lacking
                   ) l
             WHERE r.customer_id = ANY(%(customers)s)) AS r
     WHERE wanted OR customer_id = ANY(%(homely)s)
     ORDER BY customer_id, id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A record with what it says of all that is not sensitive; ``broken``: something of it could not be read."""

    pk: int
    customer: int
    domain_id: int
    party_type: str
    about_id: int | None
    closed_at: datetime | None
    broken: bool
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Lacking:
    """Records by customer (id), and which of the customers share a household."""

    records: Mapping[int, Sequence[Line]]
    homely: frozenset[int]


def lacking(customers: Sequence[int], known: Catalogue) -> Lacking:
    """The records of those of these customers (ids) who lack something that may be known; three queries."""
    names = names_in(known)
    told = HouseholdMember.objects.filter(state=HouseholdMember.State.MEMBER, record__customer__among=customers)
    homely = frozenset(told.values_list("record__customer", flat=True)) - {None}
    facts: dict[str, Any] = {
        "customers": list(customers),
        "homely": list(homely),
        "sensitive": sorted(known.sensitive),
        "addresses": list(names.addresses),
        "phones": list(names.phones),
        "of_organisations": [one for one in (names.website, names.organisation, names.legal_form) if one],
        "needed": json.dumps(_countries_needing(_known_parts())),
    }
    found: dict[int, list[Line]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, facts)
        for row in cursor.fetchall():
            found.setdefault(row[1], []).append(Line(*(*row[:-1], json.loads(row[-1]))))
    return Lacking(found, homely)


def _known_parts() -> frozenset[str]:
    """The parts of an address of which anything was counted that can be in force. One query."""
    rules_of = {PHONE: "country", **{rule.name: rule.sought for rule in places.RULES}}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [list(rules_of)])
        return frozenset(rules_of[rule] for (rule,) in cursor.fetchall())


@cache
def _countries_needing(parts: frozenset[str]) -> dict[str, list[Any]]:
    """By part of an address the countries whose addresses need it, of these parts alone; every one needs a country."""
    codes = [code for code, _name in country_choices("en")]
    needing: dict[str, list[Any]] = {"country": [True] if "country" in parts else []}
    for part in ("city", "region", "postal_code"):
        needing[part] = [code for code in codes if part in parts and part in rules(code).required]
    return needing
