"""Contact points: how an address or number is known again, and what may be shown of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cmdm import crypto
from consent.models import Act, ConsentEvent, ContactPoint
from consent.rules.permitting import NEEDS
from customers import types
from customers.models import Customer, SourceRecord
from customers.sealing import open_values

# By kind of contact point: the attribute that holds it, which is its type as well.
ATTRIBUTES = {"email": "email", "phone": "phone", "post": "address"}
PURPOSE = "contact"
DENYING = (Act.REFUSED, Act.WITHDRAWN, Act.OBJECTED)


def contact_digest(kind: str, value: Any) -> bytes:
    """The keyed digest by which an address or number of this kind is known; ``value`` as a record holds it, or text."""
    parts = value if isinstance(value, Mapping) else {"value": value}
    return crypto.digest(f"{kind}\0{types.get(ATTRIBUTES[kind]).key(parts)}", PURPOSE)


def context(kind: str, digest: bytes | memoryview) -> str:
    """What a contact point is sealed for."""
    return f"contact:{kind}:{bytes(digest).hex()}"


def value_of(contact: ContactPoint) -> dict[str, Any] | None:
    """Its value as a record holds it; nothing when its person was erased."""
    if contact.sealed is None:
        return None
    content = crypto.unseal_bytes(bytes(contact.sealed), context(contact.kind, contact.digest))
    found: dict[str, Any] = json.loads(content)
    return found


def shown(contact: ContactPoint) -> str:
    """Its value as people read it."""
    value = value_of(contact)
    return types.get(ATTRIBUTES[contact.kind]).display(value) if value else "–"


def masked(contact: ContactPoint) -> str:
    """Its value with all hidden but what tells it from others."""
    value = value_of(contact)
    return types.get(ATTRIBUTES[contact.kind]).mask(value) if value else "–"


def contacts_in(values: Mapping[str, Any], kinds: Iterable[str] = tuple(ATTRIBUTES)) -> dict[tuple[str, bytes], Any]:
    """The addresses and numbers that opened values hold, by kind and digest."""
    return {
        (kind, contact_digest(kind, element)): element
        for kind in kinds
        for element in values.get(ATTRIBUTES[kind], ())
        if isinstance(element, Mapping)
    }


def known_points(digests: Iterable[tuple[str, bytes]]) -> dict[tuple[str, bytes], int]:
    """The ids of the contact points that exist among these kinds and digests; one query."""
    wanted = set(digests)
    rows = ContactPoint.objects.filter(digest__in={digest for _kind, digest in wanted})
    found = {(kind, bytes(digest)): pk for pk, kind, digest in rows.values_list("pk", "kind", "digest")}
    return {key: pk for key, pk in found.items() if key in wanted}


def unwanted(values: Mapping[int, Sequence[tuple[str, Any]]]) -> frozenset[tuple[int, str, str]]:
    """Of elements of customers' addresses and numbers those to which a refusal was ever bound, by whomever: such a one
    is brought to nobody anew. Two queries where there are any.
    """
    kinds = {attribute: kind for kind, attribute in ATTRIBUTES.items()}
    asked = [
        (customer, attribute, kinds[attribute], element)
        for customer, ones in values.items()
        for attribute, element in ones
        if attribute in kinds and isinstance(element, Mapping)
    ]
    digests = {(kind, contact_digest(kind, element)) for _customer, _attribute, kind, element in asked}
    known = known_points(digests) if digests else {}
    events = ConsentEvent.objects.filter(contact__in=known.values(), act__in=DENYING) if known else None
    denied = set(events.values_list("contact", flat=True)) if events is not None else set()
    return frozenset(
        (customer, attribute, types.get(attribute).key(element))
        for customer, attribute, kind, element in asked
        if known.get((kind, contact_digest(kind, element))) in denied
    )


def points_of(customers: Sequence[Customer]) -> dict[int, dict[int, str]]:
    """Contact points that stand on the open records of customers: by customer, their kind by id. Two queries.

    Those that no statement was ever bound to have no row and are left out.
    """
    rows = SourceRecord.objects.current().filter(customer__in=[one.pk for one in customers])
    held: dict[int, set[tuple[str, bytes]]] = {one.pk: set() for one in customers}
    for customer, values in rows.values_list("customer", "values"):
        held[customer].update(contacts_in(open_values(values)))
    known = known_points(key for keys in held.values() for key in keys)
    return {pk: {known[key]: key[0] for key in keys if key in known} for pk, keys in held.items()}


def fits(channel: str, kind: str) -> bool:
    """Whether a contact point of this kind is what the channel needs."""
    return NEEDS.get(channel) == kind
