"""How the machine compares: the model in force, and the blocks that are too large."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cmdm import access
from cmdm.requests import Request
from customers.models import PartyType
from matching.queries.modelling import large_blocks, model_page


@login_required
@require_GET
def model(request: Request, party: str = "person") -> HttpResponse:
    """What is compared and what it weighs; for whoever decides or configures somewhere."""
    if not access.in_any(request.user, ["decide", "configure"]):
        raise PermissionDenied
    page = model_page(party)
    if page is None:
        raise Http404
    blocks = access.everywhere(request.user, "configure")
    return render(
        request, "matching/model.html", {"page": page, "parties": PartyType.choices, "may_see_blocks": blocks}
    )


@login_required
@require_GET
def blocks(request: Request) -> HttpResponse:
    """Blocks over the cap. They count records of every domain, so the right is needed in every domain."""
    if not access.everywhere(request.user, "configure"):
        raise PermissionDenied
    return render(request, "matching/blocks.html", {"rows": large_blocks()})
