"""The list of customers, and finding one."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from cmdm import access
from cmdm.actions import Refused
from cmdm.pages import keyset_page
from cmdm.requests import Request
from customers.forms import CustomerFilter, SearchForm
from customers.queries.records import listed
from customers.queries.search import TooBroad, search
from customers.queries.summaries import summaries


@login_required
@require_GET
def customers(request: Request) -> HttpResponse:
    """Customers, the newest first."""
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied
    form = CustomerFilter(request.GET, user=request.user)
    page = keyset_page(request, listed(request.user, **form.wanted()), newest_first=True)
    rows = summaries(page.rows, request.user)
    context = {"page": page, "rows": rows, "form": form, "may_export": access.in_any(request.user, ["export"])}
    return render(request, "customers/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def find(request: Request) -> HttpResponse:
    """Find customers. The term comes in the body, so that no address or log holds it."""
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied
    form = SearchForm(request.POST or None)
    found, refusal, status = None, None, 200
    if form.is_bound and form.is_valid():
        try:
            found = search(form.cleaned_data["term"], request.user)
        except Refused as refused:
            refusal, status = refused.sentence, 503 if isinstance(refused, TooBroad) else 409
    elif form.is_bound:
        status = 422
    context = {"form": form, "found": found, "refusal": refusal, "search_term": form["term"].value() or ""}
    return render(request, "customers/search.html", context, status=status)
