"""Opening a customer's page by its key: the customer, the way to its survivor, or what became of it."""

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from cmdm.requests import Request
from customers.queries.resolving import resolve
from customers.queries.summaries import summaries

View = Callable[..., HttpResponse]


class SeeSurvivor(HttpResponseRedirect):
    """Temporary: an unmerge gives the key back to its customer."""

    status_code = 307


def of_customer(view: View) -> View:
    """The view gets the visible customer instead of the key; other keys are answered here.

    Absent and hidden give the same 404. A merged customer's page leads to its survivor; a deed on it is 404.
    """

    @login_required
    @functools.wraps(view)
    def run(request: Request, key: UUID, **rest: Any) -> HttpResponse:
        found = resolve(key, request.user)
        if found.customer is not None:
            return view(request, found.customer, **rest)
        if request.method != "GET":
            raise Http404
        if found.survivor is not None:
            name = request.resolver_match.view_name if request.resolver_match else "customers:detail"
            answer = SeeSurvivor(reverse(name, kwargs={"key": found.survivor.key, **rest}))
            answer["Cache-Control"] = "no-store"
            return answer
        if found.successors:
            after = summaries(found.successors, request.user)
            return render(request, "customers/gone.html", {"found": found, "successors": after}, status=410)
        raise Http404

    return run
