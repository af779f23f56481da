"""Purposes: the list, and one of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm.actions import Invalid, Refused
from cmdm.forms import say_why
from cmdm.requests import Request
from consent.actions import purposes as deeds
from consent.forms.purposes import PurposeForm
from consent.models import Notice, Purpose
from consent.queries.notices import purposes_listed
from consent.views.opening import frame, may_publish, of_consent


@require_GET
@of_consent
def purposes(request: Request) -> HttpResponse:
    """Every use of data, and what it stands on."""
    context = {**frame(request.user, "purposes"), "rows": purposes_listed()}
    return render(request, "consent/purposes.html", context)


@require_http_methods(["GET", "POST"])
@of_consent
def new(request: Request) -> HttpResponse:
    """Draft one."""
    if not may_publish(request.user):
        raise PermissionDenied(_("Purposes belong to every domain. Changing them needs the right in all."))
    form, status = PurposeForm(request.POST or None), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid():
        made = _tried(form, lambda: deeds.draft(actor=request.user, key=form.cleaned_data["key"], fields=form.written))
        if made is not None:
            return redirect("consent:purpose", key=made.key)
    context = {**frame(request.user, "purposes"), "form": form, "purpose": None}
    return render(request, "consent/purpose.html", context, status=status)


@require_http_methods(["GET", "POST"])
@of_consent
def purpose(request: Request, key: str) -> HttpResponse:
    """One purpose: its words and terms, and the notices that name it."""
    row = get_object_or_404(Purpose.objects.select_related("parent"), key=key)
    may = may_publish(request.user) and row.state != Purpose.State.RETIRED
    if request.method == "POST" and not may:
        raise PermissionDenied
    form, status = PurposeForm(request.POST or None, purpose=row), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid() and _changed(request, row, form):
        messages.success(request, _("Saved."))
        return redirect("consent:purpose", key=row.key)
    notices = Notice.objects.covering(row.key).exclude(state=Notice.State.RETIRED)
    context = {**frame(request.user, "purposes"), "form": form, "purpose": row, "may": may, "notices": notices}
    return render(request, "consent/purpose.html", context, status=status)


def _changed(request: Request, row: Purpose, form: PurposeForm) -> bool:
    return _tried(form, lambda: deeds.change(row, actor=request.user, fields=form.written)) is not None


def _tried(form: PurposeForm, deed: Callable[[], Purpose]) -> Purpose | None:
    """The purpose, or nothing and the reason in the form."""
    try:
        return deed()
    except (Invalid, Refused) as fault:
        say_why(form, fault)
    return None


@require_POST
@of_consent
def publish(request: Request, key: str) -> HttpResponse:
    """From now on data may be used for it."""
    return _done(request, key, deeds.publish, _("Published."))


@require_POST
@of_consent
def retire(request: Request, key: str) -> HttpResponse:
    """End it."""
    return _done(request, key, deeds.retire, _("Retired. Nothing is permitted for it any more."))


def _done(request: Request, key: str, deed: Any, said: str) -> HttpResponse:
    row = get_object_or_404(Purpose, key=key)
    try:
        deed(row, actor=request.user)
        messages.success(request, said)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("consent:purpose", key=row.key)
