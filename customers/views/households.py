"""Households: the list, one of them, and saying who belongs to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from customers.actions import households as deeds
from customers.forms.customers import SearchForm
from customers.forms.households import HouseholdFilter, MembersForm, RoleForm
from customers.models import Customer, Household, PartyType
from customers.queries.households import homes, known, last_change, listed, record_of, said, shared
from customers.queries.search import search

FOUND = 50


@login_required
@require_http_methods(["GET", "POST"])
def households(request: Request) -> HttpResponse:
    """Households, the newest first; or those of whoever is found by a term, which comes in the body."""
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied
    form = HouseholdFilter(request.GET)
    context: dict[str, Any] = {"form": form, "searching": SearchForm(request.POST or None)}
    context["may_propose"] = access.everywhere(request.user, "decide")
    if request.method == "POST":
        return _found(request, context)
    page = keyset_page(request, listed(request.user, form.wanted), newest_first=True, size=FOUND)
    return render(
        request, "customers/households.html", context | {"page": page, "rows": homes(page.rows, request.user)}
    )


def _found(request: Request, context: dict[str, Any]) -> HttpResponse:
    """The households of whoever the term finds."""
    status, hits = 200, []
    if context["searching"].is_valid():
        try:
            found = search(context["searching"].cleaned_data["term"], request.user)
            hits = [hit.summary.id for hit in found.hits]
        except Refused as refused:
            context["refusal"], status = str(refused.sentence), 409
    else:
        status = 422
    rows = Household.objects.visible_to(request.user).of_customers(hits, request.user).order_by("-pk")
    context["rows"] = homes(list(rows[:FOUND]), request.user)
    return render(request, "customers/households.html", context | {"found": True}, status=status)


@login_required
@require_GET
def household(request: Request, key: UUID) -> HttpResponse:
    """One household."""
    return _page(request, _known(request, key))


@login_required
@require_POST
def find(request: Request, key: UUID) -> HttpResponse:
    """Who is to be added: persons found by a term."""
    found, form = _decidable(request, key), SearchForm(request.POST)
    if not form.is_valid():
        return _page(request, found, searching=form, status=422)
    try:
        return _page(request, found, searching=form, hits=_persons(request, form))
    except Refused as refused:
        return _page(request, found, searching=form, refusal=str(refused.sentence), status=409)


@login_required
@require_POST
def add(request: Request, key: UUID) -> HttpResponse:
    """Add a person."""
    found = _decidable(request, key)
    record = _record(request, request.POST.get("customer", ""))
    return _done(request, found, lambda: deeds.add(found, record, actor=request.user), _("Added."))


@login_required
@require_POST
def confirm(request: Request, key: UUID) -> HttpResponse:
    """Proposed members do belong to it."""
    found = _decidable(request, key)
    chosen = _chosen(request, found)
    return _done(request, found, lambda: deeds.confirm(found, chosen, actor=request.user), _("Confirmed."))


@login_required
@require_POST
def describe(request: Request, key: UUID) -> HttpResponse:
    """What a member is in it, and since when."""
    found, form = _decidable(request, key), RoleForm(request.POST)
    chosen = _chosen(request, found)
    if not form.is_valid():
        return _page(request, found, refusal=_("Choose a role of the list, and a day."), status=422)
    given = {name: form.cleaned_data[name] for name in ("role", "since")}
    return _done(
        request,
        found,
        lambda: deeds.describe(found, chosen, actor=request.user, **given),
        _("Your answer is kept."),
    )


@login_required
@require_POST
def take_out(request: Request, key: UUID) -> HttpResponse:
    """Members do not belong to it."""
    found = _decidable(request, key)
    chosen = _chosen(request, found)
    said_so = _("Taken out. Nobody is proposed for it again whom you took out.")
    return _done(request, found, lambda: deeds.take_out(found, chosen, actor=request.user), said_so)


@login_required
@require_POST
def undo(request: Request, key: UUID, change: UUID) -> HttpResponse:
    """Take back what was said last."""
    found = _decidable(request, key)
    if last_change(found, request.user) != change:
        return _page(request, found, refusal=str(deeds.CHANGED), status=409)
    return _done(request, found, lambda: deeds.undo(found, change, actor=request.user), _("Taken back."))


@login_required
@require_http_methods(["GET", "POST"])
def new(request: Request, key: UUID) -> HttpResponse:
    """A household of a person and another who is looked for; posting ``customer`` forms it."""
    rows = Customer.objects.visible_to(request.user).active().filter(party_type=PartyType.PERSON)
    customer = get_object_or_404(rows, key=key)
    mine = record_of(customer, request.user)
    if mine is None:
        raise PermissionDenied(_("Saying who lives together needs the right to decide."))
    context: dict[str, Any] = {"customer": customer, "searching": SearchForm(request.POST or None)}
    if "customer" in request.POST:
        try:
            made = deeds.form([mine, _record(request, request.POST["customer"])], actor=request.user)
            return redirect("customers:household", key=made.key)
        except Refused as refused:
            return render(request, "customers/household_new.html", context | {"refusal": refused.sentence}, status=409)
    if request.method == "POST" and context["searching"].is_valid():
        try:
            context["hits"] = [hit for hit in _persons(request, context["searching"]) if hit.id != customer.pk]
        except Refused as refused:
            context["refusal"] = refused.sentence
    return render(request, "customers/household_new.html", context)


def _persons(request: Request, form: SearchForm) -> list[Any]:
    found = search(form.cleaned_data["term"], request.user)
    chosen = [hit.summary for hit in found.hits]
    return [one for one in chosen if one.party_type == PartyType.PERSON and one.status == Customer.Status.ACTIVE]


def _known(request: Request, key: UUID) -> Household:
    found = known(request.user, key)
    if found is None:
        raise Http404
    return found


def _decidable(request: Request, key: UUID) -> Household:
    """A household of which the reader may decide about somebody."""
    found = _known(request, key)
    mine = found.members.visible_to(request.user).filter(record__domain__in=access.scope(request.user, "decide"))
    if not mine.exists():
        raise PermissionDenied(_("Saying who lives together needs the right to decide."))
    return found


def _chosen(request: Request, found: Household) -> list[int]:
    """The memberships that were posted; 404 where the reader does not see one of them."""
    form = MembersForm(request.POST)
    if not form.is_valid():
        raise Http404
    rows = found.members.filter(pk__in=form.chosen)
    if rows.visible_to(request.user).count() != len(set(form.chosen)):
        raise Http404
    return form.chosen


def _record(request: Request, key: str) -> Any:
    """The record by which a person is added; 404 where there is none that may be seen."""
    try:
        wanted = UUID(key)
    except ValueError:
        raise Http404 from None
    customer = get_object_or_404(Customer.objects.visible_to(request.user).active(), key=wanted)
    record = record_of(customer, request.user)
    if record is None:
        raise PermissionDenied(_("Saying who lives together needs the right to decide."))
    return record


def _done(request: Request, found: Household, deed: Callable[[], None], told: str) -> HttpResponse:
    """Do it; say so, or why not."""
    try:
        deed()
    except Refused as refused:
        return _page(request, found, refusal=str(refused.sentence), status=409)
    messages.success(request, told)
    if known(request.user, found.key) is None:
        return redirect("customers:households")
    return redirect("customers:household", key=found.key)


def _page(request: Request, found: Household, *, status: int = 200, **more: Any) -> HttpResponse:
    [home] = homes([found], request.user)
    context = {
        "home": home,
        "shared": shared(home, request.user) if home.members else [],
        "said": said(found, request.user),
        "undoable": last_change(found, request.user),
        "may": access.in_any(request.user, ["decide"]) and bool(home.members),
        "roles": RoleForm.base_fields["role"].choices,  # type: ignore[attr-defined]
        "searching": SearchForm(),
        **more,
    }
    return render(request, "customers/household.html", context, status=status)
