"""How the machine compares: versions of the model, their life, and the blocks that are too large."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.models import PartyType
from matching.actions import asking, models, upgrading
from matching.forms import LinesForm, ShownForm
from matching.models import MatchModel
from matching.queries.measurements import as_file, measured
from matching.queries.model_pages import model_view
from matching.queries.modelling import counted, large_blocks


@login_required
@require_GET
def model(request: Request, party: str = "person") -> HttpResponse:
    """One version, the one in force when none is named; for whoever decides or configures somewhere."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    shown, lines = ShownForm(request.GET), LinesForm(request.GET)
    page = model_view(party, request.user, **shown.wanted, tried=lines.tried)
    if page is None:
        raise Http404
    form = lines if lines.is_bound and lines.data.get("automatic") else LinesForm.of(page.model)
    context = {"page": page, "lines": form, "parties": PartyType.choices}
    return render(request, "matching/model.html", context)


@login_required
@require_GET
def blocks(request: Request, party: str = "person") -> HttpResponse:
    """What each rule costs and finds, and blocks over the cap.

    They count records of every domain, so the right is needed in every domain.
    """
    if not access.everywhere(request.user, "configure"):
        raise PermissionDenied
    if party not in PartyType.values:
        raise Http404
    context = {"rows": large_blocks(), "counted": counted(party), "parties": PartyType.choices, "party": party}
    return render(request, "matching/blocks.html", context)


@login_required
@require_POST
def count(request: Request, party: str) -> HttpResponse:
    """Have the rules of blocking counted."""
    if party not in PartyType.values:
        raise Http404
    _done(request, lambda: asking.counting(party, actor=request.user), _("The rules are being counted."))
    return redirect("matching:blocks_of", party)


@login_required
@require_POST
def reblock(request: Request, party: str) -> HttpResponse:
    """Keep the suggested rules as a draft, and rehearse it."""
    if not access.everywhere(request.user, "configure"):
        raise PermissionDenied
    rules = [one["parts"] for one in counted(party).suggested] if party in PartyType.values else []
    if not rules:
        raise Http404

    def deed() -> MatchModel:
        made = models.reblock(party, rules, actor=request.user)
        asking.rehearsal(made, actor=request.user)
        return made

    made = _done(request, deed, _("A draft with these rules is being rehearsed."))
    return _to(made) if made else redirect("matching:blocks_of", party)


@login_required
@require_POST
def train(request: Request, party: str) -> HttpResponse:
    """Have a draft learned from the records."""
    if party not in PartyType.values:
        raise Http404
    _done(request, lambda: asking.training(party, actor=request.user), _("A draft is being trained."))
    return redirect("matching:model_of", party)


@login_required
@require_POST
def learn(request: Request, party: str) -> HttpResponse:
    """Have a draft corrected by people's answers."""
    if party not in PartyType.values:
        raise Http404
    said = _("The answers are being learned from.")
    _done(request, lambda: asking.training(party, actor=request.user, by_answers=True), said)
    return redirect("matching:model_of", party)


@login_required
@require_POST
def renew(request: Request) -> HttpResponse:
    """Have what an earlier edition made of records made anew."""
    said = _("The records are being prepared anew.")
    _done(request, lambda: upgrading.ask_to_catch_up(actor=request.user), said)
    return redirect("matching:model")


@login_required
@require_POST
def rehearse(request: Request, pk: int) -> HttpResponse:
    """Have a version rehearsed."""
    row = _row(request, pk)
    _done(request, lambda: asking.rehearsal(row, actor=request.user), _("The rehearsal is under way."))
    return _to(row)


@login_required
@require_POST
def promote(request: Request, pk: int) -> HttpResponse:
    """Let a version decide from now on."""
    row = _row(request, pk)
    said = _("Promoted. With other blocking it decides once every record has its keys.")
    _done(request, lambda: models.promote(row, actor=request.user), said)
    return _to(row)


@login_required
@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """Give a version up."""
    row = _row(request, pk)
    _done(request, lambda: models.drop(row, actor=request.user), _("Dropped. It can still be read here."))
    return _to(row)


@login_required
@require_POST
def adjust(request: Request, pk: int) -> HttpResponse:
    """Keep other lines as a draft, and rehearse it."""
    row, form = _own(request, pk), LinesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Both lines lie between 0 and 1, review below automatic."))
        return _to(row)

    def deed() -> MatchModel:
        made = models.adjust(row, actor=request.user, **form.cleaned_data)
        asking.rehearsal(made, actor=request.user)
        return made

    return _to(_done(request, deed, _("A draft with these lines is being rehearsed.")) or row)


@login_required
@require_GET
def figures(request: Request, party: str) -> StreamingHttpResponse:
    """What the versions in force were worth, each time that they were measured, as CSV."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    if party not in PartyType.values:
        raise Http404
    answer = StreamingHttpResponse(as_file(measured(party, None)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="match-quality-{party}.csv"'
    return answer


@login_required
@require_GET
def export(request: Request, pk: int) -> HttpResponse:
    """The version as a file."""
    row = _row(request, pk)
    answer = HttpResponse(models.export(row, actor=request.user), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="match-model-{row.party_type}-{row.version}.json"'
    return answer


def _row(request: Request, pk: int) -> MatchModel:
    """A version, for whoever may look at models."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    return get_object_or_404(MatchModel, pk=pk)


def _own(request: Request, pk: int) -> MatchModel:
    """A version, for whoever may change models."""
    if not access.everywhere(request.user, "configure"):
        raise PermissionDenied
    return get_object_or_404(MatchModel, pk=pk)


def _to(row: MatchModel) -> HttpResponse:
    address = redirect("matching:model_of", row.party_type)
    address["Location"] += f"?version={row.version}"
    return address


def _done(request: Request, deed: Callable[[], Any], said: str) -> Any:
    """Do it; say so, or why not."""
    try:
        made = deed()
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
        return None
    except Invalid as fault:
        messages.error(request, " ".join(sentence for found in fault.errors.values() for sentence in found))
        return None
    messages.success(request, said)
    return made
