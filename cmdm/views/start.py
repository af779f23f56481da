"""The start page: what needs attention, from the parts that the apps add."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cmdm.requests import Request
from cmdm.startpage import parts


@login_required
@require_GET
def start(request: Request) -> HttpResponse:
    """What the hub holds and what waits, within the reader's rights."""
    filled = [part for fill in parts if (part := fill(request.user)) is not None]
    calls = [call for part in filled for call in part.attention]
    figures = [figure for part in filled for figure in part.figures]
    return render(request, "cmdm/start.html", {"calls": calls, "figures": figures})
