"""The second step of a double opt-in by the link in the mail: whoever reads the mailbox answers."""

import uuid

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions import confirming, evidence
from consent.models import Act, ConsentEvent, Evidence


@action
def confirm_by_link(group: uuid.UUID, *, actor: User) -> int:
    """Make consent of what was asked for; how many rows. Refused as confirming is, and where no address was asked."""
    asked = ConsentEvent.objects.filter(group=group, act=Act.REQUESTED, contact__isnull=False).order_by("pk").first()
    if asked is None:
        raise Refused(_("There is nothing to confirm."))
    proof = evidence.keep(
        actor=actor,
        kind=Evidence.Kind.LINK,
        form="portal/confirm",
        proof={"contact": asked.contact_id, "asked": asked.pk, "asked_at": asked.recorded_at.isoformat()},
    )
    made = confirming.confirm(group, actor=actor, evidence=proof)
    audit.record(actor, "consent.confirmed_by_link", asked.record, counts={"records": len(made)})
    return len(made)
