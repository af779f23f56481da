"""What people say of a load that is out of the ordinary."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.actions import unusual
from customers.forms import VerdictForm
from customers.models import LoadCensus
from customers.views.imports import load_of, shown

DEEDS = {LoadCensus.Verdict.NORMAL: unusual.accept, LoadCensus.Verdict.FAULT: unusual.confirm_fault}
SAID = {
    LoadCensus.Verdict.NORMAL: lambda: _("Kept as normal: later loads are compared with it."),
    LoadCensus.Verdict.FAULT: lambda: _("Kept as a fault: no later load is compared with it."),
}


@login_required
@require_POST
def say(request: Request, pk: UUID) -> HttpResponse:
    """Say that it is as it should be, or a fault, and why."""
    row, form = load_of(request, pk), VerdictForm(request.POST)
    if not form.is_valid():
        return shown(request, row, form=form, status=422)
    verdict = form.cleaned_data["verdict"]
    try:
        DEEDS[verdict](row, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, SAID[verdict]())
    except Invalid as fault:
        form.add_error("reason", fault.errors.get("reason", [str(fault)]))
        return shown(request, row, form=form, status=422)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:import", pk=row.pk)


@login_required
@require_POST
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Take back what was said of it."""
    row = load_of(request, pk)
    try:
        unusual.withdraw(row, actor=request.user)
        messages.success(request, _("Taken back. It waits for somebody to look at it."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:import", pk=row.pk)
