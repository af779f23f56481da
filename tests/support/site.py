"""A real server process of the hub, on a database of its own."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from tests.support import databases, server

RESULTS = server.PROJECT / "test-results"
START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """Where it answers, and the database it works on."""

    url: str
    database: databases.Database
    blocker: Any

    @contextlib.contextmanager
    def orm(self) -> Iterator[None]:
        """The ORM of the test on the database of the site; what is written there is committed, for all later tests."""
        with self.blocker.unblock(), databases.connected_to(self.database):
            yield

    def session_of(self, user: Any) -> list[dict[str, str]]:
        """Cookies with which a browser is signed in as the user."""
        with self.orm():
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
        return [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.url}]


@contextlib.contextmanager
def serve(template: databases.Database, blocker: Any) -> Iterator[Site]:
    """A gunicorn on a free port, for the length of a block."""
    RESULTS.mkdir(exist_ok=True)
    log = RESULTS / f"server-{os.getpid()}.log"
    with databases.clone(template) as database, socket.socket() as listener, log.open("wb") as output:
        # We bind and hand the socket over: a free port that is looked up first can be taken before gunicorn binds it.
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        os.set_inheritable(listener.fileno(), True)
        environment = {**database.environment(), "DJANGO_SETTINGS_MODULE": "tests.settings", "CMDM_TEST_SERVER": "1"}
        options = ["--worker-class=gthread", "--threads=8", "--timeout=120", f"--bind=fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "cmdm.wsgi", *options],
            cwd=server.PROJECT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
        try:
            port = listener.getsockname()[1]
            _wait(port, process, log)
            yield Site(f"http://127.0.0.1:{port}", database, blocker)
        finally:
            _end(process)


def _wait(port: int, process: subprocess.Popen, log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(probe):
            probe.request("GET", "/healthz")
            probe.getresponse().read()
            return
        time.sleep(0.1)
    raise AssertionError(f"The server does not answer:\n{log.read_text(errors='replace')[-4000:]}")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
