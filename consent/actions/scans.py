"""Scans of what somebody signed or showed, kept sealed beside the evidence."""

import hashlib

from django.utils.translation import gettext as _

from cmdm import audit, crypto
from cmdm.actions import Invalid, action
from cmdm.models import User
from consent.models import Attachment, Evidence
from consent.queries.proving import scan_context

MOST_BYTES = 10 * 1024 * 1024
# By the first bytes of a file; its name and what the browser calls it say nothing.
SIGNS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@action
def attach(kept: Evidence, *, actor: User, content: bytes) -> Attachment:
    """Keep a scan, sealed. Refused when it is too large, or neither a PDF nor a picture."""
    kind = next((kind for sign, kind in SIGNS.items() if content.startswith(sign)), "")
    if not kind:
        raise Invalid({"scan": [_("A PDF, PNG or JPEG file is needed.")]})
    if len(content) > MOST_BYTES:
        raise Invalid({"scan": [_("At most 10 MB.")]})
    made = Attachment.objects.create(
        evidence=kept,
        media_type=kind,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        sealed=crypto.seal_bytes(content, scan_context(kept.pk)),
    )
    audit.record(actor, "scan.kept", made)
    return made
