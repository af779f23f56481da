"""What a person says to the uses of his data on the portal's page: one purpose and address at a time, or no to all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import Refused, action
from cmdm.models import User
from consent.actions import consents, contacts, evidence
from consent.models import Act, ConsentEvent, ContactPoint, Evidence, Method
from consent.queries.portal import Portal
from consent.queries.portal_consents import Switch, Topic, language
from consent.rules.permitting import OPT_OUT
from customers.models import SourceRecord

FORM = "portal/consents"


@dataclass(frozen=True)
class Visit:
    """Whose act it is and how it came: the account with its proved records, and what is kept of the browser."""

    portal: Portal
    session: str = ""
    user_agent: str = ""

    def records(self) -> Sequence[SourceRecord]:
        """The proved records."""
        return list(SourceRecord.objects.filter(pk__in=self.portal.anchors).defer("raw", "findings"))


@action
def answer(
    visit: Visit, topic: Topic, switch: Switch, *, actor: User, yes: bool, notice_shown: str = ""
) -> list[ConsentEvent]:
    """Allow or stop one use on one address. The events of the act.

    Refused while the change of an address can be taken back (a yes only), and when another text is in force by now
    than the one that was shown.
    """
    if yes and not visit.portal.may_grant:
        raise Refused(_("You changed an address. Until a day has passed, nothing new can be allowed."))
    contact = contacts.contact_point(switch.kind, switch.value, actor=actor) if switch.kind else None
    records = visit.records()
    kept = _keep(visit, topic, notice_shown, actor, contact)
    made: list[ConsentEvent] = consents.record(
        records,
        actor=actor,
        purpose=topic.purpose,
        channel=switch.channel,
        contact=contact,
        act=Act.GRANTED if yes else _no(topic, on=switch.on),
        method=Method.PORTAL,
        notice=topic.notice if yes else None,
        notice_shown=notice_shown if yes else "",
        language=language(),
        evidence=kept,
        proved=records,
    )
    domains = {record.domain_id for record in records}
    audit.record(actor, f"consent.{made[0].act}", made[0], domains=domains, purpose=topic.purpose.key)
    return made


@action
def stop_everything(visit: Visit, topics: Sequence[Topic], *, actor: User) -> list[ConsentEvent]:
    """No to every purpose that asks, each by an act of its own. Refuses nothing; the events."""
    records, made = visit.records(), []
    for topic in topics:
        if topic.switches:
            made += consents.record(
                records,
                actor=actor,
                purpose=topic.purpose,
                act=_no(topic, on=any(switch.on for switch in topic.switches)),
                method=Method.PORTAL,
                evidence=_keep(visit, topic, "", actor),
                proved=records,
            )
    domains = {record.domain_id for record in records}
    audit.record(actor, "consents.all_stopped", visit.portal.account, domains=domains, counts={"acts": len(made)})
    return made


def _no(topic: Topic, *, on: bool) -> str:
    if topic.kind == OPT_OUT:
        return Act.OBJECTED
    return Act.WITHDRAWN if on else Act.REFUSED


def _keep(visit: Visit, topic: Topic, notice_shown: str, actor: User, contact: ContactPoint | None = None) -> Evidence:
    """The signed-in session; where a code went to this very address before, that is the second step of the opt-in."""
    proof: dict[str, Any] = {"account": str(visit.portal.account.key), "purpose": topic.purpose.key}
    proved = contact is not None and contact.pk in {one.pk for one in visit.portal.contacts}
    if proved and contact is not None:
        proof["contact"] = contact.pk
    kind = Evidence.Kind.CODE if proved else Evidence.Kind.SESSION
    return evidence.keep(
        actor=actor,
        kind=kind,
        form=FORM,
        form_hash=notice_shown,
        session=visit.session,
        user_agent=visit.user_agent,
        proof=proof,
    )
