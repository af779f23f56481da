"""At most one effect per client and ``Idempotency-Key``; a repeat within a day gets the same answer."""

import functools
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import clock, crypto
from cmdm.actions import core
from cmdm.api.problems import PROBLEM, problem, problem_response
from cmdm.models import IdempotencyKey, User

LIFE = timedelta(hours=24)
KEPT_REFUSALS = (409, 422)
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
    client = cast(User, request.user)
    asked = crypto.digest(
        json.dumps([request.method, request.path, request.data], sort_keys=True, default=str), "idempotency"
    )
    known = _known(client, key)
    if known is None:
        try:
            return _first(effect, view, client, key, asked)
        except IntegrityError:
            known = _known(client, key)
            if known is None:
                raise
    if bytes(known.request) != asked:
        return problem(422, _("This Idempotency-Key was used for another request."))
    if known.body is None:
        waiting = problem(409, _("The first request with this Idempotency-Key is still running."))
        waiting["Retry-After"] = "1"
        return waiting
    body = json.loads(crypto.unseal_bytes(bytes(known.body), "idempotency"))
    again = Response(body, status=known.status, content_type=PROBLEM if (known.status or 0) >= 400 else None)
    again["Idempotent-Replay"] = "true"
    return again


def _first(effect: Callable[[], Response], view: Any, client: User, key: str, asked: bytes) -> Response:
    """Run the effect and keep its answer; a deadlock is tried again, since the deed inside cannot do so itself."""
    for attempt in range(1, core.ATTEMPTS + 1):
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(client=client, key=key, request=asked, created_at=clock.now())
                answer = _answer(effect, view)
                row.status = answer.status_code
                row.body = crypto.seal_bytes(json.dumps(answer.data, default=str).encode(), "idempotency")
                row.save(update_fields=["status", "body"])
                return answer
        except OperationalError as error:
            if attempt == core.ATTEMPTS or not core.is_worth_another_try(error):
                raise
    raise AssertionError("unreachable")


def _answer(effect: Callable[[], Response], view: Any) -> Response:
    """The answer; a refusal is an answer too and rolls back only what the effect wrote.

    Whoever lacked a right or mistyped may try again with the same key: such answers are not kept.
    """
    try:
        with transaction.atomic():
            return effect()
    except IntegrityError:
        raise
    except Exception as error:
        answer = problem_response(error, {"view": view})
        if answer is None or answer.status_code not in KEPT_REFUSALS:
            raise
        return answer


def _known(client: User, key: str) -> IdempotencyKey | None:
    found = IdempotencyKey.objects.filter(client=client, key=key).first()
    if found is not None and found.created_at < clock.now() - LIFE:
        found.delete()
        return None
    return found
