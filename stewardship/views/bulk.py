"""Many cards at once: a filter is prepared, its sample opened one by one, and then all of it answered by one job."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from cmdm.pages import keyset_page
from cmdm.requests import Request
from stewardship.actions import bulk as actions
from stewardship.forms import BulkForm, QueueFilter
from stewardship.models import BulkDecision, Task
from stewardship.queries import bulk as queries
from stewardship.queries.card import review_card
from stewardship.queries.leading import leads
from stewardship.queries.wanted import Wanted, waiting
from stewardship.views.opening import frame

Deed = Callable[..., BulkDecision]


@login_required
@require_GET
def bulks(request: Request) -> HttpResponse:
    """Bulk decisions of the reader's domains, newest first."""
    _require_steward(request.user)
    page = keyset_page(request, _visible(request.user), newest_first=True)
    return render(request, "stewardship/bulk_list.html", {"page": page, **frame(request.user, "queue")})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """What a filter comes to, and which answer it shall get."""
    _require_steward(request.user)
    wanted = QueueFilter(request.GET).wanted()
    form, status, refusal = BulkForm(request.POST or None), 200, None
    if form.is_bound and form.is_valid():
        rows = waiting(wanted, request.user)
        try:
            made = actions.prepare(rows, actor=request.user, parameters=wanted.parameters(), **form.cleaned_data)
            return redirect("stewardship:bulk", pk=made.pk)
        except Refused as refused:
            refusal, status = refused.sentence, 409
    elif form.is_bound:
        status = 422
    context = {"form": form, "wanted": wanted, "extent": queries.extent(wanted, request.user), "refusal": refusal}
    return render(request, "stewardship/bulk_new.html", {**context, "most": actions.MOST}, status=status)


@login_required
@require_GET
def bulk(request: Request, pk: UUID) -> HttpResponse:
    """One of them: its sample, how far it is, what was refused."""
    return _page(request, _one(request, pk))


@login_required
@require_GET
def progress(request: Request, pk: UUID) -> HttpResponse:
    """The fragment that asks again while it runs; 286 stops it."""
    context = _context(request, _one(request, pk))
    if context["runs"]:
        return render(request, "stewardship/_bulk_progress.html", context)
    return render(request, "stewardship/_bulk_ended.html", context, status=286)


@login_required
@require_http_methods(["GET", "POST"])
def sample(request: Request, pk: UUID, task: int) -> HttpResponse:
    """A card of the sample, to be read: opening it is a deed of its own, for it is what the run waits for."""
    found = _one(request, pk)
    if task not in found.sample:
        raise Http404
    if request.method == "POST":
        return _deed(request, found, actions.look, task, to=("stewardship:bulk_sample", [pk, task]))
    card = get_object_or_404(Task.objects.visible_to(request.user).select_related("taken_by"), pk=task)
    context = {
        "bulk": found,
        "card": review_card(card, request.user, Wanted(queue=card.queue)),
        "task": card,
        "place": found.sample.index(task) + 1,
        "following": queries.next_of_sample(found),
        "all_rows": "rows" in request.GET,
    }
    return render(request, "stewardship/bulk_sample.html", context)


@login_required
@require_POST
def run(request: Request, pk: UUID) -> HttpResponse:
    """Answer all of it."""
    return _deed(request, _one(request, pk), actions.run)


@login_required
@require_POST
def stop(request: Request, pk: UUID) -> HttpResponse:
    """Stop; what is done stays."""
    return _deed(request, _one(request, pk), actions.stop)


@login_required
@require_POST
def undo(request: Request, pk: UUID) -> HttpResponse:
    """Take all answers back."""
    return _deed(request, _one(request, pk), actions.undo)


@login_required
@require_POST
def drop(request: Request, pk: UUID) -> HttpResponse:
    """Give up what was only prepared."""
    return _deed(request, _one(request, pk), actions.drop, to=("stewardship:bulk_list", []))


def _visible(user: User) -> Any:
    return BulkDecision.objects.visible_to(user).exclude(state="dropped").select_related("by", "job")


def _one(request: Request, pk: UUID) -> BulkDecision:
    return get_object_or_404(_visible(request.user), pk=pk)


def _deed(
    request: Request, found: BulkDecision, deed: Deed, *words: Any, to: tuple[str, list[Any]] | None = None
) -> HttpResponse:
    try:
        deed(found, *words, actor=request.user)
    except Refused as refusal:
        return _page(request, _one(request, found.pk), status=409, refusal=refusal.sentence)
    name, keys = to or ("stewardship:bulk", [found.pk])
    if name == "stewardship:bulk_list":
        messages.success(request, _("Given up. Nothing was answered."))
    return redirect(name, *keys)


def _page(request: Request, found: BulkDecision, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "stewardship/bulk.html", {**_context(request, found), **more}, status=status)


def _context(request: Request, found: BulkDecision) -> dict[str, Any]:
    own = found.by_id == request.user.pk
    under_way = found.state in (BulkDecision.State.RUNNING, BulkDecision.State.UNDOING)
    over = found.job is not None and found.job.is_over
    return {
        "bulk": found,
        "own": own,
        "may_undo": own or found.domain_ids() <= leads(request.user),
        "runs": under_way and not over,
        "cut_off": under_way and over,
        "job": found.job,
        "sample": queries.sample_of(found, request.user),
        "following": queries.next_of_sample(found),
        "progress": queries.progress_of(found),
        "refusals": queries.refusals_of(found, request.user),
        "reasons": queries.refused_by_reason(found),
    }


def _require_steward(user: User) -> None:
    if not access.in_any(user, ["decide"]):
        raise PermissionDenied(_("Deciding many at once needs the right to decide."))
