"""What one change need read only once: kept while an outermost action runs, and gone with it.

For set-up that the steps of one deed share (the catalogue, the match models). Whoever changes such a thing inside a
deed forgets it here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_kept: ContextVar[dict[str, Any] | None] = ContextVar("memo", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Inside, :func:`once` keeps what it made."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(name: str, make: Callable[[], T]) -> T:
    """What ``make`` gives; inside a change it is called once per name."""
    kept = _kept.get()
    if kept is None:
        return make()
    if name not in kept:
        kept[name] = make()
    found: T = kept[name]
    return found


def is_keeping() -> bool:
    """Whether an outermost action runs."""
    return _kept.get() is not None


def forget(name: str) -> None:
    """Make it anew next time."""
    kept = _kept.get()
    if kept is not None:
        kept.pop(name, None)
