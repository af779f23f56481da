"""Contact points come to be when somebody says something about an address or number, or proves it."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from cmdm import audit, clock, crypto
from cmdm.actions import action, change_id
from cmdm.errors import Invalid
from cmdm.models import User
from consent.models import ContactPoint
from consent.queries.contacts import ATTRIBUTES, contact_digest, context
from customers import types


@action
def contact_point(kind: str, value: Any, *, actor: User, country: str = "") -> ContactPoint:
    """The contact point of an address or number, made here when it is new.

    :param value: text, or as a record holds it. :param country: reads a phone number without country code.
    :raises Invalid: it is none.
    """
    parts = _parsed(kind, value, country)
    digest = contact_digest(kind, parts)
    known = ContactPoint.objects.filter(kind=kind, digest=digest).first()
    if known is None:
        return _made(kind, parts, digest, actor)
    if known.sealed is None:
        known.sealed, known.change = _sealed(kind, parts, digest), change_id()
        known.save(update_fields=["sealed", "change"])
        audit.record(actor, "contact.known_again", known)
    return known


@action
def contact_points(values: Mapping[tuple[str, bytes], Any], *, actor: User) -> dict[tuple[str, bytes], ContactPoint]:
    """Those of many addresses, by kind and digest, as records hold them; made where they are new. One query for those
    that are known.
    """
    wanted = {digest for _kind, digest in values}
    rows = ContactPoint.objects.filter(digest__in=wanted, sealed__isnull=False).defer("sealed")
    found = {(one.kind, bytes(one.digest)): one for one in rows}
    for key, value in values.items():
        if key not in found:
            found[key] = contact_point(key[0], value, actor=actor)
    audit.record(actor, "contacts.known", counts={"contacts": len(values)})
    return found


def _parsed(kind: str, value: Any, country: str) -> dict[str, Any]:
    try:
        parsed: Any = types.get(ATTRIBUTES[kind]).parse(value, types.Options(country=country))
    except types.Invalid as fault:
        raise Invalid({"contact": [fault.message]}) from None
    return {name: text for name, text in parsed.items() if name not in ("kind", "verified")}


def _sealed(kind: str, parts: dict[str, Any], digest: bytes) -> bytes:
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()
    return crypto.seal_bytes(content, context(kind, digest))


def _made(kind: str, parts: dict[str, Any], digest: bytes, actor: User) -> ContactPoint:
    try:
        with transaction.atomic():
            made = ContactPoint.objects.create(
                kind=kind,
                sealed=_sealed(kind, parts, digest),
                digest=digest,
                created_at=clock.now(),
                change=change_id(),
            )
    except IntegrityError:
        return ContactPoint.objects.get(kind=kind, digest=digest)
    audit.record(actor, "contact.added", made)
    return made


@action
def verified(contact: ContactPoint, *, actor: User, how: str) -> ContactPoint:
    """Note that somebody proved that he reads what is sent there; ``how`` is a code such as ``code`` or ``link``."""
    contact = ContactPoint.objects.select_for_update().get(pk=contact.pk)
    contact.verified_at, contact.verified_how, contact.change = clock.now(), how, change_id()
    contact.save(update_fields=["verified_at", "verified_how", "change"])
    audit.record(actor, "contact.verified", contact)
    return contact
