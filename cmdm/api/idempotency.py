"""At most one effect per client and ``Idempotency-Key``; a repeat within a day gets the same answer."""

import functools
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import clock, crypto
from cmdm.api.problems import problem, problem_response
from cmdm.models import IdempotencyKey

LIFE = timedelta(hours=24)
View = Callable[..., Response]


def idempotent(view: View) -> View:
    """Run a write once per key; the row and the effect commit together."""

    @functools.wraps(view)
    def run(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(self, request, *args, **kwargs)
        if not (0 < len(key) <= 100 and key.isascii() and key.isprintable()):
            raise ParseError(_("Idempotency-Key is 1 to 100 printable ASCII characters."))
        return _once(functools.partial(view, self, request, *args, **kwargs), self, request, key)

    return run


def _once(effect: Callable[[], Response], view: Any, request: Request, key: str) -> Response:
    asked = crypto.digest(
        json.dumps([request.method, request.path, request.data], sort_keys=True, default=str), "idempotency"
    )
    known = _known(request, key)
    if known is None:
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(client=request.user, key=key, request=asked, created_at=clock.now())
                answer = _answer(effect, view)
                row.status = answer.status_code
                row.body = crypto.seal_bytes(json.dumps(answer.data, default=str).encode(), "idempotency")
                row.save(update_fields=["status", "body"])
                return answer
        except IntegrityError:
            known = _known(request, key)
            if known is None:
                raise
    if bytes(known.request) != asked:
        return problem(422, _("This Idempotency-Key was used for another request."))
    if known.body is None:
        waiting = problem(409, _("The first request with this Idempotency-Key is still running."))
        waiting["Retry-After"] = "1"
        return waiting
    body = json.loads(crypto.unseal_bytes(bytes(known.body), "idempotency"))
    again = Response(body, status=known.status)
    again["Idempotent-Replay"] = "true"
    return again


def _answer(effect: Callable[[], Response], view: Any) -> Response:
    """The answer; a refusal is an answer too and rolls back only what the effect wrote."""
    try:
        with transaction.atomic():
            return effect()
    except IntegrityError:
        raise
    except Exception as error:
        answer = problem_response(error, {"view": view})
        if answer is None or answer.status_code >= 500:
            raise
        return answer


def _known(request: Request, key: str) -> IdempotencyKey | None:
    found = IdempotencyKey.objects.filter(client=request.user, key=key).first()
    if found is not None and found.created_at < clock.now() - LIFE:
        found.delete()
        return None
    return found
