"""Shapes of consents, purposes and notices, and how they are filled."""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework import serializers

from cmdm import access
from cmdm.models import User
from consent.models import ConsentEvent, ContactPoint, Notice, Purpose
from consent.queries.contacts import ATTRIBUTES, masked, shown
from customers.queries.catalogue import catalogue
from customers.queries.shown import is_sensitive


class ContactOut(serializers.Serializer[Any]):
    """An address or number; masked where such values are sensitive and the reader may not reveal them."""

    kind = serializers.CharField()
    value = serializers.CharField()


class NoticeRefOut(serializers.Serializer[Any]):
    """The text that was shown."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    language = serializers.CharField()
    sha256 = serializers.CharField()


class ConsentOut(serializers.Serializer[Any]):
    """One act on one record. ``group`` joins the records that it reached; ``carried``: by their link alone.

    An empty channel and no contact mean the whole purpose. ``names``: the act that an expiry or invalidation is about.
    """

    id = serializers.IntegerField()
    group = serializers.UUIDField()
    customer = serializers.UUIDField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    key = serializers.CharField()
    purpose = serializers.CharField()
    channel = serializers.CharField(allow_blank=True)
    contact = ContactOut(allow_null=True)
    act = serializers.CharField()
    notice = NoticeRefOut(allow_null=True)
    basis = serializers.CharField()
    jurisdiction = serializers.CharField(allow_blank=True)
    method = serializers.CharField()
    whose = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    carried = serializers.BooleanField()
    names = serializers.IntegerField(allow_null=True)


COPIED = (
    "group", "channel", "act", "basis", "jurisdiction", "method", "occurred_at", "recorded_at", "effective_at",
    "expires_at", "carried",
)  # fmt: skip
SIDES = ("purpose", "contact", "notice", "record__source", "record__customer")
HEAVY = (
    "record__values", "record__raw", "record__findings", "record__customer__values", "record__customer__lineage",
    "notice__text",
)  # fmt: skip


def consents_out(rows: Sequence[ConsentEvent], user: User) -> list[dict[str, Any]]:
    """Acts as they are sent; the rows come with :data:`SIDES`."""
    reveal, specs = access.scope(user, "reveal"), catalogue().specs
    hidden = {kind for kind, name in ATTRIBUTES.items() if name in specs and is_sensitive(specs[name])}
    return [_consent(one, one.record.domain_id in reveal, hidden) for one in rows]


def _consent(one: ConsentEvent, reveals: bool, hidden: Iterable[str]) -> dict[str, Any]:
    record = one.record
    return {
        "id": one.pk,
        "customer": record.customer.key_text if record.customer else None,
        "source": record.source.key,
        "key": record.key,
        "purpose": one.purpose.key,
        "contact": _contact(one.contact, clear=reveals or (one.contact is not None and one.contact.kind not in hidden)),
        "notice": notice_ref(one.notice) if one.notice else None,
        "whose": one.actor_kind,
        "names": one.names_id,
        **{name: getattr(one, name) for name in COPIED},
    }


def _contact(contact: ContactPoint | None, *, clear: bool) -> dict[str, Any] | None:
    if contact is None:
        return None
    return {"kind": contact.kind, "value": shown(contact) if clear else masked(contact)}


def notice_ref(notice: Notice) -> dict[str, Any]:
    """What names a notice."""
    return {name: getattr(notice, name) for name in ("key", "version", "language", "sha256")}


class PurposeOut(serializers.Serializer[Any]):
    """One use of data and what it stands on; ``rules`` by jurisdiction go before what holds everywhere."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    translations = serializers.JSONField()
    dpv = serializers.CharField()
    kind = serializers.CharField()
    rules = serializers.JSONField()
    channels = serializers.ListField(child=serializers.CharField())
    channel_bound = serializers.BooleanField()
    sale_or_sharing = serializers.BooleanField()
    expires_after_days = serializers.IntegerField(allow_null=True)
    expires_from = serializers.CharField()
    minimum_age = serializers.IntegerField(allow_null=True)
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    state = serializers.CharField()


def purposes_out(rows: Sequence[Purpose]) -> list[dict[str, Any]]:
    """Purposes as they are sent; the rows come with their parent."""
    names = [name for name in PurposeOut._declared_fields if name != "parent"]
    return [
        {**{name: getattr(one, name) for name in names}, "parent": one.parent.key if one.parent else None}
        for one in rows
    ]


class NoticeOut(serializers.Serializer[Any]):
    """One version of a text in one language; ``sha256`` is that of its canonical form."""

    key = serializers.CharField()
    version = serializers.IntegerField()
    language = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    purposes = serializers.ListField(child=serializers.CharField())
    controller = serializers.CharField()
    recipients = serializers.CharField()
    named_recipients = serializers.ListField(child=serializers.CharField())
    categories = serializers.CharField()
    retention = serializers.CharField()
    rights = serializers.CharField()
    withdrawal = serializers.CharField()
    layout = serializers.CharField()
    sha256 = serializers.CharField()
    state = serializers.CharField()
    valid_from = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)


def notices_out(rows: Sequence[Notice]) -> list[dict[str, Any]]:
    """Notices as they are sent."""
    return [{name: getattr(one, name) for name in NoticeOut._declared_fields} for one in rows]
