"""Errors of the API as problem documents (RFC 9457). They name the field and never echo a value."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from cmdm.errors import Invalid, Refused
from cmdm.logs import Log

log = Log("cmdm.api")
PROBLEM = "application/problem+json"
TITLES = {
    400: "Malformed",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not offered here",
    406: "Not acceptable",
    409: "Refused",
    410: "Gone",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Media type not taken",
    422: "Wrong",
    428: "Precondition missing",
    429: "Too many requests",
    503: "Busy",
}


def problem(code: int, detail: str, /, **extra: Any) -> Response:
    """A problem document."""
    body = {"type": "about:blank", "title": TITLES.get(code, "Error"), "status": code, "detail": detail, **extra}
    return Response(body, status=code, content_type=PROBLEM)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    set_rollback()
    if isinstance(error, Refused):
        return problem(409, str(error.sentence), code=error.code, **error.facts)
    if isinstance(error, Invalid):
        return problem(422, _("Some fields are wrong."), errors=error.errors)
    if isinstance(error, RequestDataTooBig):
        return problem(413, _("The request is larger than is taken here."))
    if isinstance(error, OperationalError):
        return _busy(error)
    return _from_framework(error, context)


def _busy(error: OperationalError) -> Response:
    """The database is away, or has enough to do."""
    slow = getattr(error.__cause__, "sqlstate", "") == "57014"
    log.warning("database busy", sqlstate=getattr(error.__cause__, "sqlstate", None))
    sentence = _("The search took too long. Give more of the name.") if slow else _("Too busy just now. Try again.")
    answer = problem(503, sentence)
    answer["Retry-After"] = "1"
    return answer


def _from_framework(error: Exception, context: dict[str, Any]) -> Response | None:
    answer = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        made = problem(400, _("Some fields are malformed."), errors=_fields(error.detail))
    elif isinstance(error, Http404):
        made = problem(404, _("There is no such thing, or you may not see it."))
    elif isinstance(error, PermissionDenied):
        made = problem(403, _("You do not have the right to do this."))
    elif isinstance(error, exceptions.APIException):
        made = problem(answer.status_code, str(error.detail) if isinstance(error.detail, str) else _("Refused."))
    else:
        made = problem(answer.status_code, _("Refused."))
    for name, value in answer.headers.items():
        if name.lower() in ("www-authenticate", "retry-after", "allow"):
            made[name] = value
    return made


def _fields(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flat ``field.sub.0`` → sentences; DRF's own sentences that quote input are replaced by their code."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found.update(_fields(inner, f"{path}.{name}".strip(".")))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, inner in enumerate(detail):
            found.update(_fields(inner, f"{path}.{index}".strip(".")))
        return found
    items = detail if isinstance(detail, list) else [detail]
    return {path or "body": [_sentence(item) for item in items]}


def _sentence(item: Any) -> str:
    code = getattr(item, "code", "")
    if code in ("invalid_choice", "does_not_exist", "incorrect_type"):
        return _("This value is not one of those taken here.")
    return str(item)
