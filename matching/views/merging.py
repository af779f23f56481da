"""Merging two customers by hand: find the other, look at both, decide."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.models import Customer
from customers.queries.search import search
from matching.actions import ledger
from matching.forms import MergeForm, OtherForm
from matching.queries.sides import merge_sides


def active(request: Request, key: UUID | str) -> Customer:
    """A current customer of the reader's.

    :raises Http404: there is none under this key, or it may not be seen.
    """
    try:
        wanted = UUID(str(key))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Customer.objects.visible_to(request.user).active(), key=wanted)


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: Request, key: UUID) -> HttpResponse:
    """Which other customer; then :func:`preview`."""
    customer = active(request, key)
    if not access.may(request.user, "decide", customer):
        raise PermissionDenied(_("Merging needs the right in every domain of this customer."))
    form, hits, refusal = OtherForm(request.POST or None), None, ""
    if form.is_bound and form.is_valid():
        try:
            found = search(form.cleaned_data["term"], request.user)
            hits = [hit for hit in found.hits if hit.summary.key != customer.key and hit.summary.status == "active"]
        except Refused as refused:
            refusal = str(refused.sentence)
    context = {"customer": customer, "form": form, "hits": hits, "refusal": refusal}
    return render(request, "matching/merge.html", context, status=422 if form.is_bound and form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: Request, key: UUID, other: UUID) -> HttpResponse:
    """Both side by side, with what a merge would make and touch; posting does it."""
    customers = [active(request, key), active(request, other)]
    if customers[0].pk == customers[1].pk:
        raise Http404
    sides = merge_sides(customers, request.user)
    form = MergeForm(request.POST or None, initial={"seen": sides.seen})
    refusal, status = "", 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            survivor = ledger.merge(customers, actor=request.user, **form.deed)
            messages.success(request, _("One customer now: %(number)s.") % {"number": survivor.number})
            return redirect("customers:detail", key=survivor.key)
        except Refused as refused:
            refusal, status = str(refused.sentence), 409
            form = MergeForm(initial={**form.cleaned_data, "seen": sides.seen})
    may = access.may(request.user, "decide", *customers)
    context = {"sides": sides, "form": form, "refusal": refusal, "may": may, "customer": customers[0]}
    return render(request, "matching/merge_preview.html", context, status=status)


@login_required
@require_POST
def undo(request: Request, key: UUID, change: UUID) -> HttpResponse:
    """Take back a merge of this customer."""
    customer = active(request, key)
    if not customer.ledger.filter(change=change).exists():
        raise Http404
    try:
        ledger.undo(change, actor=request.user)
        messages.success(request, _("The merge was undone."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:detail", key=customer.key)
