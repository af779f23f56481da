"""The timeline of a customer: everything that happened, as far as the reader may know of it."""

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from cmdm.requests import Request
from customers.models import Customer
from customers.ports import Instant, Moment
from customers.queries.profile import profile
from customers.queries.timeline import timeline as moments_of
from customers.views.detail import frame
from customers.views.opening import of_customer

SALT = "timeline"
SIZE = 25


@require_GET
@of_customer
def timeline(request: Request, customer: Customer) -> HttpResponse:
    """Moment by moment, newest first."""
    found = moments_of(customer, request.user, before=_before(request), size=SIZE + 1)
    context = {
        **frame(request, profile(customer, request.user), "timeline"),
        "moments": found[:SIZE],
        "next": f"?before={_cursor(found[SIZE - 1])}" if len(found) > SIZE else "",
        "first": "?" if "before" in request.GET else "",
    }
    return render(request, "customers/timeline.html", context)


def _cursor(moment: Moment) -> str:
    where = moment.where
    return signing.dumps([where.at.isoformat(), where.kind, where.pk], salt=SALT)


def _before(request: Request) -> Instant | None:
    """Where the last page ended.

    :raises Http404: the cursor was not made here.
    """
    if "before" not in request.GET:
        return None
    try:
        at, kind, pk = signing.loads(request.GET["before"], salt=SALT)
        moment = parse_datetime(at)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    if moment is None:
        raise Http404
    return Instant(moment, kind, pk)
