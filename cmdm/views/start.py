"""The start page: what needs attention, from the parts that the apps add."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cmdm.startpage import parts


@login_required
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """What the hub holds and what waits, within the reader's rights."""
    filled = [part(request.user) for part in parts]
    return render(request, "cmdm/start.html", {"parts": [part for part in filled if part is not None]})
