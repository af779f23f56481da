"""Customers of the portal whom the organisation must confirm."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cmdm.errors import Invalid, Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from consent.actions import portal_anchors
from consent.forms.claims import ClaimForm
from consent.models import PortalClaim
from consent.queries.claims import Waiting, waiting
from consent.views.opening import frame, of_consent
from customers.models import SourceRecord


@require_GET
@of_consent
def claims(request: Request) -> HttpResponse:
    """Who waits, the longest first."""
    rows = PortalClaim.objects.visible_to(request.user).waiting()
    return render(request, "consent/claims.html", {**frame(request.user, "claims"), "page": keyset_page(request, rows)})


@require_http_methods(["GET", "POST"])
@of_consent
def claim(request: Request, pk: int) -> HttpResponse:
    """Say which records are his, with what proved it, or that he is not the one."""
    rows = PortalClaim.objects.visible_to(request.user).select_related("account", "contact")
    row = get_object_or_404(rows, pk=pk)
    shown = waiting(row, request.user)
    form = ClaimForm(request.POST or None, choices=shown.choices)
    if request.method == "POST" and _decided(request, shown, form):
        return redirect("consent:claims")
    context = {"shown": shown, "form": form, "open": row.state == PortalClaim.State.WAITING}
    return render(request, "consent/claim.html", context, status=422 if form.is_bound else 200)


def _decided(request: Request, shown: Waiting, form: ClaimForm) -> bool:
    try:
        if "refuse" in request.POST:
            portal_anchors.refuse(shown.claim, actor=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("Refused. The customer still sees nothing."))
            return True
        if not form.is_valid():
            return False
        chosen = list(SourceRecord.objects.filter(pk__in=form.cleaned_data["records"]))
        reason = form.cleaned_data["reason"]
        portal_anchors.confirm(shown.claim, actor=request.user, chosen=chosen, reason=reason)
        messages.success(request, _("Confirmed. The customer sees these records from now on."))
        return True
    except (Refused, Invalid) as fault:
        form.add_error(None, str(getattr(fault, "sentence", _("Say how it was proved."))))
        return False
