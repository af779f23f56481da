"""The portal's mails: codes, and the notice of a changed address."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from cmdm import jobs
from cmdm.jobs import Running
from consent.actions import portal_changes, portal_codes
from consent.jobs.mailing import send
from consent.models import Act, ConsentEvent, ContactPoint, PortalChange
from consent.queries.links import confirm_token, undo_token
from consent.queries.portal import text_of


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
