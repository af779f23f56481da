"""Households with a person in common: the list, one pair beside each other, and saying whether they are one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from customers.actions import household_pairs as deeds
from customers.actions import households
from customers.forms.households import PairAnswerForm, PairFilter
from customers.models import HouseholdPair
from customers.queries.household_pairs import Meeting, meeting, meetings, pairs

SIZE = 25
Answer = HouseholdPair.Answer
DEEDS: dict[str, Any] = {Answer.ONE: deeds.join, Answer.TWO: deeds.keep_two}
SAID: dict[str, Any] = {
    Answer.ONE: lambda: _("Joined: they are one household."),
    Answer.TWO: lambda: _("Kept as two. They are not asked about again until their people change."),
}


@login_required
@require_GET
def pairs_list(request: Request) -> HttpResponse:
    """Pairs that wait for an answer, the oldest question first; or those that have one."""
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied
    form = PairFilter(request.GET)
    answered = form.wanted == "answered"
    page = keyset_page(request, pairs(request.user, form.wanted), newest_first=answered, size=SIZE)
    context = {"form": form, "page": page, "rows": meetings(page.rows, request.user), "answered": answered}
    return render(request, "customers/household_pairs.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def pair(request: Request, key: UUID) -> HttpResponse:
    """Both beside each other; posting says whether they are one."""
    found = _known(request, key)
    if request.method == "GET":
        return _page(request, found)
    _require(found)
    form = PairAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refusal=_("This page is damaged. Load it again."), status=422)
    answer = form.cleaned_data["answer"]
    try:
        DEEDS[answer](found.pair, actor=request.user, people=form.cleaned_data["people"])
    except Refused as refused:
        return _page(request, _known(request, key), refusal=str(refused.sentence), status=409)
    messages.success(request, SAID[answer]())
    return redirect("customers:household_pair", key=key)


@login_required
@require_POST
def undo(request: Request, key: UUID, change: UUID) -> HttpResponse:
    """Take an answer back."""
    found = _known(request, key)
    _require(found)
    try:
        if found.pair.change != change or not found.pair.answer:
            raise Refused(households.CHANGED)
        households.undo(found.pair.left, change, actor=request.user)
    except Refused as refused:
        return _page(request, found, refusal=str(refused.sentence), status=409)
    messages.success(request, _("Taken back."))
    return redirect("customers:household_pair", key=key)


def _known(request: Request, key: UUID) -> Meeting:
    found = meeting(request.user, key)
    if found is None:
        raise Http404
    return found


def _require(found: Meeting) -> None:
    if not found.may:
        raise PermissionDenied(_("Saying who lives together needs the right to decide."))


def _page(request: Request, found: Meeting, *, status: int = 200, **more: Any) -> HttpResponse:
    following = pairs(request.user).filter(pk__gt=found.pair.pk).order_by("pk").first()
    context = {"meeting": found, "next": following, **more}
    return render(request, "customers/household_pair.html", context, status=status)
