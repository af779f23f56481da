"""Files of consents: upload, name the columns, see what would happen, take in, read the account."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import Job
from cmdm.requests import Request
from consent.actions import uploads
from consent.forms.importing import ColumnsForm, ConsentFileForm
from consent.rules.importing import BadColumns, checked
from consent.views.opening import frame


def _refuse_without_right(request: Request) -> None:
    if not access.in_any(request.user, ["import"]):
        raise PermissionDenied(_("Importing needs the right in a domain."))


@login_required
@require_http_methods(["GET", "POST"])
def imports(request: Request) -> HttpResponse:
    """Upload a file; and the files that came in last."""
    _refuse_without_right(request)
    form = ConsentFileForm(request.POST or None, request.FILES or None, user=request.user)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            if sent.size > uploads.MOST_BYTES:
                raise Refused(_("At most 20 MB. Split the file, or use the command."))
            key = uploads.upload(form.cleaned_data["source"], sent.read(), actor=request.user)
            return redirect("consent:import", pk=key)
        except Refused as refused:
            form.add_error("file", str(refused.sentence))
    rows = Job.objects.visible_to(request.user).filter(name=uploads.JOB).select_related("requested_by")
    context = {**frame(request.user, "import"), "form": form, "jobs": rows.order_by("-created_at")[:10]}
    return render(request, "consent/imports.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def columns(request: Request, pk: UUID) -> HttpResponse:
    """What the columns mean, and what the first rows would do; posting with ``start`` takes the file in."""
    _refuse_without_right(request)
    found = uploads.waiting(pk, request.user)
    if found is None:
        raise Http404
    header, guessed, rows = uploads.first_rows(found)
    form = ColumnsForm(request.POST or None, header=header, guessed=guessed)
    chosen = form.columns if form.is_bound and form.is_valid() else guessed
    refusal, status = "", 200
    if form.is_bound and "start" in request.POST:
        try:
            return redirect("consent:import_account", pk=uploads.start(found, chosen, actor=request.user).pk)
        except Refused as refused:
            refusal, status = str(refused.sentence), 409
    fields = [(field, [row[place] for row in rows if place < len(row)]) for place, field in enumerate(form)]
    tried = _tried(found, chosen, request)
    context = {**frame(request.user, "import"), "found": found, "fields": fields, "tried": tried, "refusal": refusal}
    return render(request, "consent/import.html", context, status=status)


def _tried(found: uploads.Upload, chosen: list[str], request: Request) -> uploads.Tried | None:
    """Nothing while the columns do not say enough."""
    try:
        return uploads.tried(found, checked(chosen), actor=request.user)
    except (BadColumns, Refused):
        return None


@login_required
@require_GET
def account(request: Request, pk: UUID) -> HttpResponse:
    """How far a file is, and what became of each of its rows."""
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(name=uploads.JOB), pk=pk)
    counts: dict[str, Any] = job.result.get("counts", {}) if job.result else {}
    context = {**frame(request.user, "import"), "job": job, "counts": counts}
    if request.htmx:
        return render(request, "consent/_import_account.html", context, status=286 if job.is_over else 200)
    return render(request, "consent/import_account.html", context)
