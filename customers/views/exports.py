"""Taking the customers of the list along: a few at once, many as a file that is written first."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access, clock, events
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.actions import export_files
from customers.actions.exports import export_customers
from customers.forms import CustomerFilter
from customers.forms.exports import ExportForm
from customers.models import ExportFile
from customers.queries.exporting import described
from customers.queries.records import listed


@login_required
@require_http_methods(["GET", "POST"])
def export(request: Request) -> HttpResponseBase:
    """Ask what for; then stream those customers of the filtered list that the user may export, or write a file."""
    if not access.in_any(request.user, ["export"]):
        raise PermissionDenied(_("Exporting needs the right in a domain."))
    form, status = ExportForm(request.POST or None), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid():
        try:
            return _taken_along(request, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused.sentence))
            status = 409
    files = ExportFile.objects.visible_to(request.user).standing(clock.now()).select_related("job").order_by("-pk")
    return render(request, "customers/export.html", {"form": form, "files": files[:10]}, status=status)


def _taken_along(request: Request, purpose: str, use: str = "") -> HttpResponseBase:
    wanted, event = CustomerFilter(request.GET, user=request.user).wanted(), events.position()
    chosen = listed(request.user, **wanted)
    try:
        lines = export_customers(chosen, actor=request.user, purpose=purpose, use=use, as_of=event)
    except Refused as refused:
        if refused.code != "too_many":
            raise
        source = wanted["source"]
        filters = {**wanted, "source": source.pk if source else None, "use": use}
        made = export_files.prepare(filters, actor=request.user, purpose=purpose)
        return redirect("customers:export_file", pk=made.pk)
    return _sent(lines, use, event)


def _sent(content: Any, use: str, event: int) -> StreamingHttpResponse:
    """The file, its name saying for what use it was made, and which was the last event before."""
    name = "-".join(["customers", *filter(None, use.split("/")), f"event-{event}"])
    answer = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _file(request: Request, pk: UUID) -> ExportFile:
    return get_object_or_404(ExportFile.objects.visible_to(request.user).select_related("job"), pk=pk)


def _context(file: ExportFile) -> dict[str, Any]:
    share = min(file.rows / file.expected, 1.0) if file.expected else 0.0
    over = file.finished_at is not None or file.job.is_over
    return {"file": file, "job": file.job, "described": described(file), "share_done": share, "is_over": over}


@login_required
@require_GET
def file(request: Request, pk: UUID) -> HttpResponse:
    """One file of the user: how far it is, and the way to fetch it."""
    row = _file(request, pk)
    expired = row.expires_at <= clock.now()
    context = {**_context(row), "expired": expired}
    return render(request, "customers/export_file.html", context, status=410 if expired else 200)


@login_required
@require_GET
def progress(request: Request, pk: UUID) -> HttpResponse:
    """The fragment that asks again until the file is whole; 286 stops it."""
    context = _context(_file(request, pk))
    return render(request, "customers/_export_progress.html", context, status=286 if context["is_over"] else 200)


@login_required
@require_POST
def fetch(request: Request, pk: UUID) -> HttpResponseBase:
    """The file itself."""
    row = _file(request, pk)
    try:
        content = export_files.fetch(row, actor=request.user)
        answer = _sent(content, row.filters.get("use") or "", row.filters.get(export_files.EVENT, 0))
    except Refused as refused:
        expired = refused.code == "expired"
        context = {**_context(row), "expired": expired, "refusal": refused.sentence}
        return render(request, "customers/export_file.html", context, status=410 if expired else 409)
    answer["Content-Length"] = str(row.size)
    return answer
