"""The embedded PostgreSQL: started by whoever needs it first, stopped by whoever leaves last.

Every user holds a shared lock on one file of the folder. On leaving it tries to make it exclusive; who succeeds is the
last and stops the server. Starting and stopping happen under a second, exclusive lock, so that two at once go one after
the other. The kernel drops the locks of a killed process, so nothing has to be tidied up after one.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cmdm.database import cluster, postmaster, programs, roles
from cmdm.database.programs import Home, Unavailable

__all__ = ["Server", "Status", "Unavailable", "hold", "keep", "remove", "start", "status", "stop"]


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    url_owner: str
    url_app: str
    folder: Path


@dataclass(frozen=True)
class Status:
    """What can be said of an embedded server from outside."""

    running: bool
    pid: int | None
    port: int | None
    used: bool
    files: Path
    log: Path


def start(folder: Path, *, durable: bool = True) -> Server:
    """Start the server of a folder unless it runs, making it the first time; it runs until a user of it leaves."""
    home = programs.home(folder)
    with _turn(home):
        return _start(home, durable=durable)


@contextlib.contextmanager
def hold(folder: Path, *, durable: bool = True) -> Iterator[Server]:
    """The server of a folder for the length of a block."""
    held = _Hold(programs.home(folder), durable=durable)
    try:
        yield held.server
    finally:
        held.release()


def keep(folder: Path, *, durable: bool = True) -> Server:
    """The server of a folder for the life of this process and of those it forks."""
    held = _Hold(programs.home(folder), durable=durable)
    atexit.register(held.release)
    return held.server


def stop(folder: Path) -> bool:
    """Stop the server of a folder, whoever uses it; False when it was not running."""
    if not folder.exists():
        return False
    home = programs.home(folder)
    with _turn(home):
        return postmaster.stop(home)


def remove(folder: Path) -> None:
    """Stop the server of a folder and delete it with everything in it."""
    if not folder.exists():
        return
    stop(folder)
    if os.geteuid() == 0:
        shutil.rmtree(programs.outside_of(folder), ignore_errors=True)
    shutil.rmtree(folder)


def status(folder: Path) -> Status:
    """How the server of a folder is doing; starts nothing."""
    home = programs.home(folder)
    found = postmaster.find(home)
    with _turn(home), _lock_file(home, "users.lock") as users:
        used = not _alone(users)
    return Status(
        running=found is not None,
        pid=found.pid if found else None,
        port=found.port if found else None,
        used=used,
        files=home.server,
        log=home.log,
    )


class _Hold:
    """One user's shared lock, and the server it keeps running."""

    def __init__(self, home: Home, *, durable: bool) -> None:
        self.home = home
        self.childs: IO[bytes] | None = None
        with _turn(home):
            self.users = self._share()
            try:
                self.server = _start(home, durable=durable)
            except BaseException:
                self.users.close()
                raise
        _holds.add(self)

    def release(self) -> None:
        """Let go, and stop the server when nobody else holds it."""
        _holds.discard(self)
        with contextlib.suppress(OSError, Unavailable), _turn(self.home):
            if not self.users.closed and _alone(self.users):
                postmaster.stop(self.home)
        self.users.close()

    def before_fork(self) -> None:
        """A second lock for the child: the first is one lock for both, and letting go of it is done for both."""
        with contextlib.suppress(OSError):
            self.childs = self._share()

    def after_fork_in_parent(self) -> None:
        """The second lock is the child's alone."""
        if self.childs is not None:
            self.childs.close()

    def after_fork_in_child(self) -> None:
        """The first lock is the parent's alone."""
        self.users.close()
        if self.childs is not None:
            self.users = self.childs

    def _share(self) -> IO[bytes]:
        users = _lock_file(self.home, "users.lock")
        fcntl.flock(users, fcntl.LOCK_SH)
        return users


_holds: "weakref.WeakSet[_Hold]" = weakref.WeakSet()


def _for_each_hold(deed: Callable[[_Hold], None]) -> Callable[[], None]:
    def each() -> None:
        for held in list(_holds):
            deed(held)

    return each


os.register_at_fork(
    before=_for_each_hold(_Hold.before_fork),
    after_in_parent=_for_each_hold(_Hold.after_fork_in_parent),
    after_in_child=_for_each_hold(_Hold.after_fork_in_child),
)


def _start(home: Home, *, durable: bool) -> Server:
    if not (home.ready.exists() and home.data.exists()):
        cluster.create(home, durable=durable)
    found = postmaster.start(home, durable=durable)
    known = cluster.passwords(home)
    return Server(
        url_owner=cluster.url(roles.OWNER, known[roles.OWNER], found.port),
        url_app=cluster.url(roles.APPLICATION, known[roles.APPLICATION], found.port),
        folder=home.folder,
    )


@contextlib.contextmanager
def _turn(home: Home) -> Iterator[None]:
    with _lock_file(home, "start.lock") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _alone(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(home: Home, name: str) -> IO[bytes]:
    return (home.folder / name).open("ab")
