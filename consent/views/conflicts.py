"""Customers whose records answer differently."""

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cmdm import access
from cmdm.requests import Request
from consent.queries.conflicts import conflicts
from consent.views.opening import frame, of_consent

SALT = "conflicts"


@require_GET
@of_consent
def waiting(request: Request) -> HttpResponse:
    """Who they are, and when they were asked."""
    if not access.in_any(request.user, ["view"]):
        raise PermissionDenied(_("What customers said is for those who see customers in a domain."))
    found, following = conflicts(request.user, after=_after(request))
    context = {
        **frame(request.user, "conflicts"),
        "found": found,
        "next": f"?after={signing.dumps(following, salt=SALT)}" if following else "",
        "may_correct": access.in_any(request.user, ["correct"]),
    }
    return render(request, "consent/conflicts.html", context)


def _after(request: Request) -> int:
    """The customer that the last page ended with.

    :raises Http404: the cursor was not made here.
    """
    if "after" not in request.GET:
        return 0
    try:
        return int(signing.loads(request.GET["after"], salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
