"""The keys of a steward: on every page, and the page on which he changes them."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from cmdm.requests import Request
from stewardship.actions.preferences import keep_keys
from stewardship.queries.manners import Manners, manners
from stewardship.rules.keys import DEEDS, keys_of, remapped

KEPT = "manners"


def pressed(request: HttpRequest) -> dict[str, Any]:
    """``keys``, ``key_map`` and ``keys_off`` for every page; read once a session."""
    return {
        "keys": SimpleLazyObject(lambda: manners_of(request).keys),
        "key_map": SimpleLazyObject(lambda: _moved(manners_of(request))),
        "keys_off": SimpleLazyObject(lambda: manners_of(request).off),
    }


def manners_of(request: HttpRequest) -> Manners:
    """What the reader chose, from his session; one query where it is not there yet."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return Manners(keys_of({}))
    kept = request.session.get(KEPT)
    if kept is None:
        found = manners(user)
        kept = request.session[KEPT] = {"keys": found.keys, "off": found.off, "blind": found.blind}
    return Manners(**kept)


@login_required
@require_http_methods(["GET", "POST"])
def keys(request: Request) -> HttpResponse:
    """His keys; each can be changed, or all be switched off."""
    if not access.in_any(request.user, ["decide"]):
        raise PermissionDenied
    own = manners(request.user)
    refusal = None
    if request.method == "POST":
        given = {deed: request.POST.get(deed, "").strip() for deed in DEEDS}
        options = {"off": "off" in request.POST, "blind": "blind" in request.POST}
        try:
            keep_keys(actor=request.user, keys={} if "default" in request.POST else given, **options)
        except Refused as refused:
            own, refusal = Manners({**DEEDS, **{d: key for d, key in given.items() if key}}, **options), refused
        else:
            request.session.pop(KEPT, None)
            messages.success(request, _("Your keys are kept."))
            return redirect("stewardship:keys")
    return render(request, "stewardship/keys.html", {"own": own, "refusal": refusal}, status=409 if refusal else 200)


def _moved(own: Manners) -> str:
    moved = remapped(own.keys)
    return json.dumps(moved) if moved else ""
