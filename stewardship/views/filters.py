"""Filters that a steward keeps: links beside the queue, and a page where they are renamed, shared and dropped."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import Domain
from cmdm.requests import Request
from stewardship.actions import filters as actions
from stewardship.forms import KeptFilterForm, QueueFilter
from stewardship.models import SavedFilter
from stewardship.queries.queue import saved_filters


@login_required
@require_GET
def filters(request: Request) -> HttpResponse:
    """The reader's own filters, and those that others share with him."""
    return _page(request)


@login_required
@require_POST
def keep(request: Request) -> HttpResponse:
    """Keep the filters of the address under a name, then back to the rows they show."""
    _require_steward(request)
    wanted = QueueFilter(request.GET).wanted()
    form = KeptFilterForm(request.POST, user=request.user)
    back = HttpResponseRedirect(f"{reverse('stewardship:queue')}?{urlencode(wanted.parameters())}")
    if not form.is_valid():
        messages.error(request, _("Not kept. A filter needs a name of at most 60 letters."))
        return back
    try:
        kept = actions.keep(actor=request.user, parameters=wanted.parameters(), **form.cleaned_data)
        messages.success(request, _("Kept as “%(name)s”.") % {"name": kept.name})
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return back


@login_required
@require_POST
def change(request: Request, pk: int) -> HttpResponse:
    """Rename or share one's own filter."""
    row = get_object_or_404(SavedFilter, pk=pk, user=request.user)
    form = KeptFilterForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, status=422, refusal=_("A filter needs a name of at most 60 letters."))
    try:
        actions.change(row, actor=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, status=409, refusal=str(refusal.sentence))
    return redirect("stewardship:filters")


@login_required
@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """Forget one's own filter."""
    actions.drop(get_object_or_404(SavedFilter, pk=pk, user=request.user), actor=request.user)
    return redirect("stewardship:filters")


def sharing(request: Request) -> list[Domain]:
    """The domains with whose stewards a filter may be shared; one query."""
    return list(Domain.objects.filter(pk__in=access.scope(request.user, "decide")).order_by("name"))


def _page(request: Request, *, status: int = 200, **more: Any) -> HttpResponse:
    _require_steward(request)
    rows = saved_filters(request.user)
    context = {
        "own": [row for row in rows if row.user_id == request.user.pk],
        "shared": [row for row in rows if row.user_id != request.user.pk],
        "sharing": sharing(request),
        **more,
    }
    return render(request, "stewardship/filters.html", context, status=status)


def _require_steward(request: Request) -> None:
    if not access.in_any(request.user, ["decide"]):
        raise PermissionDenied
