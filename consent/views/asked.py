"""What customers ask and propose in the portal: lists for who answers, so that nothing gets lost."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access, clock
from cmdm.actions import Invalid, Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from consent.actions import proposals as proposing
from consent.actions import subject_requests
from consent.forms.portal import AnswerForm
from consent.models import Proposal, SubjectRequest, officer_in
from consent.queries.asked import asked, proposals_for
from consent.views.opening import frame


@login_required
@require_GET
def requests(request: Request) -> HttpResponse:
    """Open requests, the one to be answered first on top; with ``?state=closed`` the closed ones."""
    if not officer_in(request.user):
        raise PermissionDenied(_("Requests are answered by the privacy officers of a domain."))
    closed = request.GET.get("state") == "closed"
    rows = SubjectRequest.objects.visible_to(request.user).select_related("answered_by")
    chosen = rows.filter(closed_at__isnull=False) if closed else rows.open()
    # Each is due a month after it came, so the order of coming is the order of days.
    page = keyset_page(request, chosen.defer("sealed", "answer"), newest_first=closed)
    today = clock.now().date()
    lines = [{"row": row, "days": row.days_left(today)} for row in page.rows]
    context = {**frame(request.user, "requests"), "page": page, "lines": lines, "closed": closed}
    return render(request, "consent/requests.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def one(request: Request, pk: str) -> HttpResponse:
    """One request with its words; answering closes it."""
    row = _mine(request, pk)
    form = AnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            subject_requests.close(row, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Answered. The person reads it in the portal."))
            return redirect("consent:requests")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    found = asked(row, clock.now().date())
    context = {**frame(request.user, "requests"), "one": found, "form": form}
    return render(request, "consent/request.html", context, status=422 if form.is_bound else 200)


def _mine(request: Request, pk: str) -> SubjectRequest:
    return get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=pk)


@login_required
@require_POST
def take_up(request: Request, pk: str) -> HttpResponse:
    """Say that one works on it; the person sees that."""
    row = _mine(request, pk)
    return _done(request, lambda: subject_requests.take_up(row, actor=request.user), _("It is yours."), "requests")


@login_required
@require_GET
def proposals(request: Request) -> HttpResponse:
    """What customers say of their own records and a steward has to confirm, oldest first."""
    if not access.in_any(request.user, ["correct"]):
        raise PermissionDenied(_("Deciding proposals needs the right to correct in a domain."))
    page = keyset_page(request, Proposal.objects.visible_to(request.user).open())
    lines = proposals_for(page.rows, request.user)
    return render(request, "consent/proposals.html", {**frame(request.user, "proposals"), "page": page, "lines": lines})


@login_required
@require_POST
def decide(request: Request, pk: str) -> HttpResponse:
    """Let a proposal count, or not."""
    row = get_object_or_404(Proposal.objects.visible_to(request.user).open(), pk=pk)
    yes = request.POST.get("decision") == "accept"
    deed = proposing.accept if yes else proposing.refuse
    settled = row.kind == Proposal.Kind.NOT_ME
    words = (_("Noted.") if settled else _("Taken over.")) if yes else _("Not taken over. The person sees that.")
    return _done(request, lambda: deed(row, actor=request.user), words, "proposals")


def _done(request: Request, deed: Callable[[], Any], words: str, back: str) -> HttpResponse:
    try:
        deed()
        messages.success(request, words)
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    except Invalid as fault:
        messages.error(request, " ".join(text for texts in fault.errors.values() for text in texts))
    return redirect(f"consent:{back}")
