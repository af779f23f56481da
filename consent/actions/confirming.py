"""The second step of a double opt-in: the address that was asked answers."""

import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from cmdm import clock, crypto
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions import consents
from consent.models import Act, ConsentEvent, Evidence, Method
from consent.queries.material import material
from consent.rules.folding import DENYING, reaches

LIFE = timedelta(days=7)


@action
def confirm(group: uuid.UUID | str, *, actor: User, evidence: Evidence) -> list[ConsentEvent]:
    """Make consent of what was requested; the rows written, none when it was confirmed before.

    Refused after seven days, when nothing was requested, and when the person has said no since.
    """
    rows = list(
        ConsentEvent.objects.filter(group=group, act=Act.REQUESTED)
        .select_related("record__source", "purpose", "contact", "notice")
        .order_by("pk")
    )
    if not rows:
        raise Refused(_("There is nothing to confirm."))
    asked = rows[0]
    if asked.recorded_at + LIFE < clock.now():
        raise Refused(_("This link is older than seven days. Please ask for a new one."))
    _refuse_denied(rows)
    records = [one.record for one in rows]
    return consents.record(
        records,
        actor=actor,
        purpose=asked.purpose,
        channel=asked.channel,
        contact=asked.contact,
        act=Act.CONFIRMED,
        method=Method.LINK,
        notice=asked.notice,
        shown_at=asked.recorded_at,
        evidence=evidence,
        proved=records,
        whose=asked.actor_kind,
        claim=crypto.digest(str(group), "confirmation"),
    )


def _refuse_denied(rows: list[ConsentEvent]) -> None:
    """Whoever said no after he had asked has to ask again."""
    asked = rows[0]
    known = material(records=[one.record_id for one in rows], purposes=[asked.purpose.key])
    for acts in known.acts.values():
        if any(
            act.act in DENYING and act.at > asked.effective_at and reaches(act, asked.channel, asked.contact_id)
            for act in acts
        ):
            raise Refused(_("You have said no since. Please choose again on the page of your consents."))
