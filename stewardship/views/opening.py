"""Who opens the pages beside the queue, and what their tabs need."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from cmdm.requests import Request
from stewardship.queries.leading import leads

View = Callable[..., HttpResponseBase]
READING = ("decide", "configure")


def of_review(view: View) -> View:
    """For whoever decides or configures somewhere; others are told that they may not."""

    @login_required
    @functools.wraps(view)
    def run(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not access.in_any(request.user, READING):
            raise PermissionDenied(_("The pages of review need the right to decide, or to configure, in a domain."))
        return view(request, *args, **kwargs)

    return run


def frame(user: User, tab: str) -> dict[str, Any]:
    """What the tabs of every page of review need."""
    return {
        "tab": tab,
        "may_decide": access.in_any(user, ["decide"]),
        "may_configure": access.in_any(user, ["configure"]),
        "may_lead": bool(leads(user)),
    }
