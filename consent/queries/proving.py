"""What a proof holds: acts, texts, evidence, receipts, and the entries of the audit log about them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Min, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from cmdm import access, crypto
from cmdm.models import AuditEntry, User
from consent.models import Attachment, ConsentEvent, Evidence, Notice, ProofChunk, ProofFile
from consent.queries.acts import acts_of
from consent.queries.contacts import masked, shown
from consent.queries.receipts import opaque, published, receipts_of, signed
from consent.rules.notices import canonical
from consent.rules.proof import Proof
from consent.rules.receipts import document, moment
from customers.models import SourceRecord

MOST_EVENTS = 20_000
NAMES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def events_of(file: ProofFile, user: User) -> list[ConsentEvent]:
    """The acts that the file is about, in order, from the domains where the user may export; two queries at most."""
    rows = acts_of(user).filter(record__domain__in=access.scope(user, "export")).order_by("pk")
    if file.customer_id is not None:
        rows = rows.filter(record__customer=file.customer_id)
    else:
        rows = rows.filter(purpose=file.purpose_id, record__in=sampled(file, user))
    return list(rows[: MOST_EVENTS + 1])


def sampled(file: ProofFile, user: User) -> list[int]:
    """Records (ids) of a random sample of those who answered; seeded by the file's id, so it can be drawn again."""
    said = ConsentEvent.objects.visible_to(user, "export").filter(purpose=file.purpose_id)
    order = MD5(Concat(Cast("record", TextField()), Value(str(file.pk)), output_field=TextField()))
    drawn = said.order_by().values("record").annotate(first=Min("pk"), place=order)
    return [row["record"] for row in drawn.order_by("place", "record")[: file.sample]]


def proof_of(file: ProofFile, events: Sequence[ConsentEvent], user: User, about: Mapping[str, Any]) -> Proof:
    """Everything about these acts; addresses, notes and scans only where the user may reveal. Six queries."""
    revealed = access.scope(user, "reveal")
    receipts = receipts_of(events)
    notices = Notice.objects.filter(pk__in={event.notice_id for event in events if event.notice_id})
    open_ones = {event.evidence_id for event in events if event.record.domain_id in revealed}
    evidence = list(Evidence.objects.filter(pk__in={event.evidence_id for event in events if event.evidence_id}))
    return Proof(
        about=about,
        events=[_event(event, revealed) for event in events],
        notices={notice.sha256: canonical(vars(notice)) for notice in notices},
        evidence=[_evidence(one, opened=one.pk in open_ones) for one in evidence],
        receipts={one.id: signed(one) for one in receipts},
        documents={one.id: document(one) for one in receipts},
        audit=list(_audit(events)),
        keys=published(),
        scans=dict(_scans(open_ones)),
    )


def _event(event: ConsentEvent, revealed: Iterable[int]) -> dict[str, Any]:
    record: SourceRecord = event.record
    contact = event.contact
    return {
        "id": opaque("event", event.pk),
        "record": opaque("record", event.record_id),
        "source": record.source.name,
        "key": record.key if record.domain_id in revealed else "",
        "purpose": event.purpose.key,
        "channel": event.channel,
        "contact": (shown(contact) if record.domain_id in revealed else masked(contact)) if contact else "",
        "act": event.act,
        "basis": event.basis,
        "jurisdiction": event.jurisdiction,
        "method": event.method,
        "whose": event.actor_kind,
        "recorded_by": str(event.actor),
        "occurred_at": moment(event.occurred_at),
        "recorded_at": moment(event.recorded_at),
        "counts_from": moment(event.effective_at),
        "expires_at": moment(event.expires_at) if event.expires_at else "",
        "one_act": str(event.group),
        "reached_by_the_link": event.carried,
        "names": opaque("event", event.names_id) if event.names_id else "",
        "notice": event.notice.sha256 if event.notice else "",
        "evidence": opaque("evidence", event.evidence_id) if event.evidence_id else "",
    }


def _evidence(one: Evidence, *, opened: bool) -> dict[str, Any]:
    note = crypto.unseal_bytes(bytes(one.sealed), "evidence").decode() if opened and one.sealed else ""
    return {
        "id": opaque("evidence", one.pk),
        "kind": one.kind,
        "form": one.form,
        "form_hash": one.form_hash,
        "proof": one.proof,
        "browser": one.user_agent if opened else "",
        "network": one.network if opened else "",
        "note": note,
        "file": bytes(one.file_digest).hex() if one.file_digest else "",
        "row": bytes(one.row_digest).hex() if one.row_digest else "",
        "at": moment(one.created_at),
    }


def _scans(evidence: Iterable[int | None]) -> Iterator[tuple[str, bytes]]:
    for scan in Attachment.objects.filter(evidence__in=[pk for pk in evidence if pk], sealed__isnull=False):
        name = f"{opaque('evidence', scan.evidence_id)}.{NAMES.get(scan.media_type, 'bin')}"
        yield name, content_of(scan)


def content_of(scan: Attachment) -> bytes:
    """The scan itself."""
    return crypto.unseal_bytes(bytes(scan.sealed or b""), scan_context(scan.evidence_id))


def scan_context(evidence: int) -> str:
    """What a scan is sealed for."""
    return f"scan:{evidence}"


def _audit(events: Sequence[ConsentEvent]) -> Iterator[dict[str, Any]]:
    rows = AuditEntry.objects.filter(change__in={event.change for event in events}).select_related("actor")
    for entry in rows.order_by("pk"):
        yield {
            "at": moment(entry.at),
            "deed": entry.deed,
            "who": str(entry.actor),
            "from": entry.origin,
            "change": str(entry.change),
        }


def context(file: ProofFile, number: int) -> str:
    """What a piece is sealed for: its place in its file."""
    return f"proof:{file.pk}:{number}"


def bytes_of(file: ProofFile) -> bytes:
    """The zip.

    :raises LookupError: a piece is gone.
    """
    rows = list(ProofChunk.objects.filter(file=file).order_by("number").values_list("number", "sealed"))
    content = b"".join(crypto.unseal_bytes(bytes(sealed), context(file, number)) for number, sealed in rows)
    if len(content) != file.size:
        raise LookupError("a piece of the proof is gone")
    return content
