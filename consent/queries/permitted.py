"""What may be done with customers' data: the one answer that every face gives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from consent.queries.contacts import ATTRIBUTES, contacts_in, known_points
from consent.queries.material import material
from consent.rules.permitting import NEEDS, Facts, Permission
from customers.models import Customer, PartyType


def facts_of(customer: Customer) -> Facts:
    """What judging needs to know of a customer besides his records."""
    return Facts(restricted=customer.restricted, organisation=customer.party_type == PartyType.ORGANISATION)


def permitted(customers: Sequence[Customer], purpose: str, channel: str, at: datetime) -> dict[int, Permission]:
    """By customer id, whether his data may be used for the purpose (key) by this channel; one query.

    ``at`` is the moment for expiry and age; links and acts are those of now.
    """
    if not customers:
        return {}
    known = material(customers=[one.pk for one in customers], purposes=[purpose])
    return {
        one.pk: known.judged(purpose, channel, at, known.records.get(one.pk, ()), facts_of(one)) for one in customers
    }


def usable(
    values: Mapping[int, Mapping[str, Any]], permissions: Mapping[int, Permission], channel: str
) -> dict[int, dict[str, Any]]:
    """Opened values by customer without the addresses and numbers that his permission does not cover; one query.

    A channel that needs an address leaves those of the other kinds out; who is not permitted keeps none at all.
    """
    kinds = (NEEDS[channel],) if channel in NEEDS else tuple(ATTRIBUTES)
    found = {pk: contacts_in(one, kinds) for pk, one in values.items() if permissions[pk].allowed}
    ids = known_points(key for keys in found.values() for key in keys)
    contacts = set(ATTRIBUTES.values())
    made = {}
    for pk, one in values.items():
        kept = {name: value for name, value in one.items() if name not in contacts}
        for (kind, digest), element in found.get(pk, {}).items():
            if permissions[pk].admits(ids.get((kind, digest))):
                kept.setdefault(ATTRIBUTES[kind], []).append(element)
        made[pk] = kept
    return made
