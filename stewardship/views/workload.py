"""The workload of a lead's stewards."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cmdm.requests import Request
from customers.queries.catalogue import catalogue
from stewardship.queries.leading import leads
from stewardship.queries.queue import rows_of
from stewardship.queries.workload import in_hands_of
from stewardship.queries.workload import workload as workload_of

MOST = 100


@login_required
@require_GET
def workload(request: Request) -> HttpResponse:
    """Who has how much, in the domains that the reader leads."""
    domains = leads(request.user)
    if not domains:
        raise PermissionDenied(_("The workload is for those who lead a domain."))
    load = workload_of(domains)
    given = request.GET.get("who", "")
    chosen = next((one.user for one in load.loads if str(one.user.pk) == given), None)
    tasks = list(in_hands_of(chosen, domains)[:MOST]) if chosen else []
    rows = rows_of(tasks, request.user, catalogue()) if tasks else []
    return render(request, "stewardship/workload.html", {"load": load, "chosen": chosen, "rows": rows})
