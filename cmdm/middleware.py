"""What every request passes: the edge (text rules, no storing of personal pages) and the rules of a session."""

import time
from collections.abc import Callable
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import activate, get_language

from cmdm import ids
from cmdm.actions import origin
from cmdm.actions.denials import Asked, note_denied
from cmdm.models import User
from cmdm.views import errors

Answer = Callable[[HttpRequest], HttpResponse]
MAX_PARAMETERS = 200


class RequestEdge:
    """Refuses NUL and lone surrogates in the address, keeps personal pages out of caches, names the request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=str(ids.uuid7()))
        if _is_malformed(request):
            return errors.bad_request(request)
        with origin("api" if request.path.startswith("/api/") else "page"):
            response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        return response


def _is_malformed(request: HttpRequest) -> bool:
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or "\0" in request.path or query.count("&") >= MAX_PARAMETERS:
        return True
    return any("\ud800" <= letter <= "\udfff" for letter in request.path)


class Languages(LocaleMiddleware):
    """The language that a user chose, else of the cookie or the browser; customers of the portal choose there."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path.startswith(settings.PORTAL_PATHS) or not request.user.is_authenticated:
            return
        chosen = request.user.preferences.get("language")
        if chosen in dict(settings.LANGUAGES) and chosen != get_language():
            activate(chosen)
            request.LANGUAGE_CODE = chosen


class SessionRules:
    """Ends a session after an hour without a request; also when its user was switched off."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and "_auth_user_id" in request.session:
            now = int(time.time())
            seen = request.session.get("seen", now)
            if now - seen > settings.SESSION_IDLE_SECONDS or request.user.kind != "person":
                logout(request)
            elif now - seen >= 60 or "seen" not in request.session:
                request.session["seen"] = now
        return self.get_response(request)


class Denials:
    """Notes who asked in vain for a thing: one that is not there, or that he may not see, or a deed he may not do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        found = request.resolver_match
        if response.status_code in (403, 404) and found is not None and isinstance(request.user, User):
            # Ids of ours only: the key of a record may be an address or a name.
            keys = "/".join(str(key) for key in found.kwargs.values() if isinstance(key, int | UUID))
            note_denied(Asked(found.view_name, keys), actor=request.user, status=response.status_code)
        return response
