"""My account: the addresses that sign in, and signing out everywhere."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from consent.queries.contacts import shown
from consent.views.portal.session import PortalRequest, portal_required


@portal_required
@require_GET
def account(request: PortalRequest) -> HttpResponse:
    """The addresses by which the person gets in, a change that waits, and where to leave."""
    contacts = [{"kind": one.kind, "text": shown(one), "verified": one.verified_at} for one in request.portal.contacts]
    context = {"nav": "data", "contacts": contacts, "change": request.portal.change}
    return render(request, "portal/account.html", context)
