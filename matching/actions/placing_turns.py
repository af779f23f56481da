"""Three at a time: the slices of a load are written by connections of their own, one after the other as others see it.

A slice begins when the one before it holds its locks, writes what touches rows of its own alone, and does the rest when
that one has ended. So slices are committed in their order, and whatever is killed leaves the first of them.

The slices of one load were compared with each other: they share the locks on the buckets of their keys, and only keep
everybody else out. That no other load shares them, too, is seen to by the lock of the connection that began.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any, Self, TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from cmdm.database.beside import beside
from cmdm.errors import Stale

WRITERS = 3  # two that compute, while one waits for the disk or for its turn
ALONE = 0x6D62756C  # one bulk placing at a time
_ENDS = 0x6D62656E  # first half of the two-part advisory lock: a slice until it has ended
_HELD = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1
       AND granted AND pid = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
Piece = TypeVar("Piece")
Made = TypeVar("Made")


@contextmanager
def alone() -> Iterator[None]:
    """Inside, no other process places a load as a whole."""
    _ask("SELECT pg_advisory_lock(%s)", ALONE)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", ALONE)


class Turn:
    """The turn of one slice, after the one before it."""

    def __init__(self, holder: int, before: "Turn | None" = None) -> None:
        self._number: int = before._number + 1 if before else 0
        self._holder, self._before = holder, before
        self._tried = self.failed = False
        self._begun, self._ended = Event(), Event()

    @classmethod
    def first(cls) -> Self:
        """That of a load whose :func:`alone` this connection holds."""
        return cls(int(_ask("SELECT pg_backend_pid()")))

    def next(self) -> "Turn":
        """That of the slice after this one."""
        return Turn(self._holder, self)

    def begin(self) -> None:
        """In the slice's transaction: hold what the next one waits for.

        :raises Stale: it was tried already. The next one may have begun by now: this one has to be done without.
        """
        if self._tried:
            raise Stale(_("One of the records has been placed meanwhile."))
        self._tried = True
        _ask("SELECT pg_advisory_xact_lock(%s, %s)", _ENDS, self._number)

    def begun(self) -> None:
        """The slice holds its locks: the next one may begin.

        :raises OperationalError: another load may be writing. One that comes later waits for the locks of this slice.
        """
        if not _ask(_HELD, ALONE, self._holder):
            raise OperationalError("The connection that keeps other loads from writing is gone.")
        self._begun.set()

    def come(self) -> None:
        """Wait until the slice before has ended; what it wrote is seen from here on. A second time it does nothing.

        :raises OperationalError: that one failed.
        """
        if self._before is not None:
            # By a lock, for the database shall notice when somebody waits for this slice, and the one before for him.
            _ask("SELECT pg_advisory_xact_lock_shared(%s, %s)", _ENDS, self._before._number)
            self._before._ended.wait()
            if self._before.failed:
                raise OperationalError("The slice before this one was not written.")
            self._before = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Around the slice's transaction: it begins after the one before; however it ends, the next one is told."""
        if self._before is not None:
            self._before._begun.wait()
        try:
            yield
        except Stale:
            raise
        except BaseException:
            self.failed = True
            raise
        finally:
            self._before = None
            self._begun.set()
            self._ended.set()


@contextmanager
def writers() -> Iterator[list[Executor]]:
    """Inside, there are connections to write by. On leaving they have done what they were asked for."""
    with ExitStack() as stack:
        yield [stack.enter_context(beside()) for _nth in range(WRITERS)]


def in_turn(
    pieces: Iterator[Piece], by: list[Executor], write: Callable[[Piece, Turn], Made]
) -> Iterator[tuple[Piece, Made]]:
    """Have pieces written; each, in order, with what came of it."""
    under_way: deque[tuple[Piece, Future[Made]]] = deque()
    turn: Turn | None = None
    for nth, piece in enumerate(pieces):
        turn = turn.next() if turn else Turn.first()
        under_way.append((piece, by[nth % len(by)].submit(write, piece, turn)))
        if len(under_way) == len(by):
            done, coming = under_way.popleft()
            yield done, coming.result()
    for done, coming in under_way:
        yield done, coming.result()


def _ask(statement: str, *given: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]
