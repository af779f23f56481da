"""Imports: a file, what its columns mean, what would happen, what happened, and the rows that were refused."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from customers.actions import approving, checking, loads, previewing, reading
from customers.forms import MappingForm, StartForm, UploadForm, VerdictForm
from customers.models import Load
from customers.queries.catalogue import catalogue
from customers.queries.importing import account_of
from customers.queries.rejects import refusals, rejects_file, waiting
from customers.queries.unusual import unusual_in
from customers.queries.unusual_board import LIGHT
from customers.rules.mapping import BadMapping

SETTLED_AT_ONCE = 10_000


@login_required
@require_GET
def imports(request: Request) -> HttpResponse:
    """The files that came in, newest first."""
    _refuse_without_right(request)
    rows = Load.objects.visible_to(request.user).select_related("source", "started_by", "census")
    page = keyset_page(request, rows.defer(*LIGHT), newest_first=True)
    return render(request, "customers/imports.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Upload a file; nothing is taken in yet."""
    _refuse_without_right(request)
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            load = loads.upload(form.cleaned_data["source"], sent, actor=request.user, file_name=sent.name)
            checking.ask_to_check(load, actor=request.user)
            return redirect("customers:import", pk=load.pk)
        except Refused as refusal:
            form.add_error("file", str(refusal.sentence))
    return render(request, "customers/import_new.html", {"form": form}, status=422 if form.is_bound else 200)


def _refuse_without_right(request: Request) -> None:
    if not access.in_any(request.user, ["import"]):
        raise PermissionDenied(_("Importing needs the right in a domain."))


def load_of(request: Request, pk: UUID) -> Load:
    """An import that the reader may see."""
    rows = Load.objects.visible_to(request.user).select_related("source", "domain", "started_by", "job")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def load(request: Request, pk: UUID) -> HttpResponse:
    """One import: what would happen while it waits, what happens while it runs, what happened after."""
    row = load_of(request, pk)
    if row.state == Load.State.UPLOADED and not row.rows:
        return _prepared(request, row, MappingForm(load=row, known=catalogue()))
    return shown(request, row)


def shown(request: Request, row: Load, *, form: VerdictForm | None = None, status: int = 200) -> HttpResponse:
    """An import that has begun."""
    context = {
        "load": row,
        "account": account_of(row),
        "refused": refusals(row, waiting(row).defer("sealed")[:5]),
        "unusual": unusual_in(row, request.user),
        "verdict": form or VerdictForm(),
    }
    return render(request, "customers/import_run.html", context, status=status)


def _prepared(request: Request, row: Load, form: MappingForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """The mapping with what would happen."""
    preview = None
    try:
        preview = previewing.preview(row, user=request.user)
        columns = preview.columns
    except BadMapping as bad:
        refusal = refusal or " ".join(dict.fromkeys(_(fault.msgid) % fault.params for fault in bad.faults))
        columns = previewing.first_columns(row, user=request.user)
    except Refused as broken:
        refusal, columns = str(broken.sentence), []
    fields = [(column, form[f"column-{place}"]) for place, column in enumerate(columns)]
    context: dict[str, Any] = {"load": row, "form": form, "preview": preview, "fields": fields, "refusal": refusal}
    context["unusual"] = unusual_in(row, request.user) if preview else None
    context["checking"] = _is_being_read(row)
    return render(request, "customers/import.html", context, status=status)


def _is_being_read(row: Load) -> bool:
    return checking.is_uncounted(row) and row.job is not None and not row.job.is_over


@login_required
@require_GET
def checked(request: Request, pk: UUID) -> HttpResponse:
    """What is unusual in a file that is read to its end while its mapping is looked at; 286 ends the asking."""
    row = load_of(request, pk)
    waits = _is_being_read(row)
    context = {"load": row, "checking": waits, "unusual": None if waits else unusual_in(row, request.user)}
    return render(request, "customers/_import_checking.html", context, status=200 if waits else 286)


@login_required
@require_POST
def mapping(request: Request, pk: UUID) -> HttpResponse:
    """Say what the columns mean; the answer shows what would happen now."""
    row = load_of(request, pk)
    form = MappingForm(request.POST, load=row, known=catalogue())
    if not form.is_valid():
        return _prepared(request, row, form, status=422)
    try:
        loads.set_mapping(row, form.mapping, form.cleaned_data["mode"], actor=request.user)
    except Invalid as fault:
        form.add_faults(fault.errors)
        return _prepared(request, row, form, status=422)
    except Refused as refused:
        return _prepared(request, row, form, status=409, refusal=str(refused.sentence))
    return redirect("customers:import", pk=row.pk)


@login_required
@require_POST
def start(request: Request, pk: UUID) -> HttpResponse:
    """Begin, or go on."""
    row, form = load_of(request, pk), StartForm(request.POST)
    form.is_valid()
    try:
        loads.start(row, actor=request.user, confirmed=form.cleaned_data["confirmed"])
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    except Invalid as fault:
        messages.error(request, " ".join(text for texts in fault.errors.values() for text in texts))
    return redirect("customers:import", pk=row.pk)


@login_required
@require_POST
def approve(request: Request, pk: UUID) -> HttpResponse:
    """Let a large file begin that somebody else asked for."""
    return _done(request, pk, approving.approve, _("Approved. It begins."))


@login_required
@require_GET
def progress(request: Request, pk: UUID) -> HttpResponse:
    """How far it is; 286 ends the asking."""
    row = load_of(request, pk)
    account = account_of(row)
    context = {"load": row, "account": account}
    answer = render(request, "customers/_import_progress.html", context, status=286 if account.is_over else 200)
    # What can be done now, and the refused rows, stand outside the fragment; what is held has a page of its own.
    is_held = row.state == Load.State.UPLOADED and not row.rows
    return HttpResponseClientRefresh() if request.htmx and (account.is_over or is_held) else answer


@login_required
@require_POST
def stop(request: Request, pk: UUID) -> HttpResponse:
    """Stop and keep what is done."""
    return _done(request, pk, loads.stop, _("It stops after its present batch."))


@login_required
@require_POST
def discard(request: Request, pk: UUID) -> HttpResponse:
    """Delete the file; an import that never ran goes altogether."""
    answer = _done(request, pk, loads.discard, _("The file was deleted."))
    return answer if Load.objects.visible_to(request.user).filter(pk=pk).exists() else redirect("customers:imports")


def _done(request: Request, pk: UUID, deed: Any, said: str) -> HttpResponse:
    row = load_of(request, pk)
    try:
        deed(row, actor=request.user)
        messages.success(request, said)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:import", pk=row.pk)


@login_required
@require_GET
def rejects(request: Request, pk: UUID) -> HttpResponse:
    """The rows that nobody has dealt with, with line and reason."""
    row = load_of(request, pk)
    page = keyset_page(request, waiting(row).defer("sealed"))
    context = {"load": row, "page": page, "rows": refusals(row, page.rows)}
    return render(request, "customers/import_rejects.html", context)


@login_required
@require_POST
def rejects_csv(request: Request, pk: UUID) -> StreamingHttpResponse:
    """The same as a file that can be mended and loaded again."""
    row = load_of(request, pk)
    reading.hand_out_rejects(row, actor=request.user)
    answer = StreamingHttpResponse(rejects_file(row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return answer


@login_required
@require_POST
def settle(request: Request, pk: UUID) -> HttpResponse:
    """Note that rows have been dealt with: the chosen ones, or all of them."""
    row = load_of(request, pk)
    chosen = [int(text) for text in request.POST.getlist("rows") if text.isdecimal()]
    rows = waiting(row).defer("sealed")
    rows = rows if "all" in request.POST else rows.filter(pk__in=chosen)
    count = loads.settle(list(rows[:SETTLED_AT_ONCE]), actor=request.user)
    messages.success(request, _("%(count)d rows are dealt with.") % {"count": count})
    return redirect("customers:import_rejects", pk=row.pk)


@login_required
@require_POST
def again(request: Request, pk: UUID) -> HttpResponse:
    """Try the refused rows once more, as an import of their own."""
    row = load_of(request, pk)
    try:
        made = loads.reload(row, actor=request.user)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("customers:import_rejects", pk=row.pk)
    return redirect("customers:import", pk=made.pk)
