"""One PostgreSQL server process: is it running, start it, stop it."""

import contextlib
import os
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from cmdm.database.programs import Home, Unavailable

ADDRESS = "127.0.0.1"
PATIENCE = 120.0
ATTEMPTS = 5
LOG_BYTES = 10_000_000
GIGABYTE = 2**30
# Of control groups, version 2 and 1; without a limit they hold a word, or more than any machine has.
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
PREWARM = "pg_prewarm"  # what lay in memory when the server ended is read, in one go, when it starts

# The log must not become a second store of personal data: Django writes values into statements, DETAIL names keys.
_ALWAYS = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_WIDE = {"shared_buffers": "512MB", "maintenance_work_mem": "512MB", "work_mem": "16MB"}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}


@dataclass(frozen=True)
class Postmaster:
    """A running server, as its own pid file tells."""

    pid: int
    port: int
    accepts: bool


def find(home: Home) -> Postmaster | None:
    """The running server, or None: a pid file left behind does not count, even if its number is alive again."""
    pid, port, state = _pid_file(home)
    if pid is None or not _is_ours(pid, home.data):
        return None
    return Postmaster(pid, port, state == "ready" and _answers(port))


def start(home: Home, *, durable: bool) -> Postmaster:
    """Start the server, or wait for the one that somebody began to start."""
    limit = time.monotonic() + PATIENCE
    launches = 0
    while time.monotonic() < limit and launches < ATTEMPTS:
        found = find(home)
        if found is None:
            _forget_dead(home)
            if not _launched(home, durable=durable):
                launches += 1
                time.sleep(0.1 * 2**launches)
        elif found.accepts:
            return found
        else:
            time.sleep(0.05)
    raise Unavailable(f"The embedded PostgreSQL does not start. Its log {home.log} ends:\n{_end_of_log(home)}")


def stop(home: Home) -> bool:
    """Stop the server and wait for it; False when none was running."""
    if find(home) is None:
        return False
    done = home.programs.run("pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", home.data, cwd=home.server)
    if done.returncode and find(home):
        raise Unavailable(f"The embedded PostgreSQL in {home.data} does not stop.")
    return True


def settings(home: Home, *, durable: bool, limits: Sequence[Path] = LIMITS) -> dict[str, str]:
    """What the server is started with: wide where the machine has the memory and the disk for it.

    :param limits: files that hold how much memory this container may have, where it is one.
    """
    chosen = dict(_ALWAYS)
    memory, free = _memory(limits), shutil.disk_usage(home.server).free
    if memory < 6 * GIGABYTE or free < 12 * GIGABYTE:
        return chosen if durable else chosen | _THROWAWAY
    # After each checkpoint every page that is touched is written to the log as a whole: of the log of a first load of a
    # million records that was three quarters.
    chosen |= _WIDE | {"max_wal_size": f"{min(max(free // 3, 4 * GIGABYTE), 16 * GIGABYTE) >> 20}MB"}
    if not durable:
        return chosen | _THROWAWAY
    if home.programs.has(PREWARM):
        # Of a million customers each record needs a hundred pages from all over the tables: read again one by one after
        # a start, they took longer than the record.
        chosen["shared_preload_libraries"] = PREWARM
    # What a million customers need at hand, five gigabytes, does not fit into less: a first load that finds each record
    # again took a fifth more of the server's time with two. Memory that nothing is read into is not used.
    return chosen | {"shared_buffers": f"{min(memory // 4, 8 * GIGABYTE) >> 20}MB"}


def _memory(limits: Sequence[Path]) -> int:
    """The bytes of memory that there are: of the machine, or of the container where it has fewer."""
    said = [file.read_text().strip() for file in limits if file.exists()]
    return min([psutil.virtual_memory().total, *(int(limit) for limit in said if limit.isdigit())])


def _launched(home: Home, *, durable: bool) -> bool:
    if home.log.exists() and home.log.stat().st_size > LOG_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
    options = [f"-c {name}={value}" for name, value in settings(home, durable=durable).items()]
    options.append(f"-p {_free_port()}")
    wait = ["-w", "-t", str(int(PATIENCE))]
    done = home.programs.run(
        "pg_ctl", "start", *wait, "-D", home.data, "-l", home.log, "-o", " ".join(options), cwd=home.server
    )
    return done.returncode == 0 or find(home) is not None


def _pid_file(home: Home) -> tuple[int | None, int, str]:
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])  # negative while initdb runs the server alone
        port = int(lines[3]) if len(lines) > 3 else 0
        return pid if pid > 0 else None, port, lines[7].strip() if len(lines) > 7 else ""
    except (OSError, ValueError, IndexError):
        return None, 0, ""


def _answers(port: int) -> bool:
    """A killed server reads as running for a moment; its port does not answer any more."""
    try:
        with socket.create_connection((ADDRESS, port), timeout=2):
            return True
    except OSError:
        return False


def _is_ours(pid: int, data: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and str(data) in process.cmdline()
    except psutil.Error:
        return False


def _forget_dead(home: Home) -> None:
    """Remove the pid file of a server that is gone, once its last child has gone too: it could still write."""
    limit = time.monotonic() + 10
    while any(_children_left(home.data)):
        if time.monotonic() > limit:
            raise Unavailable(f"Processes of an earlier server still use {home.data}; end them and start again.")
        time.sleep(0.1)
    pid, _, _ = _pid_file(home)
    if pid is not None and psutil.pid_exists(pid):
        (home.data / "postmaster.pid").unlink(missing_ok=True)


def _children_left(data: Path) -> Iterator[int]:
    if not (data / "postmaster.pid").exists():
        return
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if (process.info["name"] or "").startswith("postgres") and Path(process.cwd()) == data:
                yield process.pid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port


def _end_of_log(home: Home, lines: int = 12) -> str:
    try:
        with home.log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 4_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(there is none)"
