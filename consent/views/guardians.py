"""Naming who acts for a customer that is too young to, and ending it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.forms import say_why
from cmdm.requests import Request
from consent.actions import guardians as deeds
from consent.forms.guardians import GuardianForm
from consent.models import Guardianship
from consent.views.customers import correctable
from customers.models import Customer
from customers.queries.profile import profile
from customers.views.detail import frame
from customers.views.opening import of_customer


@require_http_methods(["GET", "POST"])
@of_customer
def guardian(request: Request, customer: Customer) -> HttpResponse:
    """Name a guardian, with what proves that he is one."""
    records = correctable(customer, request)
    if not records:
        raise PermissionDenied(_("Naming a guardian needs the right to correct where this customer has a record."))
    form = GuardianForm(request.POST or None, request.FILES or None, records=records, user=request.user)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            deeds.nominate(said["record"], said["guardian"], actor=request.user, note=said["note"], scan=said["scan"])
            messages.success(request, _("Named. What the guardian agrees to counts for this customer from now on."))
            return redirect("consent:customer", key=customer.key)
        except (Invalid, Refused) as fault:
            status = say_why(form, fault)
    context: dict[str, Any] = {**frame(request, profile(customer, request.user), "consents"), "form": form}
    return render(request, "consent/guardian.html", context, status=status)


@require_POST
@of_customer
def end(request: Request, customer: Customer, pk: int) -> HttpResponse:
    """The guardian acts no longer; what he said stays."""
    seen = access.scope(request.user, "view")
    mine = Q(ward__customer=customer, ward__domain__in=seen) | Q(guardian__customer=customer, guardian__domain__in=seen)
    row = get_object_or_404(Guardianship.objects.filter(mine), pk=pk)
    try:
        deeds.end(row, actor=request.user)
        messages.success(request, _("Ended. What the guardian said before stays."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("consent:customer", key=customer.key)
