"""The mail that says a request has arrived. It names what was asked and the day, and nothing the person wrote."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from cmdm import jobs
from cmdm.jobs import Running
from consent.jobs.mailing import send
from consent.models import ContactPoint, PortalContact, SubjectRequest
from consent.queries.portal import text_of


@jobs.job("portal.request_received")
def acknowledge(job: Running) -> dict[str, Any] | None:
    """Send it to the first address of the account; nothing goes out when that is gone by now."""
    row = SubjectRequest.objects.select_related("account").get(pk=job.arguments["request"])
    proved = PortalContact.objects.filter(account=row.account, ended_at__isnull=True).select_related("contact")
    first = proved.filter(contact__kind=ContactPoint.Kind.EMAIL).order_by("pk").first()
    address = text_of(first.contact) if first else ""
    if address and row.account is not None:
        link = settings.HUB_URL + reverse("my:requests")
        send(address, "portal/mail/request.txt", language=row.account.language, request=row, link=link)
    return None
