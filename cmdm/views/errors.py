"""Error answers: pages for people, problem documents for the API."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cmdm.api.problems import TITLES


def _answer(request: HttpRequest, status: int, detail: str, template: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    if request.path.startswith(settings.PORTAL_PATHS):
        return render(request, "portal/error.html", {"detail": detail, "missing": status == 404}, status=status)
    return render(request, template or f"{status}.html", {"detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when the body was over the cap."""
    if type(exception).__name__ == "RequestDataTooBig":
        return _answer(request, 413, _("The request is larger than is taken here."), "400.html")
    return _answer(request, 400, _("The request is malformed."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _answer(request, 403, _("You do not have the right to do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same body for what is absent and what may not be seen."""
    return _answer(request, 404, _("There is no such thing, or you may not see it."))


def fault(request: HttpRequest) -> HttpResponse:
    """500, without context."""
    return _answer(request, 500, _("Something failed on our side. Nothing was saved."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is not of this session."""
    return _answer(request, 403, _("This form has expired. Load the page again."), "403_csrf.html")


def to_sign_in(request: HttpRequest, **_: Any) -> HttpResponse:
    """The admin has no sign-in of its own: anonymous people sign in, others lack the right."""
    if request.user.is_authenticated:
        return forbidden(request)
    return HttpResponseRedirect(f"{reverse('login')}?next={reverse('admin:index')}")
