"""Preparing the rows of a large file in other processes, while this one writes those before them.

What a row becomes depends on nothing but the row, its source and the catalogue, so any process gives the same.
Preparers get rows and give outcomes back, by pipes; they never talk to the database. One that dies is done without.
"""

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, NamedTuple

import polars as pl
from django.utils import translation

from cmdm import memo
from customers.actions import writing
from customers.actions.preparing import prepare
from customers.actions.preparing_columns import Fresh, Remembered, prepare_columns
from customers.actions.received import Outcome, Received
from customers.models import Source
from customers.queries.catalogue import MEMO, as_read, catalogue, made_of
from customers.rules.applying import Bound
from customers.types.standardising import Standard

AT_ONCE = 2_000  # rows that a preparer gets
FEW = 4_000  # rows for which no preparer is started
MOST = 8
REMEMBERED = 200_000
_BEGIN = "import django; django.setup(); from customers.actions.preparers import serve; serve()"


class Part(NamedTuple):
    """Rows of a file in columns, as a preparer gets them."""

    frame: pl.DataFrame
    bound: Bound
    header: Sequence[str]

    def prepared(self, source: Source, seen: Remembered) -> Fresh:
        """What the ordinary ones become."""
        return prepare_columns(source, self.frame, self.bound, self.header, catalogue(), seen)


class _Preparer:
    """Another process that prepares rows."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", _BEGIN]
        # One thread each: there are as many preparers as cores.
        alone = {**os.environ, "POLARS_MAX_THREADS": "1"}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=alone)

    def prepare(self, work: Any) -> Any:
        """What the rows become; nothing from a process that is there no more, or whose answer cannot be read."""
        come, go = self._process.stdout, self._process.stdin
        if come is None or go is None or go.closed:
            return None
        try:
            pickle.dump(work, go, pickle.HIGHEST_PROTOCOL)
            go.flush()
            made = pickle.load(come)  # noqa: S301  (our own process)
        except (EOFError, OSError, pickle.UnpicklingError, AttributeError, ImportError, IndexError, ValueError):
            # Whatever reading a broken answer may raise; what comes after it would not be its next one.
            self.end()
            return None
        return made

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Preparers:
    """As many as the machine has cores; they begin with the first rows that are worth it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._free: SimpleQueue[_Preparer] = SimpleQueue()
        self._all: list[_Preparer] = []
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, received: Sequence[Received]) -> list[Future[list[Outcome]]]:
        """Have rows prepared; for few, and where nobody helps, it is done at once."""
        if len(received) < FEW and self._threads is None:
            done: Future[list[Outcome]] = Future()
            done.set_result(_prepared(self._source, received, {}))
            return [done]
        threads = self._threads or self._started()
        rows, language = as_read(), translation.get_language()
        parts = [received[start : start + AT_ONCE] for start in range(0, len(received), AT_ONCE)]
        return [threads.submit(self._helped, rows, language, part) for part in parts]

    def begin_columns(self, frame: pl.DataFrame, bound: Bound, header: Sequence[str]) -> list[Future[Fresh]]:
        """Have rows prepared that lie in columns; only the ordinary ones of them come back."""
        if frame.height < FEW and self._threads is None:
            done: Future[Fresh] = Future()
            done.set_result(prepare_columns(self._source, frame, bound, header, catalogue(), {}))
            return [done]
        threads = self._threads or self._started()
        rows, language = as_read(), translation.get_language()
        # No less than this, or what is distinct in each part is too much of it.
        size = max(-(-frame.height // len(self._all)), AT_ONCE)
        parts = [Part(part, bound, tuple(header)) for part in frame.iter_slices(size)]
        return [threads.submit(self._helped_columns, rows, language, part) for part in parts]

    def _started(self) -> ThreadPoolExecutor:
        count = min(os.cpu_count() or 1, MOST)
        self._all = [_Preparer() for _ in range(count)]
        for preparer in self._all:
            self._free.put(preparer)
        self._threads = ThreadPoolExecutor(count)
        return self._threads

    def _helped(self, rows: Any, language: str, received: Sequence[Received]) -> list[Outcome]:
        made: list[Outcome] | None = self._asked((rows, language, self._source, received))
        if made is None:
            with _knowing(rows, language):
                return _prepared(self._source, received, {})
        for one, said in zip(made, received, strict=True):
            one.received = said
        return made

    def _helped_columns(self, rows: Any, language: str, work: Part) -> Fresh:
        made: Fresh | None = self._asked((rows, language, self._source, work))
        if made is None:
            with _knowing(rows, language):
                return work.prepared(self._source, {})
        return made

    def _asked(self, work: Any) -> Any:
        preparer = self._free.get()
        try:
            return preparer.prepare(work)
        finally:
            self._free.put(preparer)

    def end(self) -> None:
        """Let them go."""
        for preparer in self._all:
            preparer.end()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)


@contextlib.contextmanager
def preparers(source: Source) -> Iterator[Preparers]:
    """Inside, rows of this source are prepared by other processes."""
    found = Preparers(source)
    try:
        yield found
    finally:
        found.end()


@contextlib.contextmanager
def _knowing(rows: Any, language: str) -> Iterator[None]:
    """Inside, the catalogue is what these rows tell; sentences are in this language."""
    with memo.keeping(), translation.override(language):
        memo.once(MEMO, lambda: made_of(rows))
        yield


def _prepared(source: Source, received: Sequence[Received], seen: dict[Any, Standard]) -> list[Outcome]:
    known = catalogue()
    outcomes = prepare(source, received, None, seen)
    for one in outcomes:
        if one.is_open:
            one.written = writing.written(one, known)
    return outcomes


def _served(source: Source, received: Sequence[Received], seen: dict[Any, Standard]) -> list[Outcome]:
    outcomes = _prepared(source, received, seen)
    for one in outcomes:
        # Who asked has the rows; of the values he needs what is written.
        one.received, one.values = None, {}  # type: ignore[assignment]
    return outcomes


def serve() -> None:
    """What a preparer does until its pipe is closed."""
    come, go = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    seen: dict[Any, Standard] = {}
    contents: Remembered = {}
    before: Any = None
    while True:
        try:
            rows, language, source, work = pickle.load(come)  # noqa: S301  (from the process that began this one)
        except EOFError:
            return
        if len(seen) > REMEMBERED or before != (rows, language):
            seen.clear()
            contents.clear()
        before = (rows, language)
        with _knowing(rows, language):
            made = work.prepared(source, contents) if isinstance(work, Part) else _served(source, work, seen)
        try:
            pickle.dump(made, go, pickle.HIGHEST_PROTOCOL)
            go.flush()
        except BrokenPipeError:
            return
