"""Suggestions for missing values: the list of them, and the answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access, ids
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.actions.suggesting import counting, taking
from customers.forms.suggestions import ManyForm, SuggestionFilter, SuggestionForm
from customers.models import Customer, SuggestionAnswer
from customers.queries.suggesting.names import LABELS
from customers.queries.suggesting.suggestions import suggestions_of
from customers.queries.suggesting.worklist import (
    WorkPage,
    answers_of_batch,
    counted,
    counted_as_text,
    waiting,
    worklist,
)
from customers.queries.summaries import summaries
from customers.views.opening import of_customer

SALT = "missing"
MOST = 100  # more stand on no page


@login_required
@require_GET
def missing(request: Request) -> HttpResponse:
    """What can be filled in, where the reader may correct."""
    _refuse_without_correct(request)
    form = SuggestionFilter(request.GET, user=request.user)
    page = worklist(request.user, **form.wanted(), after=_cursor(request))
    context = {
        "form": form,
        "wanted": form.wanted(),
        "filtered": any(form.wanted().values()),
        "page": page,
        "next": _address(request, page),
        "places": counted_as_text(waiting(request.user, **form.wanted()) or 0),
        "counted": counted(),
        "rule_label": LABELS.get(form.wanted()["rule"], ""),
    }
    return render(request, "customers/missing.html", context)


@login_required
@require_GET
def missing_progress(request: Request) -> HttpResponse:
    """How far the count is; asked for again until it is done."""
    _refuse_without_correct(request)
    return render(request, "customers/_missing_counted.html", {"counted": counted(), "asked": True})


@login_required
@require_http_methods(["GET", "POST"])
def many(request: Request) -> HttpResponse:
    """All that one rule suggests on a page of the list: looked at first, then filled in together."""
    _refuse_without_correct(request)
    wanted = SuggestionFilter(request.GET, user=request.user).wanted()
    if not wanted["rule"]:
        raise Http404
    page = worklist(request.user, **wanted, after=_cursor(request))
    context: dict[str, Any] = {"page": page, "wanted": wanted, "rule_label": LABELS[wanted["rule"]]}
    form = ManyForm(request.POST or None, offered=[line.name for line in page.lines])
    if not form.is_bound:
        return render(request, "customers/missing_many.html", context)
    # What was shown and stands no longer is no choice any more: it counts as refused.
    asked = request.POST.getlist("chosen")[:MOST]
    offered = {line.name: line for line in page.lines}
    batch, done = ids.uuid7(), 0
    for name in asked:
        done += _taken(request, offered[name].customer.id, name, batch) if name in offered else 0
    context |= {"batch": batch, "done": done, "refused": len(asked) - done, "asked": len(asked)}
    return render(request, "customers/missing_done.html", context)


def _taken(request: Request, customer: int, name: str, batch: UUID) -> int:
    """One of many; a refusal of it hinders no other."""
    try:
        found = Customer.objects.visible_to(request.user).get(pk=customer)
        taking.take(found, name.partition("/")[2], actor=request.user, batch=batch)
    except (Refused, PermissionDenied, Customer.DoesNotExist):
        return 0
    return 1


@login_required
@require_POST
def undo_many(request: Request, batch: UUID) -> HttpResponseRedirect:
    """Take back what was filled in at once."""
    _refuse_without_correct(request)
    done = 0
    for answer in answers_of_batch(batch, request.user):
        try:
            taking.undo(answer, actor=request.user)
            done += 1
        except (Refused, PermissionDenied):
            continue
    messages.success(request, ngettext("%(n)s value taken back.", "%(n)s values taken back.", done) % {"n": done})
    return redirect("customers:missing")


@login_required
@require_POST
def count(request: Request) -> HttpResponseRedirect:
    """Count anew what can be filled in."""
    _refuse_without_correct(request)
    if counting.ask_to_count(actor=request.user, anew=True) is None:
        messages.info(request, _("It is being counted already, or there is nothing to count."))
    return redirect("customers:missing")


@require_POST
@of_customer
def answer(request: Request, customer: Customer) -> HttpResponse:
    """Fill a suggestion in, or dismiss it; in the list its row tells what became of it."""
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        raise Http404
    mark = form.cleaned_data["mark"]
    shown = next(
        (one for one in suggestions_of([customer], request.user).get(customer.pk, ()) if one.mark == mark), None
    )
    deed = taking.take if form.cleaned_data["answer"] == "take" else taking.dismiss
    made, refusal = None, ""
    try:
        made = deed(customer, mark, actor=request.user)
    except Refused as refused:
        refusal = str(refused.sentence)
    if request.headers.get("HX-Request"):
        (about,) = summaries([customer], request.user)
        context = {"customer": about, "one": shown, "answer": made, "refusal": refusal}
        return render(request, "customers/_missing_answered.html", context)
    return _back(request, customer, made, refusal)


@require_POST
@of_customer
def undo(request: Request, customer: Customer, pk: int) -> HttpResponseRedirect:
    """Take an answer back."""
    rows = SuggestionAnswer.objects.in_force().filter(record__customer=customer)
    chosen = get_object_or_404(rows.filter(record__in=customer.records.visible_to(request.user)), pk=pk)
    try:
        taking.undo(chosen, actor=request.user)
        messages.success(request, _("Taken back."))
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect(_place(request, customer))


def _back(request: Request, customer: Customer, made: SuggestionAnswer | None, refusal: str) -> HttpResponseRedirect:
    if made is None:
        messages.error(request, refusal)
    elif made.answer == SuggestionAnswer.Answer.TAKEN:
        messages.success(request, _("Filled in. It stands beneath every word of a source, and can be taken back."))
    else:
        messages.success(request, _("Dismissed. This value is not suggested again."))
    return redirect(_place(request, customer))


def _place(request: Request, customer: Customer) -> str:
    """Where the answer was given: the list, or the customer's page."""
    if "list" not in request.POST:
        return reverse("customers:detail", args=[customer.key])
    return f"{reverse('customers:missing')}?{QueryDict(request.POST['list']).urlencode()}"


def _refuse_without_correct(request: Request) -> None:
    if not access.in_any(request.user, ["correct"]):
        raise PermissionDenied(_("Filling in needs the right to correct."))


def _cursor(request: Request) -> int:
    given = request.GET.get("after", "")
    if not given:
        return 0
    try:
        return int(signing.loads(given, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None


def _address(request: Request, page: WorkPage) -> str:
    if page.after is None:
        return ""
    query = request.GET.copy()
    query["after"] = signing.dumps(page.after, salt=SALT)
    return f"?{query.urlencode()}"
