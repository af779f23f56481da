"""Stopping mails by their link, and what the hub says of Global Privacy Control. No sign-in, no cookie needed."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from cmdm.errors import Refused
from cmdm.models import portal_user
from consent.actions import confirming_links, unsubscribing
from consent.models import ConsentEvent
from consent.queries.contacts import masked
from consent.queries.links import confirm_of, stop_of
from consent.views.portal.session import public

GPC_SINCE = "2026-11-22"


# The token in the address is the proof; the mail program that posts it (RFC 8058) has neither cookie nor form.
@csrf_exempt
@public
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button; the post does it, whoever makes it."""
    about = stop_of(token)
    if about is None:
        raise Http404
    contact, purpose, record = about
    if request.method == "POST":
        unsubscribing.unsubscribe(contact, purpose, record, actor=portal_user())
    label, _description = purpose.said_in(get_language() or "en")
    context = {"label": label, "address": masked(contact), "done": request.method == "POST"}
    return render(request, "portal/unsubscribe.html", context)


@public
@require_http_methods(["GET", "POST"])
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """The second step of a double opt-in. Opening the link shows a page, a press does it: mail programs open links."""
    group = confirm_of(token)
    if group is None:
        raise Http404
    rows = ConsentEvent.objects.filter(group=group).select_related("purpose", "notice", "contact")
    asked = rows.order_by("pk").first()
    if asked is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            confirming_links.confirm_by_link(group, actor=portal_user())
        except Refused as refusal:
            refused = str(refusal.sentence)
    label, _description = asked.purpose.said_in(get_language() or "en")
    done = request.method == "POST" and not refused
    address = masked(asked.contact) if asked.contact else ""
    context = {"label": label, "address": address, "notice": asked.notice, "done": done, "refused": refused}
    return render(request, "portal/confirm_link.html", context, status=409 if refused else 200)


@require_GET
def gpc(request: HttpRequest) -> JsonResponse:
    """Says that the signal is honoured here."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})
