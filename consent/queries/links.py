"""Signed links that work without signing in: stopping mails, taking a change back.

Their signature is keyed by the digest key, which never changes: a link in an old mail still stops the mails.
"""

import base64
import hmac
import struct
import uuid

from django.conf import settings
from django.urls import reverse

from cmdm import crypto
from consent.models import ContactPoint, PortalChange, Purpose
from customers.models import SourceRecord

STOP, UNDO, CONFIRM, WHICH = "link to stop", "link to undo", "link to confirm", "link to say which"
_MAC = 16


def _token(context: str, *numbers: int) -> str:
    body = struct.pack(f">{len(numbers)}Q", *numbers)
    return base64.urlsafe_b64encode(body + crypto.digest(body, context)[:_MAC]).decode().rstrip("=")


def _numbers(token: str, context: str, count: int) -> tuple[int, ...] | None:
    """What was signed; nothing for a token that is not ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(body) != 8 * count or not hmac.compare_digest(crypto.digest(body, context)[:_MAC], mac):
        return None
    return struct.unpack(f">{count}Q", body)


def stop_token(contact: ContactPoint, purpose: Purpose, record: SourceRecord) -> str:
    """The token of a link that stops mails for a purpose to an address, which came to this record's person."""
    return _token(STOP, contact.pk, purpose.pk, record.pk)


def stop_of(token: str) -> tuple[ContactPoint, Purpose, SourceRecord] | None:
    """What such a link is about; nothing for a token that is not ours or whose things are gone."""
    numbers = _numbers(token, STOP, 3)
    if numbers is None:
        return None
    contact = ContactPoint.objects.filter(pk=numbers[0]).first()
    purpose = Purpose.objects.filter(pk=numbers[1]).first()
    record = SourceRecord.objects.select_related("customer").filter(pk=numbers[2]).first()
    return (contact, purpose, record) if contact and purpose and record else None


def stop_headers(contact: ContactPoint, purpose: Purpose, record: SourceRecord) -> dict[str, str]:
    """The headers of a mail by which its reader stops more of them in one click (RFC 2369, RFC 8058)."""
    link = settings.HUB_URL + reverse("unsubscribe", args=[stop_token(contact, purpose, record)])
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def undo_token(change: PortalChange) -> str:
    """The token of a link that takes a change of address back."""
    return _token(UNDO, change.pk)


def undo_of(token: str) -> PortalChange | None:
    """The change that such a link is about."""
    numbers = _numbers(token, UNDO, 1)
    return PortalChange.objects.filter(pk=numbers[0]).first() if numbers else None


def confirm_token(group: uuid.UUID) -> str:
    """The token of a link by which an address confirms what was asked for."""
    return _token(CONFIRM, group.int >> 64, group.int & (1 << 64) - 1)


def confirm_of(token: str) -> uuid.UUID | None:
    """The act that such a link is about."""
    numbers = _numbers(token, CONFIRM, 2)
    return uuid.UUID(int=numbers[0] << 64 | numbers[1]) if numbers else None


def which_token(contact: ContactPoint, purpose: Purpose) -> str:
    """The token of a link by which an address comes to the question which of two answers is right."""
    return _token(WHICH, contact.pk, purpose.pk)


def which_of(token: str) -> tuple[ContactPoint, Purpose] | None:
    """The address and the purpose that such a link is about."""
    numbers = _numbers(token, WHICH, 2)
    if numbers is None:
        return None
    contact = ContactPoint.objects.filter(pk=numbers[0]).first()
    purpose = Purpose.objects.filter(pk=numbers[1]).first()
    return (contact, purpose) if contact and purpose else None
