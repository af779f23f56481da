"""``@action``: one transaction, one change id, one audit entry; a deadlock is tried again.

An inner action joins the outer one. Nested in somebody else's transaction (tests, the state machine) the deferred
constraints are checked when the outermost action ends, as a commit would.
"""

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from cmdm import ids, memo
from cmdm.database.kept import send

P = ParamSpec("P")
R = TypeVar("R")
ATTEMPTS = 3
_RETRY = {"40P01", "40001"}


@dataclass
class Change:
    """The running outermost action."""

    id: uuid.UUID
    depth: int = 1
    audited: bool = False


_running: ContextVar[Change | None] = ContextVar("change", default=None)
_origin: ContextVar[str] = ContextVar("origin", default="")


def current() -> Change:
    """The running change.

    :raises RuntimeError: outside of an action.
    """
    change = _running.get()
    if change is None:
        raise RuntimeError("Only an action writes.")
    return change


def change_id() -> uuid.UUID:
    """The id that every row of this change carries."""
    return current().id


def origin_of_this() -> str:
    """From where the running deed came: page, api, command, job."""
    return _origin.get()


@contextmanager
def origin(name: str) -> Iterator[None]:
    """Inside, deeds are recorded as coming from there."""
    token = _origin.set(name)
    try:
        yield
    finally:
        _origin.reset(token)


def action(deed: Callable[P, R]) -> Callable[P, R]:
    """Run the deed in one transaction with one change id."""

    @functools.wraps(deed)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        change = _running.get()
        if change is not None:
            change.depth += 1
            try:
                return deed(*args, **kwargs)
            finally:
                change.depth -= 1
        return _outermost(functools.partial(deed, *args, **kwargs))

    return run


def _outermost(deed: Callable[[], R]) -> R:
    nested = connection.in_atomic_block
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(deed, nested=nested)
        except OperationalError as error:
            if nested or attempt == ATTEMPTS or not is_worth_another_try(error):
                raise
    raise AssertionError("unreachable")


def is_worth_another_try(error: OperationalError) -> bool:
    """Whether the database gave up one of several transactions that stood in each other's way."""
    return getattr(error.__cause__, "sqlstate", "") in _RETRY


def _once(deed: Callable[[], R], *, nested: bool) -> R:
    change = Change(id=ids.uuid7())
    token = _running.set(change)
    try:
        with transaction.atomic(), memo.keeping():
            _set(str(change.id))
            result = deed()
            if nested:
                _check_now()
        return result
    finally:
        _running.reset(token)
        if nested and not connection.needs_rollback:
            _set("")


def _set(change: str) -> None:
    send("SELECT set_config('cmdm.change', %s, true)", [change])


def _check_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def depth() -> int:
    """1 in the outermost action, more inside."""
    return current().depth


def mark_audited() -> None:
    """Say that the change has its entry.

    :raises RuntimeError: it had one.
    """
    change = current()
    if change.audited:
        raise RuntimeError("A deed has one audit entry.")
    change.audited = True


def values_of(**kwargs: Any) -> dict[str, Any]:
    """Fields for ``QuerySet.update`` together with the change id."""
    return {**kwargs, "change": change_id()}
