"""My data: what is held, where from and since when; correcting, confirming, and saying that something is not mine."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm.actions import Invalid, Refused
from cmdm.models import portal_user
from consent.actions import proposals, telling
from consent.forms.portal import NotMeForm, OwnValuesForm
from consent.models import Proposal
from consent.queries.asked import proposals_of, waiting_attributes
from consent.queries.portal import text_of
from consent.queries.portal_data import NAME, Held, Holdings, holdings, waits
from consent.queries.portal_records import of_sources, own_record
from consent.views.portal.session import PortalRequest, portal_required
from customers import ports
from customers.models import Attribute, SourceRecord
from customers.queries.catalogue import Spec, catalogue
from customers.queries.naming import PARTS


@portal_required
@require_GET
def data(request: PortalRequest) -> HttpResponse:
    """What the hub holds about the person."""
    held = _held(request)
    asked = ports.inquiries(request.portal.anchors)
    context = {"nav": "data", "held": held, "proposed": proposals_of(request.portal.account), "asked": asked}
    context["also"] = next((one for one in ports.said_same(request.portal.anchors) if one.ended_at is None), None)
    claims = request.portal.account.claims.waiting().select_related("contact").order_by("pk")
    context["claims"] = [(text_of(one.contact), one.created_at) for one in claims]
    return render(request, "portal/data.html", context)


@portal_required
@require_POST
def reply(request: PortalRequest, key: str) -> HttpResponse:
    """Answer what a steward asked about the person's own records."""
    try:
        ports.replied(key, request.portal.anchors, actor=portal_user(), answer=request.POST.get("answer", ""))
        messages.success(request, _("Thank you. The person who asked reads your answer."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("my:data")


def _held(request: PortalRequest) -> Holdings:
    return holdings(request.portal.anchors, waiting=waiting_attributes(request.portal.account))


@portal_required
@require_http_methods(["GET", "POST"])
def correct(request: PortalRequest, attribute: str) -> HttpResponse:
    """Say what a value ought to be; what could make one person look like another waits for a steward."""
    held = _held(request)
    specs, row = _specs(held, attribute), _chosen(request, held, attribute)
    initial = {"place": row.place if row else None, "seen": row.seen if row else ""}
    for spec in specs:
        initial[spec.name] = row.value if row and attribute != NAME else held.values.get(spec.name)
    asked: dict[str, Any] = {"specs": specs, "initial": initial, "country": _country(held)}
    form = OwnValuesForm(request.POST or None, **asked)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid() and _is_stale(form, row):
            form = OwnValuesForm(**asked)
            messages.error(request, _("This has changed since. Look at it again."))
            status = 409
        elif form.is_valid() and _said(request, held, form, row):
            return redirect("my:data")
    waiting = any(waits(spec) for spec in specs)
    context = {"nav": "data", "form": form, "row": row, "attribute": attribute, "waits": waiting}
    context |= {"label": row.label if row else specs[0].label}
    return render(request, "portal/correct.html", context, status=status)


def _country(held: Holdings) -> str:
    """Where the person lives, by the first address that says so."""
    places = (row.value.get("country") for row in held.rows("address") if row.value)
    return next((place for place in places if place), "")


def _specs(held: Holdings, attribute: str) -> list[Spec]:
    """The attributes that are corrected together.

    :raises Http404: the catalogue does not let people correct it here.
    """
    known = catalogue().specs
    names = PARTS[held.party_type] if attribute == NAME else (attribute,)
    specs = [known[name] for name in names if name in known and known[name].fits(held.party_type)]
    chosen = [spec for spec in specs if spec.row.portal == Attribute.Portal.CORRECTABLE]
    if not chosen:
        raise Http404
    return chosen


def _chosen(request: PortalRequest, held: Holdings, attribute: str) -> Held | None:
    """The value that is replaced; none where one is added.

    :raises Http404: nothing stands at this place.
    """
    given = [row for row in held.rows(attribute) if row.given]
    place = request.POST.get("place") if request.method == "POST" else request.GET.get("place")
    many = attribute in catalogue().specs and catalogue().specs[attribute].many
    if not many:
        return given[0] if given else None
    if not place:
        return None
    found = [row for row in given if str(row.place) == place]
    if not found:
        raise Http404
    return found[0]


def _is_stale(form: OwnValuesForm, row: Held | None) -> bool:
    return bool(form.cleaned_data["seen"] != (row.seen if row else ""))


def _said(request: PortalRequest, held: Holdings, form: OwnValuesForm, row: Held | None) -> bool:
    """Write it down, or put it to the stewards; whether that went well."""
    record = own_record(request.portal.anchors, row.about if row and row.given else 0)
    if record is None:
        raise Http404
    values, actor = form.values(), portal_user()
    instead = {form.specs[0].name: row.value} if row and row.given and form.specs[0].many else {}
    try:
        if any(waits(spec) for spec in form.specs):
            kept = _new_ones(held, values, instead)
            if kept:
                proposals.propose(
                    request.portal.account,
                    actor=actor,
                    kind=Proposal.Kind.CORRECTION,
                    records=[record],
                    values=kept,
                    instead=instead,
                )
            said = _("Thank you. A person checks this; until then we keep what we had.")
            messages.info(request, said if kept else _("This is what we hold already."))
        else:
            for name, value in values.items():
                telling.tell(record, actor=actor, attribute=name, value=value, instead=instead.get(name))
            messages.success(request, _("Corrected."))
    except Refused as refusal:
        form.add_error(None, str(refusal.sentence))
        return False
    except Invalid as fault:
        form.add_error(None, [text for texts in fault.errors.values() for text in texts])
        return False
    return True


def _new_ones(held: Holdings, values: dict[str, Any], instead: dict[str, Any]) -> dict[str, Any]:
    """What differs from what is held."""
    before = {**held.values, **instead}
    return {name: value for name, value in values.items() if before.get(name) != value}


@portal_required
@require_POST
def confirm(request: PortalRequest, attribute: str) -> HttpResponse:
    """Still right: the same value, said by the person himself."""
    held = _held(request)
    _specs(held, attribute)
    rows = [row for row in held.rows(attribute) if row.given and str(row.place) == request.POST.get("place", "0")]
    record = own_record(request.portal.anchors, rows[0].about) if rows else None
    if record is None:
        raise Http404
    if request.POST.get("seen") != rows[0].seen:
        messages.error(request, _("This has changed since. Look at it again."))
        return redirect("my:data")
    try:
        for name, value in _confirmed(held, rows[0]).items():
            telling.tell(record, actor=portal_user(), attribute=name, value=value)
        messages.success(request, _("Noted as still right: %(label)s.") % {"label": rows[0].label})
    except (Refused, Invalid):
        messages.error(request, _("This cannot be changed at the moment."))
    return redirect("my:data")


def _confirmed(held: Holdings, row: Held) -> dict[str, Any]:
    if row.attribute != NAME:
        return {row.attribute: row.value}
    return {name: held.values[name] for name in PARTS[held.party_type] if name in held.values}


@portal_required
@require_http_methods(["GET", "POST"])
def not_me(request: PortalRequest) -> HttpResponse:
    """Some of the records are about somebody else: a steward looks, and takes them apart."""
    sources = of_sources(request.portal.anchors)
    choices = [(one.record, one.words) for one in sources]
    form = NotMeForm(request.POST or None, choices=choices)
    if form.is_bound and form.is_valid():
        chosen = SourceRecord.objects.filter(pk__in=form.cleaned_data["records"])
        try:
            note = form.cleaned_data["note"]
            proposals.disown(request.portal.account, actor=portal_user(), records=list(chosen), note=note)
            messages.info(request, _("Thank you. A person looks at it and takes apart what does not belong to you."))
            return redirect("my:data")
        except Refused as refusal:
            form.add_error(None, str(refusal.sentence))
    context = {"nav": "data", "form": form}
    return render(request, "portal/not_me.html", context, status=422 if form.is_bound else 200)


@portal_required
@require_POST
def take_back(request: PortalRequest, pk: str) -> HttpResponse:
    """A proposal of his own is taken back."""
    proposal = Proposal.objects.filter(account=request.portal.account, pk=pk).first()
    if proposal is None:
        raise Http404
    try:
        proposals.take_back(proposal, actor=portal_user())
        messages.success(request, _("Taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("my:data")
