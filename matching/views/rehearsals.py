"""What a version of the match model would do, list by list."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.requests import Request
from matching.actions import labelling
from matching.forms import ListForm
from matching.models import MatchModel
from matching.queries.rehearsed import LISTS, Listed, count_of, listed


@login_required
@require_GET
def rehearsal(request: Request, pk: int) -> HttpResponse:
    """A list of the last rehearsal; for whoever decides or configures somewhere, of what he may see."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    row, form = get_object_or_404(MatchModel, pk=pk), ListForm(request.GET)
    if not row.rehearsal or not form.is_valid():
        raise Http404
    found = listed(row, form.cleaned_data["list"] or "gained", request.user, page=form.cleaned_data["page"] or 1)
    lists = [(name, label, count_of(row.rehearsal, name)) for name, label in LISTS.items()]
    context = {"row": row, "found": found, "lists": lists, "may_change": access.everywhere(request.user, "configure")}
    return render(request, "matching/rehearsal.html", {**context, **_pages(found)})


@login_required
@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask people about the pairs whose answers would teach most."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    row = get_object_or_404(MatchModel, pk=pk)
    try:
        opened = labelling.ask(row, actor=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        said = ngettext("%(n)d question was put into the queue.", "%(n)d questions were put into the queue.", opened)
        messages.success(request, said % {"n": opened} if opened else _("All of them are asked already."))
    address = redirect("matching:rehearsal", pk)
    address["Location"] += "?list=informative"
    return address


def _pages(found: Listed) -> dict[str, Any]:
    """The addresses of the pages before and after."""
    named = {"next_url": found.next, "previous_url": found.previous}
    return {name: f"?list={found.name}&page={page}" for name, page in named.items() if page}
