"""Stopping mails by their link, and what the hub says of Global Privacy Control. No sign-in, no cookie needed."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from cmdm.models import portal_user
from consent.actions import unsubscribing
from consent.queries.contacts import masked
from consent.queries.links import stop_of
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


@require_GET
def gpc(request: HttpRequest) -> JsonResponse:
    """Says that the signal is honoured here."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})
