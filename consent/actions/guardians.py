"""Guardians: naming who acts for somebody too young to, and ending it."""

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from consent.actions import evidence as evidences
from consent.actions import scans
from consent.models import Evidence, Guardianship
from customers.models import PartyType, SourceRecord

FORM = "steward/guardian"


@action
def nominate(ward: SourceRecord, guardian: SourceRecord, *, actor: User, note: str, scan: bytes = b"") -> Guardianship:
    """:func:`appoint` with what a steward keys in as proof: which document, who saw it. Refused without a note."""
    if not note.strip():
        raise Invalid({"note": [_("Say what proves it: which document, who saw it.")]})
    kept = evidences.keep(actor=actor, kind=Evidence.Kind.PAPER, form=FORM, note=note, keyed_by=actor)
    if scan:
        scans.attach(kept, actor=actor, content=scan)
    made: Guardianship = appoint(ward, guardian, actor=actor, evidence=kept)
    domains = {ward.domain_id, guardian.domain_id}
    audit.record(actor, "guardian.appointed", made, domains=domains, counts={"scans": int(bool(scan))})
    return made


@action
def appoint(ward: SourceRecord, guardian: SourceRecord, *, actor: User, evidence: Evidence) -> Guardianship:
    """Let the guardian's person act for the ward's. Refused without ``correct`` at both, and when he does already."""
    held = {one.pk: one for one in SourceRecord.objects.filter(pk__in=(ward.pk, guardian.pk)).locked()}
    access.require(actor, "correct", *held.values())
    if len(held) < 2 or held[ward.pk].customer_id == held[guardian.pk].customer_id:
        raise Refused(_("Nobody is his own guardian."))
    if any(one.party_type != PartyType.PERSON or one.closed_at is not None for one in held.values()):
        raise Refused(_("Guardian and ward are persons whose records are open."))
    if Guardianship.objects.in_force().filter(ward=ward, guardian=guardian).exists():
        raise Refused(_("This guardian is named already."))
    made = Guardianship.objects.create(
        ward=ward, guardian=guardian, evidence=evidence, since=clock.now(), decided_by=actor, change=change_id()
    )
    history.keep(Guardianship, [made.pk], history.ADDED)
    audit.record(actor, "guardian.appointed", made, domains={one.domain_id for one in held.values()})
    return made


@action
def end(guardianship: Guardianship, *, actor: User, because: str = "ended") -> Guardianship:
    """End it; what the guardian said before stays. Refused without ``correct`` at both, and a second time."""
    row = (
        Guardianship.objects.select_for_update(of=("self",)).select_related("ward", "guardian").get(pk=guardianship.pk)
    )
    access.require(actor, "correct", row.ward, row.guardian)
    if row.ended_at is not None:
        raise Refused(_("This has been ended already."))
    row.ended_at, row.ended_because, row.change = clock.now(), because[:20], change_id()
    row.save(update_fields=["ended_at", "ended_because", "change"])
    history.keep(Guardianship, [row.pk], history.CHANGED)
    audit.record(actor, "guardian.ended", row, domains={row.ward.domain_id, row.guardian.domain_id})
    return row
