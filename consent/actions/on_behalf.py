"""What a customer said on the phone or on paper, keyed in by somebody of ours, with what proves it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, jobs
from cmdm.actions import Invalid, Refused, action
from cmdm.models import User, portal_user
from consent.actions import consents, contacts, evidence
from consent.models import Attachment, ConsentEvent, Evidence, Method, Notice, Purpose
from consent.queries.conflicts import ASKED, asked_of, two_answers
from consent.queries.proving import scan_context
from consent.rules.folding import GRANTING
from customers.models import Customer, SourceRecord

FORM = "steward/on-behalf"
ONCE_IN = timedelta(days=1)
MOST_BYTES = 10 * 1024 * 1024
KINDS = {Method.PHONE: Evidence.Kind.CALL, Method.PAPER: Evidence.Kind.PAPER}
# By the first bytes of a file; its name and what the browser calls it say nothing.
SIGNS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@action
def record_on_behalf(
    records: Sequence[SourceRecord],
    *,
    actor: User,
    purpose: Purpose,
    act: str,
    method: str,
    note: str,
    channel: str = "",
    contact: tuple[str, Any] | None = None,
    notice: Notice | None = None,
    occurred_at: datetime | None = None,
    whose: str = "person",
    scan: bytes = b"",
) -> list[ConsentEvent]:
    """Record an answer that reached us by phone or paper. Refused as :func:`consents.record` is, and without a note.

    :param records: at which the caller or signer is known. :param contact: kind and value of an address.
    :param note: where the paper lies, or what proves the call; sealed. :param scan: of the paper.
    """
    if method not in KINDS:
        raise Refused(_("Only what was said on the phone or on paper is keyed in."))
    if not note.strip():
        raise Invalid({"note": [_("Say what proves it: where the paper lies, which call it was.")]})
    kept = evidence.keep(
        actor=actor, kind=KINDS[Method(method)], form=FORM, note=note, keyed_by=actor, proof={"purpose": purpose.key}
    )
    if scan:
        attach(kept, actor=actor, content=scan)
    made = consents.record(
        records,
        actor=actor,
        purpose=purpose,
        act=act,
        method=method,
        channel=channel,
        contact=contacts.contact_point(*contact, actor=actor) if contact else None,
        notice=notice if act in GRANTING else None,
        occurred_at=occurred_at,
        evidence=kept,
        proved=records,
        whose=whose,
    )
    domains = {one.domain_id for one in records}
    counts = {"records": len(made), "scans": int(bool(scan))}
    audit.record(actor, f"consent.{made[0].act}", made[0], domains=domains, counts=counts, purpose=purpose.key)
    return made


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


@action
def ask_customer(customer: Customer, *, actor: User, purpose: Purpose) -> None:
    """Put two answers to the customer; nobody else settles them. Refused without ``correct``, and without two.

    Nothing is said in his name: a mail and the portal ask him, and this notes who saw to it, and when. Not asked twice
    within a day.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    access.require(actor, "correct", customer)
    if not two_answers(customer, purpose, actor):
        raise Refused(_("There are no two answers any more."))
    last = asked_of([customer.pk]).get((customer.pk, purpose.key))
    if last is not None and last.at > clock.now() - ONCE_IN:
        raise Refused(_("The customer was asked today already."))
    audit.record(actor, ASKED, customer, purpose=purpose.key)
    jobs.enqueue("portal.which_answer", actor=portal_user(), customer=customer.pk, purpose=purpose.pk)
    events.emit(ASKED, customer=customer.pk, purpose=purpose.key)
