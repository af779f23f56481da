"""What an act may not be: refusals of grants and denials, each with its sentence."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.actions import Refused
from cmdm.errors import Invalid, Stale
from consent.actions.holding import Held, births
from consent.models import ContactPoint, Evidence, Guardianship, Notice, Purpose
from consent.queries.purposes import shown_for
from consent.rules.permitting import CONTRACT, LEGAL, NEEDS, Facts, Terms, Why, age_gate
from customers.models import PartyType


def refuse_unfit(purpose: Purpose, channel: str, contact: ContactPoint | None) -> None:
    """An act that the purpose has no room for: it rests on no consent, or is not pursued on this channel."""
    if purpose.state == Purpose.State.DRAFT:
        raise Refused(_("This purpose is not in use yet."))
    if purpose.kind in (CONTRACT, LEGAL):
        raise Refused(_("This use does not rest on consent."))
    if channel and channel not in purpose.channels:
        raise Invalid({"channel": [_("This purpose does not use this channel.")]})
    if contact is not None and channel and NEEDS.get(channel) != contact.kind:
        raise Invalid({"contact": [_("This channel does not use such an address.")]})


def refuse_grant(
    purpose: Purpose,
    channel: str,
    contact: ContactPoint | None,
    *,
    held: Held,
    proved: Collection[int],
    evidence: Evidence | None,
) -> None:
    """A grant that could not be relied on: of nobody proved, of no certain address, or without evidence."""
    if purpose.state != Purpose.State.PUBLISHED:
        raise Refused(_("This purpose is no longer in use."))
    if not proved or not set(proved) <= held.cluster.keys():
        raise Refused(_("A consent holds only for records at which the person was proved."))
    if purpose.channel_bound and (not channel or (channel in NEEDS and contact is None)):
        raise Invalid({"contact": [_("A consent to this purpose is given for one address or number.")]})
    if evidence is None:
        raise Refused(_("A consent needs its evidence."))
    if held.restricted:
        raise Refused(_("The use of this customer's data is restricted."))


def refuse_age(held: Held, terms: Sequence[Terms], proved: Collection[int], whose: str) -> None:
    """A grant of somebody too young for it, or of a guardian who is none."""
    gates = [one.minimum_age for one in terms if one.minimum_age]
    if whose == "guardian":
        _refuse_stranger(proved)
    elif gates:
        organisation = any(one.party_type == PartyType.ORGANISATION for one in held.named.values())
        facts = Facts(tuple(births(held.cluster)), organisation=organisation)
        why = age_gate(max(gates), facts, clock.now().date())
        if why == Why.TOO_YOUNG:
            raise Refused(_("At this age a guardian has to agree."), code="too_young")
        if why == Why.AGE_UNKNOWN:
            raise Refused(_("This purpose asks for the date of birth first."), code="age_unknown")


def _refuse_stranger(wards: Collection[int]) -> None:
    known = Guardianship.objects.in_force().filter(ward__in=wards).values("ward").distinct().count()
    if known < len(set(wards)):
        raise Refused(_("Nobody is known as the guardian of this person."))


def notice_for(
    purpose: Purpose, notice: Notice | None, shown: str, occurred_at: datetime | None, language: str
) -> Notice:
    """The notice that a grant refers to: the one that was shown, and still in force when it was.

    :raises Stale: another text is in force by now: it has to be read first.
    """
    found = notice or shown_for(purpose, language)
    if found is None or found.state == Notice.State.DRAFT:
        raise Refused(_("No notice has been published for this purpose."))
    found.refresh_from_db()
    if purpose.key not in found.purposes:
        raise Refused(_("This notice is not about this purpose."))
    outdated = found.state != Notice.State.PUBLISHED if occurred_at is None else not _shown_at(found, occurred_at)
    if outdated or (shown and shown != found.sha256):
        now = shown_for(purpose, found.language)
        raise Stale(
            _("The text has changed since it was shown to you. Please read the new one."),
            notice=now.pk if now else None,
            sha256=now.sha256 if now else "",
        )
    return found


def _shown_at(notice: Notice, at: datetime) -> bool:
    """Whether it was not retired then; on paper and in other systems a text may be older than its version here."""
    return notice.valid_until is None or at < notice.valid_until
