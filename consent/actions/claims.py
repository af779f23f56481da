"""What another system says that a person said: one act at a time, or a whole file of them.

A denial needs nothing and always counts. A grant needs the time, the notice and the way it was given; a claim that
lacks one of them is kept as *unknown* with what was received, and changes nothing.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cmdm import audit, crypto
from cmdm.actions import Refused, action
from cmdm.errors import Invalid
from cmdm.models import User
from consent.actions import consents, contacts
from consent.actions import evidence as evidences
from consent.models import Act, ConsentEvent, ContactPoint, Evidence, Method, Notice, Purpose
from consent.rules.folding import DENYING, GRANTING
from consent.rules.importing import Claim
from consent.rules.permitting import NEEDS
from customers.models import Source, SourceRecord

RECORDED, KNOWN, UNPROVED, REFUSED = "recorded", "known", "unproved", "refused"


@action
def say(
    record: SourceRecord,
    *,
    actor: User,
    purpose: Purpose,
    act: str,
    method: str,
    channel: str = "",
    contact: str = "",
    notice: Notice | None = None,
    notice_shown: str = "",
    occurred_at: datetime | None = None,
    reference: str = "",
    claim: bytes | None = None,
) -> list[ConsentEvent]:
    """Record what the person of a record said to a system. A grant needs its notice and a reference to the proof."""
    if act in GRANTING and not reference:
        raise Invalid({"reference": [_("A consent needs a reference to its proof.")]})
    if act in GRANTING and notice is None:
        raise Invalid({"notice": [_("A consent names the text that was shown.")]})
    kept = None
    if reference or act in GRANTING:
        kept = evidences.keep(actor=actor, kind=Evidence.Kind.SYSTEM, note=reference, proof={"notice": notice_shown})
    return consents.record(
        [record],
        actor=actor,
        purpose=purpose,
        act=act,
        method=method,
        channel=channel,
        contact=_point(channel, contact, record, actor),
        notice=notice if act in GRANTING else None,
        notice_shown=notice_shown,
        occurred_at=occurred_at,
        evidence=kept,
        proved=[record] if act in GRANTING else (),
        claim=claim,
    )


def _point(channel: str, contact: str, record: SourceRecord, actor: User) -> ContactPoint | None:
    if not contact:
        return None
    if channel not in NEEDS:
        raise Invalid({"channel": [_("Say by which channel this address is used.")]})
    return contacts.contact_point(NEEDS[channel], contact, actor=actor, country=record.source.country)


@action
def take_in_claims(
    source: Source, claims: Sequence[Claim], *, actor: User, file_digest: bytes | None = None
) -> list[tuple[str, str]]:
    """Take in what a file of a source claims, row by row: what became of each, and why.

    Refused rows are named and the others stored. The same row again is no new event.
    """
    known = SourceRecord.objects.filter(source=source, key__in={one.key for one in claims}).select_related("source")
    records = {one.key: one for one in known.defer("raw", "findings")}
    purposes = {one.key: one for one in Purpose.objects.all()}
    outcomes = []
    for one in claims:
        record, purpose = records.get(one.key), purposes.get(one.purpose)
        if record is None or purpose is None:
            outcomes.append((REFUSED, str(_("No such record.") if record is None else _("There is no such purpose."))))
            continue
        try:
            outcomes.append(_take_in(one, record, purpose, actor=actor, file_digest=file_digest))
        except (Refused, Invalid) as refusal:
            outcomes.append((REFUSED, _why(refusal)))
    counts = {what: sum(1 for outcome, _why in outcomes if outcome == what) for what in (RECORDED, KNOWN, UNPROVED)}
    audit.record(actor, "consents.imported", source, counts={**counts, "rows": len(claims)})
    return outcomes


def _why(refusal: Refused | Invalid) -> str:
    if isinstance(refusal, Refused):
        return str(refusal.sentence)
    return " ".join(sentence for sentences in refusal.errors.values() for sentence in sentences)


def _take_in(
    one: Claim, record: SourceRecord, purpose: Purpose, *, actor: User, file_digest: bytes | None
) -> tuple[str, str]:
    if one.act not in GRANTING | DENYING:
        raise Invalid({"act": [_("This is neither a yes nor a no.")]})
    row = json.dumps(_row(one), sort_keys=True, default=str)
    claim = crypto.digest(row, "claim")
    if ConsentEvent.objects.filter(record=record, claim=claim).exists():
        return KNOWN, ""
    notice = _notice(one.notice)
    missing = _missing(one, notice, purpose) if one.act in GRANTING else ""
    kept = evidences.keep(
        actor=actor,
        kind=Evidence.Kind.FILE,
        note=json.dumps(one.received or _row(one), default=str),
        file_digest=file_digest,
        row_digest=claim,
        proof={"method": one.method, "missing": missing},
    )
    fields: dict[str, Any] = {"purpose": purpose, "evidence": kept, "claim": claim, "occurred_at": one.occurred_at}
    fields |= {"channel": one.channel, "contact": _point(one.channel, one.contact, record, actor)}
    fields |= {"actor": actor, "method": Method.IMPORT}
    if missing:
        consents.record([record], act=Act.UNKNOWN, **fields)
        return UNPROVED, missing
    if one.act in GRANTING:
        fields |= {"notice": notice, "proved": [record]}
    return (RECORDED, "") if consents.record([record], act=one.act, **fields) else (KNOWN, "")


def _row(one: Claim) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "received"}


def _missing(one: Claim, notice: Notice | None, purpose: Purpose) -> str:
    """What a consent lacks, so that it proves nothing; empty when nothing is missing."""
    lacks = {
        "occurred_at": one.occurred_at is None,
        "method": not one.method,
        "notice": notice is None or purpose.key not in notice.purposes,
    }
    return ", ".join(name for name, is_missing in lacks.items() if is_missing)


def _notice(named: str) -> Notice | None:
    """A published notice by its hash, or as ``key/version/language``."""
    rows = Notice.objects.exclude(state=Notice.State.DRAFT)
    if named.count("/") == 2:
        key, version, language = named.split("/")
        return rows.filter(key=key, version=version, language=language).first() if version.isdigit() else None
    return rows.filter(sha256=named).first() if named else None
