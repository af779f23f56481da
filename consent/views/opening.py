"""Who opens the pages of consent, and what their frame needs."""

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
from consent.models import officer_in

View = Callable[..., HttpResponseBase]
READING = ("view", "publish")


def of_consent(view: View) -> View:
    """For whoever sees customers, or publishes; others are told that they may not."""

    @login_required
    @functools.wraps(view)
    def run(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not access.in_any(request.user, READING):
            raise PermissionDenied(_("The pages of consent need the right to see customers in a domain."))
        return view(request, *args, **kwargs)

    return run


def may_publish(user: User) -> bool:
    """Purposes and notices lie in no domain: publishing them needs the right in all."""
    return access.everywhere(user, "publish")


def frame(user: User, tab: str) -> dict[str, Any]:
    """What the tabs of every page of consent need."""
    return {
        "tab": tab,
        "may_publish": may_publish(user),
        "may_see": access.in_any(user, ["view"]),
        "may_prove": access.in_any(user, ["export"]),
        "may_confirm": access.in_any(user, ["correct"]),
        "may_answer": bool(officer_in(user)),
        "may_import": access.in_any(user, ["import"]),
    }
