"""The portal's session: who is signed in, whether it is still so, and what guards its pages.

It lies in Django's session under a key of its own and is never a sign-in of staff: a session that has a user of the
hub is none of the portal, and the stewards' pages know nothing of an account.
"""

import functools
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse

from cmdm.models import portal_user
from cmdm.requests import Request
from consent.actions.gpc import honour
from consent.models import PortalAccount
from consent.queries.portal import Portal, portal_of

KEY, BROWSER = "portal", "portal_browser"
IDLE_SECONDS, FRESH_SECONDS = 30 * 60, 15 * 60
GPC_COOKIE = "gpc"
View = Callable[..., HttpResponse]


class PortalRequest(Request):
    """For annotations only: what :func:`portal_required` sets."""

    portal: Portal
    gpc: bool


def has_gpc(request: HttpRequest) -> bool:
    """Whether this browser signals Global Privacy Control, or did before: its absence takes nothing back."""
    return request.META.get("HTTP_SEC_GPC") == "1" or request.COOKIES.get(GPC_COOKIE) == "1"


def remember_gpc(response: HttpResponse) -> HttpResponse:
    """Keep the signal for this browser."""
    response.set_cookie(GPC_COOKIE, "1", max_age=365 * 86_400, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


def browser_of(request: HttpRequest) -> str:
    """The secret of this browser, to which its codes are bound."""
    if BROWSER not in request.session:
        request.session[BROWSER] = secrets.token_urlsafe(24)
    return str(request.session[BROWSER])


def sender_of(request: HttpRequest) -> str:
    """From where a request comes: the proxy's word counts only where one is configured."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def begin(request: HttpRequest, account: PortalAccount, *, contact: int, unsure: bool) -> None:
    """Sign in: everything that the session held is gone, and it has a new name."""
    request.session.flush()
    now = int(time.time())
    state = {"account": account.pk, "stamp": str(account.stamp), "seen": now, "proved": now}
    request.session[KEY] = {**state, "contact": contact, "unsure": unsure}
    rotate_token(request)


def keep(request: HttpRequest, account: PortalAccount, **facts: Any) -> None:
    """Something was proved in this session: it gets a new name."""
    request.session.cycle_key()
    request.session[KEY] = {**request.session[KEY], "stamp": str(account.stamp), **facts}
    rotate_token(request)


def proved_again(request: HttpRequest, account: PortalAccount) -> None:
    """The person showed anew that he reads his mails."""
    keep(request, account, proved=int(time.time()))


def account_of(request: HttpRequest) -> PortalAccount | None:
    """The account that is signed in here; a session that idled, or that the account ended, is emptied."""
    state = request.session.get(KEY)
    user = getattr(request, "user", None)
    if state is None or (user is not None and user.is_authenticated):
        return None
    account = PortalAccount.objects.filter(pk=state["account"], state=PortalAccount.State.ACTIVE).first()
    now = int(time.time())
    if account is None or str(account.stamp) != state["stamp"] or now - state["seen"] > IDLE_SECONDS:
        request.session.flush()
        return None
    if now - state["seen"] >= 60:
        request.session[KEY] = {**state, "seen": now}
    return account


def public(view: View) -> View:
    """A page of the portal for everybody; the browser's signal is honoured there, too."""

    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        signal = request.gpc = has_gpc(request)  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        return remember_gpc(response) if signal and GPC_COOKIE not in request.COOKIES else response

    return opened


def portal_required(view: View | None = None, *, fresh: bool = False, anchors: bool = True) -> Any:
    """Let a view in for who is signed in to the portal; it finds ``request.portal``.

    :param fresh: who has not proved his address within a quarter of an hour proves it again first.
    :param anchors: who may see no record yet is sent to where he can show who he is.
    """
    if view is None:
        return functools.partial(portal_required, fresh=fresh, anchors=anchors)

    @functools.wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.gpc = has_gpc(request)
        account = account_of(request)
        if account is None:
            return redirect(f"{reverse('my:sign_in')}?{urlencode({'next': request.path})}")
        state = request.session[KEY]
        is_fresh = time.time() - state["proved"] <= FRESH_SECONDS
        request.portal = portal_of(account, fresh=is_fresh, gpc=request.gpc)
        if anchors and (state["unsure"] or not request.portal.anchors):
            return redirect(f"{reverse('my:prove')}?{urlencode({'next': request.path})}")
        if fresh and not is_fresh:
            return redirect(f"{reverse('my:step_up')}?{urlencode({'next': request.path})}")
        if request.gpc and not state["unsure"]:
            _honour(request)
        response: HttpResponse = view(request, *args, **kwargs)
        return remember_gpc(response) if request.gpc and GPC_COOKIE not in request.COOKIES else response

    return guarded


def _honour(request: PortalRequest) -> None:
    """Once a session: the signal counts for the person, not for this browser alone."""
    if request.session[KEY].get("gpc") or not request.portal.anchors:
        return
    honour(request.portal, actor=portal_user())
    request.session[KEY] = {**request.session[KEY], "gpc": True}
