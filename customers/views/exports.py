"""Taking the customers of the list along, as a file."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmdm import access
from cmdm.actions import Refused
from cmdm.requests import Request
from customers.actions.exports import export_customers
from customers.forms import CustomerFilter
from customers.forms.exports import ExportForm
from customers.queries.records import listed


@login_required
@require_http_methods(["GET", "POST"])
def export(request: Request) -> HttpResponseBase:
    """Ask what for, then stream those customers of the filtered list that the user may export."""
    if not access.in_any(request.user, ["export"]):
        raise PermissionDenied(_("Exporting needs the right in a domain."))
    chosen = CustomerFilter(request.GET, user=request.user)
    form, status = ExportForm(request.POST or None), 200
    if form.is_bound:
        status = 422
    if form.is_bound and form.is_valid():
        rows = listed(request.user, **chosen.wanted())
        try:
            lines = export_customers(rows, actor=request.user, purpose=form.cleaned_data["purpose"])
            answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
            answer["Content-Disposition"] = 'attachment; filename="customers.csv"'
            return answer
        except Refused as refused:
            form.add_error(None, str(refused.sentence))
            status = 409
    return render(request, "customers/export.html", {"form": form}, status=status)
