"""Proof for an authority: written in the background, sealed, and fetched by who asked for it, within a day."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access, audit, clock, crypto, ids, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from consent.models import Attachment, Evidence, ProofChunk, ProofFile, Purpose
from consent.queries.proving import MOST_EVENTS, bytes_of, content_of, context, events_of, proof_of
from consent.rules.proof import zipped
from consent.rules.receipts import moment
from customers.models import Customer

JOB = "consent.proof"
KEPT = timedelta(hours=24)
PIECE = 1024 * 1024
MOST_SAMPLED = 500
REASONS: Mapping[str, Any] = {
    "authority": gettext_lazy("An authority asks"),
    "person": gettext_lazy("The customer asks"),
    "court": gettext_lazy("A dispute"),
    "check": gettext_lazy("A check of our own"),
}
Hold = Callable[[], None]


@action
def prepare(
    *, actor: User, reason: str, customer: Customer | None = None, purpose: Purpose | None = None, sample: int = 0
) -> ProofFile:
    """Have the proof of one customer, or of a sample of those who answered to a purpose, written to a file.

    Refused without ``export``, without a reason, and while another file of the actor's is being written.
    """
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    domains = _leaving(actor, reason)
    if customer is not None and not domains & customer.domain_ids():
        raise PermissionDenied("export")
    if ProofFile.objects.visible_to(actor).unfinished().exists():
        raise Refused(_("One of your files is still being written. Wait for it, or stop it."))
    key = ids.uuid7()
    file = ProofFile.objects.create(
        id=key,
        owner=actor,
        job=jobs.enqueue(JOB, actor=actor, proof=str(key)),
        customer=customer,
        purpose=purpose,
        sample=min(max(sample, 1), MOST_SAMPLED) if purpose else 0,
        reason=reason,
        expires_at=clock.now() + KEPT,
    )
    about = customer.domain_ids() & domains if customer else domains
    audit.record(actor, "proof.asked", customer or purpose, domains=about, purpose=reason)
    return file


def _leaving(actor: User, reason: str) -> frozenset[int]:
    access.scopes(actor, fresh=True)
    domains = access.scope(actor, "export")
    if not domains:
        raise PermissionDenied("export")
    if reason not in REASONS:
        raise Refused(_("Say what for."))
    return domains


@action
def write(file: ProofFile, *, actor: User, hold: Hold) -> ProofFile:
    """Write the whole file as of now. Refused without ``export``, and when there is too much for one file."""
    hold()
    file = ProofFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.finished_at is not None:
        return file
    domains = _leaving(actor, file.reason)
    events = events_of(file, actor)
    if len(events) > MOST_EVENTS:
        raise Refused(_("There are more acts than one file holds. Ask for a smaller sample."))
    held = {event.record.domain_id for event in events}
    revealed = held & access.scope(actor, "reveal")
    about = _about(file, actor, events=len(events), last=events[-1].pk if events else 0)
    content = zipped(proof_of(file, events, actor, about), key=crypto.signing_key(), sign=crypto.sign)
    for number, start in enumerate(range(0, len(content), PIECE)):
        sealed = crypto.seal_bytes(content[start : start + PIECE], context(file, number))
        ProofChunk.objects.create(file=file, number=number, sealed=sealed)
    file.domains, file.revealed = sorted(held & domains), sorted(revealed)
    file.events, file.size = len(events), len(content)
    file.finished_at, file.expires_at, file.change = clock.now(), clock.now() + KEPT, change_id()
    file.save()
    audit.record(actor, "proof.written", file, domains=held, counts={"events": len(events)}, purpose=file.reason)
    return file


def _about(file: ProofFile, actor: User, *, events: int, last: int) -> dict[str, Any]:
    return {
        "customer": file.customer.number if file.customer else "",
        "purpose": file.purpose.key if file.purpose else "",
        "sample_of_records": file.sample,
        "seed": str(file.pk),
        "asked_by": str(actor),
        "asked_for": file.reason,
        "at": moment(clock.now()),
        "acts": events,
        "last_act": last,
        "left_out": "acts on records of domains where who asked may not export; addresses, notes and scans of domains "
        "where he may not reveal",
    }


@action
def fetch(file: ProofFile, *, actor: User) -> bytes:
    """The bytes of a file, noted before they leave.

    Refused to anybody but its owner, to him when he lost a right under which it was written, before it is whole, and
    after a day.
    """
    file = ProofFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    access.scopes(actor, fresh=True)
    may = set(file.domains) <= access.scope(actor, "export") and set(file.revealed) <= access.scope(actor, "reveal")
    if file.owner_id != actor.pk or not may or not access.scope(actor, "export"):
        raise PermissionDenied(_("You may no longer export what this file holds."))
    if file.expires_at <= clock.now():
        raise Refused(_("This file was kept for a day. Ask again."), code="expired")
    if file.finished_at is None:
        raise Refused(_("This file is not whole."))
    counts = {"events": file.events}
    audit.record(actor, "proof.exported", file, domains=file.domains, counts=counts, purpose=file.reason)
    return bytes_of(file)


@action
def remove_expired(*, actor: User) -> int:
    """Delete the files whose day is over; their number."""
    rows = ProofFile.objects.filter(expires_at__lt=clock.now())
    count = len(rows.select_for_update(of=("self",)))
    if count:
        rows.delete()
        audit.record(actor, "proofs.expired", counts={"files": count})
    return count


@action
def open_scan(evidence: Evidence, *, actor: User, domain: int, purpose: str) -> tuple[Attachment, bytes]:
    """A scan for somebody to look at. Refused without ``reveal`` in its domain, and without a purpose."""
    scan = Attachment.objects.filter(evidence=evidence, sealed__isnull=False).first()
    if scan is None:
        raise Refused(_("There is no scan any more."))
    access.scopes(actor, fresh=True)
    if domain not in access.scope(actor, "reveal"):
        raise PermissionDenied("reveal")
    if purpose not in REASONS:
        raise Refused(_("Say what for."))
    audit.record(actor, "scan.opened", scan, domains=[domain], purpose=purpose)
    return scan, content_of(scan)
