"""Taking records out of a customer, and taking answers back."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.models import Customer
from customers.queries.naming import name_in
from customers.queries.profile import profile
from customers.sealing import open_values
from matching.actions import ledger, verdicts
from matching.forms import UnmergeForm
from matching.queries.memory import remembered
from matching.queries.reasons import why_here
from matching.queries.sides import Halves, own_records, seen_text, unmerge_halves
from matching.views.merging import active


@login_required
@require_http_methods(["GET", "POST"])
def unmerge(request: Request, key: UUID) -> HttpResponse:
    """Choose records; see what goes where; take them out."""
    customer = active(request, key)
    if not access.may(request.user, "decide", customer):
        raise PermissionDenied(_("Taking records out needs the right in every domain of this customer."))
    records = own_records(customer, request.user)
    ids = [record.pk for record in records]
    named = [int(text) for text in (request.GET or request.POST).getlist("records") if text.isdecimal()]
    chosen = [pk for pk in named if pk in ids]
    context = {
        "customer": customer,
        "name": profile(customer, request.user).name,
        "lines": [(record, name_in(open_values(record.values), record.party_type)) for record in records],
        "chosen": chosen,
        "reasons": why_here(ids, request.user),
    }
    if not chosen or len(chosen) == len(ids):
        context["refusal"] = _("Some record must stay.") if chosen else ""
        return render(request, "matching/unmerge.html", context)
    return _previewed(request, customer, chosen, context)


def _previewed(request: Request, customer: Customer, chosen: Sequence[int], context: dict[str, object]) -> HttpResponse:
    halves = unmerge_halves(customer, chosen, request.user)
    pairs = _pairs(halves)
    initial = {"seen": seen_text([customer]), "records": list(chosen), "different": [code for code, _words in pairs]}
    form = UnmergeForm(request.POST or None, initial=initial, records=chosen, pairs=pairs)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = _taken_out(request, halves, form)
            messages.success(
                request, _("Taken apart: %(numbers)s.") % {"numbers": ", ".join(one.number for one in made)}
            )
            return redirect("customers:detail", key=made[0].key)
        except Refused as refused:
            context["refusal"], status = str(refused.sentence), 409
            form = UnmergeForm(initial=initial, records=chosen, pairs=pairs)
    return render(request, "matching/unmerge.html", {**context, "halves": halves, "form": form}, status=status)


def _taken_out(request: Request, halves: Halves, form: UnmergeForm) -> list[Customer]:
    named = [record for record in halves.preview.leaving if record.pk in form.cleaned_data["records"]]
    given = {name: form.cleaned_data[name] for name in ("seen", "reason")}
    return ledger.unmerge(named, actor=request.user, different=form.kept_apart, **given)


def _pairs(halves: Halves) -> list[tuple[str, str]]:
    """Leaving × staying pairs that had a score."""
    return [
        (f"{left.pk}-{right.pk}", f"{left.source.name} {left.key} · {right.source.name} {right.key} · {_score(score)}")
        for left, right, score in halves.preview.pairs
    ]


def _score(score: float) -> str:
    return f"{score:.2f}" if score < 0.995 else f"{min(score, 0.9999):.4f}"


@login_required
@require_POST
def withdraw(request: Request, key: UUID, change: UUID) -> HttpResponse:
    """Take back an answer about this customer and another."""
    customer = active(request, key)
    if not any(one.change == change for one in remembered(customer, request.user)):
        raise Http404
    try:
        verdicts.withdraw(change, actor=request.user)
        messages.success(request, _("The answer was taken back; the pair may be asked again."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:detail", key=customer.key)
