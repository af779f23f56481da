"""A customer's consents: what is recorded and what follows, act by act, and what he says to one of ours."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.forms import say_why
from cmdm.requests import Request
from consent.actions import proof
from consent.actions.on_behalf import ask_customer, record_on_behalf
from consent.actions.voiding import declare
from consent.forms.on_behalf import OnBehalfForm, OpenScanForm
from consent.forms.voiding import VoidForm
from consent.models import ConsentEvent, Purpose
from consent.queries.acts import acts_of, lines
from consent.queries.conflicts import asked_about
from consent.queries.guardians import guardians_of
from consent.queries.panel import consents_of, history_of
from customers.models import Customer, SourceRecord
from customers.queries.profile import profile
from customers.views.detail import frame
from customers.views.opening import of_customer


def correctable(customer: Customer, request: Request) -> list[SourceRecord]:
    """The records at which the reader may key something in; one query."""
    rows = SourceRecord.objects.current().filter(customer=customer, about__isnull=True)
    held = rows.filter(domain__in=access.scope(request.user, "correct")).visible_to(request.user)
    return list(held.select_related("source").defer("raw", "findings").order_by("pk"))


@require_GET
@of_customer
def consents(request: Request, customer: Customer) -> HttpResponse:
    """Every purpose with what was said to it, and every act."""
    rows = consents_of(customer, request.user, every=True)
    context = {
        **frame(request, profile(customer, request.user), "consents"),
        "rows": asked_about(customer, rows),
        "acts": history_of(customer, request.user),
        "reasons": proof.REASONS.items(),
        "guardians": guardians_of(customer, request.user),
        "may_record": customer.status == Customer.Status.ACTIVE and bool(correctable(customer, request)),
        "may_ask": access.may(request.user, "correct", customer),
        "may_reveal": access.in_any(request.user, ["reveal"]),
        "may_prove": access.in_any(request.user, ["export"]),
    }
    return render(request, "consent/customer.html", context)


@require_http_methods(["GET", "POST"])
@of_customer
def record(request: Request, customer: Customer) -> HttpResponse:
    """Key in what was said on the phone or on paper."""
    records = correctable(customer, request)
    if not records:
        raise PermissionDenied(_("Keying in a consent needs the right to correct where this customer has a record."))
    form = OnBehalfForm(request.POST or None, request.FILES or None, records=records, initial=request.GET.dict())
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = record_on_behalf(actor=request.user, **form.deed)
            messages.success(request, _said(made))
            return redirect("consent:customer", key=customer.key)
        except (Invalid, Refused) as fault:
            status = say_why(form, fault)
    context: dict[str, Any] = {**frame(request, profile(customer, request.user), "consents"), "form": form}
    return render(request, "consent/record.html", context, status=status)


def _said(made: list[ConsentEvent]) -> str:
    if made and made[0].act == "requested":
        return _("Recorded. It counts as soon as the customer has confirmed it by the mail that is on its way.")
    return _("Recorded. It counts at once.")


@require_http_methods(["GET", "POST"])
@of_customer
def void(request: Request, customer: Customer, pk: int) -> HttpResponse:
    """Declare void what was entered by mistake, or end a consent that is not needed any more."""
    row = get_object_or_404(acts_of(request.user).filter(record__customer=customer), pk=pk)
    access.require(request.user, "correct", row.record)
    [line] = lines([row], request.user)
    form, status = VoidForm(request.POST or None, event=row), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                said = form.cleaned_data
                declare(row, said["deed"], actor=request.user, note=said["note"])
                messages.success(request, _("Noted. It counts at once."))
                return redirect("consent:customer", key=customer.key)
            except Refused as refused:
                status = say_why(form, refused)
    context = {**frame(request, profile(customer, request.user), "consents"), "form": form, "line": line}
    return render(request, "consent/void.html", context, status=status)


@require_POST
@of_customer
def ask(request: Request, customer: Customer, purpose: str) -> HttpResponse:
    """Put two answers to the customer."""
    row = get_object_or_404(Purpose, key=purpose)
    try:
        ask_customer(customer, actor=request.user, purpose=row)
        messages.success(request, _("The portal asks the customer at the next visit. Until then the no counts."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    if request.POST.get("back") == "list":
        return redirect("consent:conflicts")
    return redirect("consent:customer", key=customer.key)


@require_POST
@of_customer
def scan(request: Request, customer: Customer, pk: int) -> HttpResponse:
    """The scan behind an act, for a purpose."""
    rows = ConsentEvent.objects.visible_to(request.user).filter(record__customer=customer)
    event = get_object_or_404(rows.select_related("evidence", "record"), pk=pk, evidence__attachment__isnull=False)
    form = OpenScanForm(request.POST)
    form.is_valid()
    evidence: Any = event.evidence
    try:
        found, content = proof.open_scan(
            evidence, actor=request.user, domain=event.record.domain_id, purpose=form.cleaned_data.get("purpose", "")
        )
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("consent:customer", key=customer.key)
    answer = HttpResponse(content, content_type=found.media_type)
    answer["Content-Disposition"] = f'attachment; filename="scan-{found.pk}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
