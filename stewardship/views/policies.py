"""What owners want of review: policies, and targets of quality."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.forms import say_why
from cmdm.models import Domain
from cmdm.requests import Request
from stewardship.actions import policies as deeds
from stewardship.forms import PolicyForm, TargetForm
from stewardship.models import QualityTarget, ReviewPolicy
from stewardship.queries.targets import aims
from stewardship.views.opening import frame, of_review


@require_GET
@of_review
def policies(request: Request) -> HttpResponse:
    """Which answers need a second person or a reason, and what is wanted of the machine."""
    rows = ReviewPolicy.objects.visible_to(request.user).select_related("domain").order_by("-active", "name", "pk")
    context = {"rows": rows, "aims": aims(request.user), **frame(request.user, "quality")}
    return render(request, "stewardship/policies.html", context)


@require_http_methods(["GET", "POST"])
@of_review
def new(request: Request) -> HttpResponse:
    """A new policy."""
    if not access.in_any(request.user, ["configure"]):
        raise PermissionDenied
    form = PolicyForm(request.POST or None, policy=None, actor=request.user)

    def add() -> object:
        domain = form.cleaned_data["domain"]
        return deeds.add_policy(actor=request.user, domain=domain, fields=form.written)

    return _formed(request, form, add, {"policy": None})


@require_http_methods(["GET", "POST"])
@of_review
def policy(request: Request, pk: int) -> HttpResponse:
    """One policy; who may not configure where it counts reads it."""
    row = get_object_or_404(ReviewPolicy.objects.visible_to(request.user).select_related("domain"), pk=pk)
    if request.method == "POST" and not access.may(request.user, "configure", row):
        raise PermissionDenied
    form = PolicyForm(request.POST or None, policy=row, actor=request.user)
    deed = lambda: deeds.change_policy(row, actor=request.user, fields=form.written)  # noqa: E731
    return _formed(request, form, deed, {"policy": row})


@require_http_methods(["GET", "POST"])
@of_review
def target(request: Request, domain: int) -> HttpResponse:
    """What share of the automatic merges of a domain must be right."""
    place = get_object_or_404(Domain.objects.within(access.scope(request.user, "configure")), pk=domain)
    row = QualityTarget.objects.filter(domain=place).first() or QualityTarget(domain=place)
    initial = {name: getattr(row, name) for name in TargetForm.base_fields}
    form = TargetForm(request.POST or None, initial=initial)
    deed = lambda: deeds.set_target(place, actor=request.user, fields=form.cleaned_data)  # noqa: E731
    return _formed(request, form, deed, {"domain": place})


@require_POST
@of_review
def target_raise(request: Request, domain: int) -> HttpResponse:
    """Let the machine join by itself again."""
    rows = QualityTarget.objects.filter(domain__in=access.scope(request.user, "configure"))
    row = get_object_or_404(rows, domain=domain)
    try:
        deeds.raise_again(row, actor=request.user)
        messages.success(request, _("The machine joins by itself again. What is counted begins anew."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("stewardship:policies")


def _formed(request: Request, form: forms.Form, deed: Callable[[], object], context: dict[str, Any]) -> HttpResponse:
    """The form, or back to the list when the deed is done."""
    if form.is_bound and form.is_valid():
        try:
            deed()
        except Invalid as fault:
            say_why(form, fault)
        else:
            messages.success(request, _("Saved."))
            return redirect("stewardship:policies")
    shown = {"form": form, **context, **frame(request.user, "quality")}
    return render(request, "stewardship/policy.html", shown, status=422 if form.is_bound else 200)
