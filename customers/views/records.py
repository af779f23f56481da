"""Sources and their records."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from customers.actions import reading
from customers.forms import RevealForm
from customers.models import Source, SourceRecord
from customers.queries.records import record_page
from customers.queries.sources import figures_of, source_lines
from customers.queries.unusual_board import held, trend
from customers.views.detail import why_of

HELD = 10


@login_required
@require_GET
def record(request: Request, pk: int) -> HttpResponse:
    """What a source says of one party, version by version."""
    return _show(request, _record(request, pk))


@login_required
@require_POST
def reveal_raw(request: Request, pk: int) -> HttpResponse:
    """The same with what was received, for a purpose."""
    row = _record(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form=form, status=422)
    try:
        found = reading.reveal_raw(row, actor=request.user, purpose=form.cleaned_data["purpose"])
    except Refused as refusal:
        return _show(request, row, refusal=str(refusal.sentence), status=409)
    return _show(request, row, raw=found.raw, revealed=True)


def _record(request: Request, pk: int) -> SourceRecord:
    rows = SourceRecord.objects.visible_to(request.user).select_related("source", "customer", "domain")
    return get_object_or_404(rows, pk=pk)


def _show(request: Request, row: SourceRecord, *, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "record": row,
        "page": record_page(row),
        "reason": why_of([row.pk], request.user).get(row.pk, ""),
        "may_reveal": access.may(request.user, "reveal", row) and row.raw is not None,
        "form": RevealForm(),
        **more,
    }
    return render(request, "customers/record.html", context, status=status)


@login_required
@require_GET
def sources(request: Request) -> HttpResponse:
    """Every source of the reader's domains."""
    rows = Source.objects.visible_to(request.user).select_related("domain", "owner").order_by("name", "pk")
    return render(request, "customers/sources.html", {"rows": source_lines(rows, request.user)})


@login_required
@require_GET
def source(request: Request, pk: int) -> HttpResponse:
    """One source: what its word is worth, and its records."""
    row = get_object_or_404(Source.objects.visible_to(request.user).select_related("domain", "owner"), pk=pk)
    found = SourceRecord.objects.visible_to(request.user).filter(source=row).select_related("customer")
    page = keyset_page(request, found.defer("raw", "values"), newest_first=True)
    context = {
        "source": row,
        "page": page,
        "figures": figures_of(row),
        "trend": trend(row, request.user),
        "held": list(held(request.user).filter(source=row)[:HELD]),
    }
    return render(request, "customers/source.html", context)
