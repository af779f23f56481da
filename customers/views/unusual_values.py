"""Unusual values: the list of them, one of them, and what people say of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cmdm import access
from cmdm.actions import Invalid, Refused
from cmdm.requests import Request
from customers.actions import unusual_values
from customers.forms.unusual_values import UnusualFilter, ValueVerdictForm
from customers.models import ValueFinding
from customers.queries.unusual_values import ValuePage, line_of, looked
from customers.queries.unusual_values import unusual_values as found

SALT = "unusual"
DEEDS = {ValueFinding.Verdict.NORMAL: unusual_values.accept, ValueFinding.Verdict.FAULT: unusual_values.confirm_fault}
SAID = {
    ValueFinding.Verdict.NORMAL: lambda: _("Kept as normal: it is told no more."),
    ValueFinding.Verdict.FAULT: lambda: _("Kept as a fault."),
}


@login_required
@require_GET
def unusual_list(request: Request) -> HttpResponse:
    """Values out of the ordinary, where the reader imports and sees customers."""
    _refuse_without_right(request)
    form = UnusualFilter(request.GET)
    page = found(request.user, **form.wanted(), after=_cursor(request))
    context = {
        "form": form,
        "filtered": any(form.wanted().values()),
        "page": page,
        "next": _address(request, page),
        "looked": looked(),
    }
    return render(request, "customers/unusual_values.html", context)


@login_required
@require_POST
def look(request: Request) -> HttpResponseRedirect:
    """Look for unusual values now."""
    _refuse_without_right(request)
    if unusual_values.ask_to_look(actor=request.user, anew=True) is None:
        messages.info(request, _("They are being looked for already, or there is nothing to look at."))
    return redirect("customers:unusual_values")


@login_required
@require_http_methods(["GET", "POST"])
def one(request: Request, pk: int) -> HttpResponse:
    """One of them; say what it is, and why."""
    row, form = _finding(request, pk), ValueVerdictForm(request.POST or None)
    if form.is_bound and form.is_valid() and _said(request, row, form):
        return redirect("customers:unusual_value", pk=row.pk)
    context = {"line": line_of(row, request.user), "row": row, "form": form}
    return render(request, "customers/unusual_value.html", context, status=422 if form.is_bound else 200)


def _said(request: Request, row: ValueFinding, form: ValueVerdictForm) -> bool:
    verdict = form.cleaned_data["verdict"]
    try:
        DEEDS[verdict](row, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, SAID[verdict]())
    except Invalid as fault:
        form.add_error("reason", fault.errors.get("reason", [str(fault)]))
        return False
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return True


@login_required
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponseRedirect:
    """Take back what was said of it."""
    row = _finding(request, pk)
    try:
        unusual_values.withdraw(row, actor=request.user)
        messages.success(request, _("Taken back. It waits for somebody to look at it."))
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect("customers:unusual_value", pk=row.pk)


def _finding(request: Request, pk: int) -> ValueFinding:
    rows = ValueFinding.objects.visible_to(request.user).select_related("domain", "said_by")
    return get_object_or_404(rows, pk=pk)


def _refuse_without_right(request: Request) -> None:
    if not access.in_any(request.user, ["import"]):
        raise PermissionDenied(_("Unusual values are for those who import."))


def _cursor(request: Request) -> int:
    given = request.GET.get("after", "")
    if not given:
        return 0
    try:
        return int(signing.loads(given, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None


def _address(request: Request, page: ValuePage) -> str:
    if page.after is None:
        return ""
    query = request.GET.copy()
    query["after"] = signing.dumps(page.after, salt=SALT)
    return f"?{query.urlencode()}"
