"""Asking the database beside what this thread asks of it: from another thread, by a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from django.db import connection


@contextmanager
def beside() -> Iterator[Executor]:
    """Inside, what is submitted is done by one other thread, in order and as from here; it sees what was committed.

    Inside somebody's transaction it is done at once by this one: nobody else would see what it has written.
    """
    if connection.in_atomic_block:
        yield _AtOnce()
        return
    with _Beside(1) as threads:
        try:
            yield threads
        finally:
            threads.submit(_leave).result()


class _Beside(ThreadPoolExecutor):
    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        return super().submit(copy_context().run, work, *given, **named)


class _AtOnce(Executor):
    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as error:  # whoever asks for the result gets it
            done.set_exception(error)
        return done


def _leave() -> None:
    connection.close()  # that of the thread which runs this
