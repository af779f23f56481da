"""Stopping mails by the link in one of them, without signing in."""

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from consent.actions import consents, evidence
from consent.models import Act, Channel, ContactPoint, Evidence, Kind, Method, Purpose
from customers.models import SourceRecord

CHANNELS = {ContactPoint.Kind.EMAIL: Channel.EMAIL, ContactPoint.Kind.PHONE: Channel.SMS}


@action
def unsubscribe(contact: ContactPoint, purpose: Purpose, record: SourceRecord, *, actor: User) -> None:
    """End a use for one address. Whoever reads what is sent there may say so; a second time says the same."""
    proof = evidence.keep(actor=actor, kind=Evidence.Kind.LINK, form="List-Unsubscribe")
    consents.record(
        [record],
        actor=actor,
        purpose=purpose,
        channel=CHANNELS.get(ContactPoint.Kind(contact.kind), ""),
        contact=contact,
        act=Act.OBJECTED if purpose.kind == Kind.OPT_OUT else Act.WITHDRAWN,
        method=Method.LINK,
        evidence=proof,
        proved=[record],
    )
    audit.record(actor, "consent.unsubscribed", record)
