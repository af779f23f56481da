"""Several processes that live and die together.

Each is the leader of a group of its own: a queue whose parent is killed leaves its workers, so that whole groups are
ended, their leaders gently first. A terminal's Ctrl-C reaches only us, and we end the others in order.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 12.0
POLL = 0.2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Died(RuntimeError):
    """A process ended by itself; the message is a sentence with the end of its log."""


@dataclass(frozen=True)
class Child:
    """A running process with its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def group(self) -> int:
        return self.process.pid

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a request to end set, for the length of a block."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def together(commands: Sequence[tuple[str, Sequence[str]]], *, folder: Path, logs: Path) -> Iterator[list[Child]]:
    """Start all of them; at the end of the block none of them, nor any of their children, runs any more."""
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    children: list[Child] = []
    try:
        for name, command in commands:
            children.append(_start(name, command, folder, logs / f"{name}.log"))
        yield children
    finally:
        end(children)


def _start(name: str, command: Sequence[str], folder: Path, log: Path) -> Child:
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def watch(children: Sequence[Child], stop: threading.Event, until: Callable[[], bool] | None = None) -> None:
    """Return when told to stop, or as soon as ``until`` says so.

    :raises Died: one of them has ended.
    """
    while not stop.is_set() and not (until is not None and until()):
        for child in children:
            if child.process.poll() is not None:
                raise Died(f"The {child.name} has ended (code {child.process.returncode}):\n{child.last_words()}")
        stop.wait(POLL)


def end(children: Sequence[Child]) -> None:
    """End all groups: their leaders are asked first, then what is left of a group is killed.

    A queue whose workers are asked as well starts new ones while it ends, and never gets there.
    """
    for child in children:
        child.process.terminate()
    limit = time.monotonic() + PATIENCE
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.1, limit - time.monotonic()))
    for child in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.group, signal.SIGKILL)
        child.process.wait()
