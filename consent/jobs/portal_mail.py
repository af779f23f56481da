"""The portal's mails: codes, the notice of a changed address, and that something is asked."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from cmdm import jobs
from cmdm.jobs import Running
from consent.actions import portal_changes, portal_codes
from consent.jobs.mailing import send
from consent.models import Act, ConsentEvent, ContactPoint, PortalChange, Purpose
from consent.queries.links import confirm_token, undo_token, which_token
from consent.queries.portal import text_of
from consent.queries.questions import mailboxes, reached
from customers.models import SourceRecord


@jobs.job("portal.code")
def send_code(job: Running) -> dict[str, Any] | None:
    """Make a code and send it; where nobody is known under the address, nothing goes out."""
    portal_changes.settle_due(actor=job.actor)
    made = portal_codes.issue(int(job.arguments["code"]), actor=job.actor)
    if made is not None:
        code, value, text = made
        minutes = int(portal_codes.LIFE.total_seconds() // 60)
        send(value, "portal/mail/code.txt", language=code.language, code=text, purpose=code.purpose, minutes=minutes)
    return None


@jobs.job("portal.change_notice")
def send_notice(job: Running) -> dict[str, Any] | None:
    """Tell the old address that it is to be replaced, and how to take that back."""
    change = PortalChange.objects.select_related("account", "old").get(pk=job.arguments["waiting"])
    value = text_of(change.old)
    if value and change.state == PortalChange.State.WAITING:
        link = settings.HUB_URL + reverse("my:undo_change", args=[undo_token(change)])
        send(value, "portal/mail/change.txt", language=change.account.language, link=link, due=change.due_at)
    return None


@jobs.job("portal.confirmation")
def send_confirmation(job: Running) -> dict[str, Any] | None:
    """Ask an address to confirm what was agreed to for it. The mail advertises nothing: it names the purpose alone."""
    rows = ConsentEvent.objects.filter(group=job.arguments["group"], act=Act.REQUESTED).order_by("pk")
    asked = rows.select_related("purpose", "contact", "notice").first()
    if asked is None or asked.contact is None or asked.contact.kind != ContactPoint.Kind.EMAIL:
        return None
    value, language = text_of(asked.contact), asked.notice.language if asked.notice else settings.LANGUAGE_CODE
    if value:
        link = settings.HUB_URL + reverse("my:confirm_link", args=[confirm_token(asked.group)])
        label, _description = asked.purpose.said_in(language)
        send(value, "portal/mail/confirm.txt", language=language, link=link, label=label)
    return None


@jobs.job("portal.inquiry")
def send_inquiry(job: Running) -> dict[str, Any]:
    """Tell a person that a question about himself waits in the portal; to how many addresses. The mail does not ask."""
    told = reached(SourceRecord.objects.get(pk=job.arguments["record"]))
    for address, language in told:
        link = settings.HUB_URL + reverse("my:data")
        send(address, "portal/mail/inquiry.txt", language=language, link=link)
    return {"mails": len(told)}


@jobs.job("portal.which_answer")
def send_question(job: Running) -> dict[str, Any]:
    """Ask a customer which of his two answers is right; to how many addresses. Neither answer stands in the mail."""
    purpose = Purpose.objects.get(pk=job.arguments["purpose"])
    asked = mailboxes(int(job.arguments["customer"]), purpose.pk)
    for box in asked:
        link = settings.HUB_URL + reverse("my:which", args=[which_token(box.contact, purpose)])
        label, _description = purpose.said_in(box.language)
        send(box.address, "portal/mail/which.txt", language=box.language, link=link, label=label)
    return {"mails": len(asked)}
