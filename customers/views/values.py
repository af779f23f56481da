"""Deeds on a customer's values: correct, pin, set aside, reveal."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.actions import corrections, pins, reading, relations
from customers.forms import CorrectionForm, PinForm, RevealForm, WithdrawForm, correctable, record_of
from customers.models import Customer, Pin, Relation
from customers.queries.catalogue import Spec, catalogue
from customers.queries.corrected import corrected, element_at
from customers.queries.profile import profile
from customers.queries.related import related
from customers.queries.suggesting.suggestions import suggestions_of
from customers.views.detail import show_overview
from customers.views.opening import of_customer


@require_http_methods(["GET", "POST"])
@of_customer
def correct(request: Request, customer: Customer) -> HttpResponse:
    """Say what a value ought to be: first which one, then the value."""
    specs = {name: spec for name, spec in catalogue().specs.items() if spec.fits(customer.party_type)}
    found = profile(customer, request.user)
    records = correctable(found.records, request.user)
    if not records:
        raise PermissionDenied(_("Correcting needs the right in a domain of this customer."))
    chosen = request.GET.get("attribute") or request.POST.get("attribute", "")
    context: dict[str, Any] = {"customer": customer, "profile": found, "specs": specs.values(), "chosen": chosen}
    if chosen not in specs:
        return render(request, "customers/correct.html", context)
    spec = specs[chosen]
    offered = suggestions_of([customer], request.user).get(customer.pk, ())
    context["suggested"] = [one for one in offered if one.attribute == chosen]
    form = CorrectionForm(request.POST or None, spec=spec, records=records, initial=_initial(request, found, spec))
    if form.is_bound and form.is_valid() and _corrected(request, customer, spec, form):
        return redirect("customers:detail", key=customer.key)
    context |= {"spec": spec, "form": form, "corrected": corrected([one.id for one in records], spec)}
    return render(request, "customers/correct.html", context, status=422 if form.is_bound else 200)


def _initial(request: Request, found: Any, spec: Spec) -> dict[str, Any]:
    """The value that is shown now, and the record that says it; a masked one is not filled in."""
    rows = found.shown.get(spec.name, [])
    initial: dict[str, Any] = {}
    if rows and rows[0].value is not None and not spec.many:
        initial["value"] = rows[0].value
    if rows and rows[0].origin:
        initial["about"] = rows[0].origin.record
    if request.GET.get("record", "").isdecimal():
        initial["about"] = int(request.GET["record"])
    return initial


def _corrected(request: Request, customer: Customer, spec: Spec, form: CorrectionForm) -> bool:
    given = form.cleaned_data
    about = record_of(customer, given["about"], request.user)
    if about is None:
        raise Http404
    value = [given["value"]] if spec.many else given["value"]
    try:
        corrections.correct(
            customer, actor=request.user, attribute=spec.name, value=value, about=about, reason=given["reason"]
        )
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))
        return False
    except Invalid as fault:
        form.add_error("value", [text for texts in fault.errors.values() for text in texts])
        return False
    messages.success(request, _("Corrected: %(label)s.") % {"label": spec.label})
    return True


@require_POST
@of_customer
def withdraw(request: Request, customer: Customer, pk: int) -> HttpResponseRedirect:
    """Take one corrected value back; the sources count again."""
    correction, form = record_of(customer, pk, request.user), WithdrawForm(request.POST)
    if correction is None or correction.about_id is None:
        raise Http404
    if not access.may(request.user, "correct", correction):
        raise PermissionDenied(_("Withdrawing a correction needs the right to correct in its domain."))
    if not form.is_valid():
        raise Http404
    given = form.cleaned_data
    try:
        if correction.version != given["version"]:
            raise Refused(_("This correction has changed since. Look at it again."))
        element = element_at(correction, given["attribute"], given["place"])
        corrections.withdraw(correction, given["attribute"], actor=request.user, element=element)
        messages.success(request, _("The correction is withdrawn."))
    except LookupError:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("customers:detail", key=customer.key)


@require_http_methods(["GET", "POST"])
@of_customer
def pin(request: Request, customer: Customer) -> HttpResponse:
    """Choose a claim, or set it aside, perhaps until a day."""
    form = PinForm(request.POST or None, initial=request.GET.dict())
    given = PinForm(request.POST or {**request.GET.dict(), "until": "", "reason": ""})
    given.is_valid()
    record = record_of(customer, given.cleaned_data.get("record") or 0, request.user)
    spec = catalogue().specs.get(given.cleaned_data.get("attribute", ""))
    if record is None or spec is None or "kind" not in given.cleaned_data:
        raise Http404
    if not access.may(request.user, "correct", record):
        raise PermissionDenied(_("Choosing a value needs the right to correct in the domain of its record."))
    if form.is_bound and form.is_valid():
        kind, wanted = form.cleaned_data["kind"], {name: form.cleaned_data[name] for name in ("until", "reason")}
        deed = pins.pin if kind == Pin.Kind.PIN else pins.ignore
        try:
            deed(record, spec.name, actor=request.user, **wanted)
            messages.success(request, _("Pinned.") if kind == Pin.Kind.PIN else _("Set aside."))
            return redirect("customers:detail", key=customer.key)
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    context = {"customer": customer, "form": form, "spec": spec, "record": record, "kind": given.cleaned_data["kind"]}
    return render(request, "customers/pin.html", context, status=422 if form.is_bound else 200)


@require_POST
@of_customer
def end_pin(request: Request, customer: Customer, pk: int) -> HttpResponseRedirect:
    """Let the rules decide again."""
    rows = Pin.objects.in_force().filter(record__customer=customer)
    chosen = get_object_or_404(rows.filter(record__in=customer.records.visible_to(request.user)), pk=pk)
    try:
        pins.end(chosen, actor=request.user)
        messages.success(request, _("The rules decide again."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("customers:detail", key=customer.key)


@require_POST
@of_customer
def end_relation(request: Request, customer: Customer, pk: int) -> HttpResponseRedirect:
    """The two belong together no longer."""
    if not any(one.id == pk for one in related(customer, request.user)):
        raise Http404
    try:
        relations.end_relation(Relation.objects.get(pk=pk), actor=request.user)
        messages.success(request, _("The relation has ended."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("customers:detail", key=customer.key)


@require_http_methods(["GET", "POST"])
@of_customer
def reveal(request: Request, customer: Customer) -> HttpResponse:
    """Show a masked value, for a purpose; the answer is this page with the value in its place."""
    if not access.scope(request.user, "reveal").intersection(customer.domain_ids()):
        raise PermissionDenied(_("Revealing needs the right in a domain of this customer."))
    form = RevealForm(request.POST or None, initial={"attribute": request.GET.get("attribute", "")})
    if not form.is_bound or not form.is_valid():
        context = {"customer": customer, "form": form}
        return render(request, "customers/reveal.html", context, status=422 if form.is_bound else 200)
    attribute = form.cleaned_data["attribute"]
    try:
        reading.reveal(customer, actor=request.user, **form.cleaned_data)
    except Refused as refusal:
        return show_overview(request, customer, refusal=str(refusal.sentence), status=409)
    return show_overview(request, customer, opened=(attribute,), revealed=attribute)
