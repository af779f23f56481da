"""Asking for proof, waiting for it, fetching it; and the public keys that it is verified with."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access, clock
from cmdm.actions import Refused
from cmdm.requests import Request
from consent.actions import proof as deeds
from consent.forms.proof import ProofForm
from consent.models import ProofFile
from consent.views.opening import frame, of_consent


@require_http_methods(["GET", "POST"])
@of_consent
def proofs(request: Request) -> HttpResponse:
    """What to prove, and what for; then the files of the last day."""
    if not access.in_any(request.user, ["export"]):
        raise PermissionDenied(_("Taking proof along needs the right to export in a domain."))
    form, status = ProofForm(request.POST or None, user=request.user, initial=request.GET.dict()), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid():
        given = {**form.cleaned_data, "sample": form.cleaned_data["sample"] or 1}
        try:
            return redirect("consent:proof", pk=deeds.prepare(actor=request.user, **given).pk)
        except Refused as refused:
            form.add_error(None, str(refused.sentence))
            status = 409
    files = ProofFile.objects.visible_to(request.user).standing(clock.now())
    rows = files.select_related("job", "customer", "purpose").order_by("-pk")[:10]
    context = {**frame(request.user, "proof"), "form": form, "files": rows}
    return render(request, "consent/proofs.html", context, status=status)


def _file(request: Request, pk: UUID) -> ProofFile:
    rows = ProofFile.objects.visible_to(request.user).select_related("job", "customer", "purpose")
    return get_object_or_404(rows, pk=pk)


def _context(file: ProofFile) -> dict[str, Any]:
    over = file.finished_at is not None or file.job.is_over
    expired = file.expires_at <= clock.now()
    return {"file": file, "job": file.job, "is_over": over, "expired": expired, "reason": deeds.REASONS[file.reason]}


@login_required
@require_GET
def proof(request: Request, pk: UUID) -> HttpResponse:
    """One file of the user: how far it is, and the way to fetch it."""
    context = {**frame(request.user, "proof"), **_context(_file(request, pk))}
    return render(request, "consent/proof.html", context, status=410 if context["expired"] else 200)


@login_required
@require_GET
def progress(request: Request, pk: UUID) -> HttpResponse:
    """The fragment that asks again until the file is whole; 286 stops it."""
    context = _context(_file(request, pk))
    return render(request, "consent/_proof_progress.html", context, status=286 if context["is_over"] else 200)


@login_required
@require_POST
def fetch(request: Request, pk: UUID) -> HttpResponse:
    """The zip itself."""
    row = _file(request, pk)
    try:
        content = deeds.fetch(row, actor=request.user)
    except Refused as refused:
        context = {**frame(request.user, "proof"), **_context(row), "refusal": refused.sentence}
        return render(request, "consent/proof.html", context, status=410 if refused.code == "expired" else 409)
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="proof.zip"'
    return answer
