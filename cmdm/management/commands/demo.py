"""`manage.py demo`: a whole hub with made-up customers, on this machine only.

`manage.py` sets the mode of a demonstration before the settings are read. Passwords and token are random and lie in
`demo.json` beside the database; they are made anew when the database is another one.
"""

import contextlib
import fcntl
import http.client
import json
import os
import secrets
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from cmdm.access import ROLE_LABELS
from cmdm.actions import Refused
from cmdm.actions.installing import install_system_user
from cmdm.database.url import data_folder
from cmdm.management import demonstrated_consents, demonstration, supervision
from cmdm.management.base import HubCommand, Said
from cmdm.management.commands.migrate import as_owner
from cmdm.models import User

ADDRESS = "127.0.0.1"
START_SECONDS = 90


class Command(HubCommand):
    """Prepare what is missing, start web, worker and relay, print how to get in; Ctrl-C stops all of it."""

    help = "Start a whole hub with made-up customers on this machine."

    def arguments(self, parser: ArgumentParser) -> None:
        """Where it answers, and how much of it to do."""
        parser.add_argument("--port", type=int, default=8000, help="Where it answers on 127.0.0.1.")
        parser.add_argument("--prepare-only", action="store_true", help="Make and load the database, start nothing.")
        parser.add_argument("--reset", action="store_true", help="Throw the demonstration's data away first.")

    def handle(self, *args: Any, **options: Any) -> None:
        """One at a time on this folder, and only on a database that is its own."""
        self.as_json, self.reset = bool(options["json"]), options["reset"]
        try:
            with _alone():
                super().handle(*args, **options)
        except (supervision.Died, _Taken) as fault:
            self.stderr.write(str(fault))
            raise SystemExit(1) from None

    def actor(self, name: str | None) -> User:
        """The hub itself, who is there once the tables are."""
        self._make_tables()
        return install_system_user()

    def act(self, *, actor: User, **options: Any) -> Said:
        """Prepare and, unless that is all, run."""
        if not options["prepare_only"]:
            _refuse_taken(options["port"])
        call_command("install", stdout=_Nowhere())
        entry = self._people(actor)
        self._records(actor)
        demonstrated_consents.make(
            actor=actor, privacy=User.objects.get(username="privacy"), domain_key=demonstration.EUROPE
        )
        if options["prepare_only"]:
            return Said(_("The demonstration is ready."), {"ready": True, **entry})
        self._serve(options["port"], entry)
        return Said(_("Stopped."), {"stopped": True})

    def _make_tables(self) -> None:
        if demonstration.is_foreign():
            raise Refused(_("This database holds customers that no demonstration made. Name another one."))
        if self.reset:
            self._say(_("Throwing the data away"))
            _empty()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say(_("Making the tables"))
            call_command("migrate", verbosity=0)

    def _people(self, actor: User) -> dict[str, Any]:
        """The sign-ins of this database, made unless the file has them."""
        path = data_folder() / "demo.json"
        made = demonstration.marker(actor=actor)
        known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        if known.get("marker") == made:
            return known
        self._say(_("Making people and domains"))
        passwords = {person.name: secrets.token_urlsafe(12) for person in demonstration.PEOPLE}
        token = demonstration.people(passwords, actor=actor)
        entry = {"marker": made, "passwords": passwords, "token": token}
        _write_private(path, json.dumps(entry))
        return entry

    def _records(self, actor: User) -> None:
        if demonstration.is_loaded():
            return
        self._say(_("Loading customers"))
        demonstration.load(self.progress, actor=actor)
        self.clear()
        if "match" in get_commands():
            self._say(_("Matching"))
            call_command("match", stdout=_Nowhere())

    def _serve(self, port: int, entry: dict[str, Any]) -> None:
        self._say(_("Starting"))
        connections.close_all()
        folder = data_folder()
        Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, exist_ok=True)
        os.environ.setdefault("CMDM_URL", f"http://{ADDRESS}:{port}")  # what the links of its mails begin with
        with (
            supervision.told_to_stop() as stop,
            supervision.together(_processes(port), folder=settings.BASE_DIR, logs=folder / "logs") as children,
        ):
            supervision.watch(children, stop, until=lambda: _answers(port))
            if not stop.is_set():
                self.clear()
                self.stdout.write(_card(port, entry, folder))
                self.stdout.flush()
            supervision.watch(children, stop)

    def _say(self, step: str) -> None:
        if not self.as_json:
            self.clear()
            self.stdout.write(f"{step} …")
            self.stdout.flush()


class _Taken(RuntimeError):
    """Something is in the way; the message is a sentence."""


class _Nowhere:
    """Takes the words of a command that another command calls."""

    def write(self, text: str) -> None:
        """Nothing."""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    folder = data_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "demo.lock").open("ab") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _Taken(_("A demonstration runs already with the data in %s.") % folder) from None
        yield


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise _Taken(_("Port %d is taken; name another one with --port.") % port) from None


def _empty() -> None:
    """Drop everything, as the owner of the tables; insert-only tables refuse to be emptied."""
    with as_owner("default"), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _processes(port: int) -> list[tuple[str, list[str]]]:
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    web = [sys.executable, "-m", "gunicorn", "cmdm.wsgi", "--worker-class=gthread", "--workers=2", "--threads=4"]
    web += ["--timeout=120", "--graceful-timeout=5", "--no-control-socket", f"--bind={ADDRESS}:{port}"]
    return [("web", web), ("worker", [*manage, "qcluster"]), ("relay", [*manage, "relay"])]


def _answers(port: int) -> bool:
    probe = http.client.HTTPConnection(ADDRESS, port, timeout=START_SECONDS)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(probe):
        probe.request("GET", "/readyz")
        return probe.getresponse().status == 200
    return False


def _card(port: int, entry: dict[str, Any], folder: Path) -> str:
    """What somebody needs to get in."""
    address = f"http://{ADDRESS}:{port}/"
    lines = ["", _("The hub answers at %s") % address, "", _("Sign in as:")]
    for person in demonstration.PEOPLE:
        label = str(ROLE_LABELS[person.role])
        lines.append(f"  {label:<16} {person.name:<9} {entry['passwords'][person.name]}")
    lines += [
        "",
        _("The customers' portal: %s") % f"{address}my/",
        _("  sign in as %(customer)s; the code lies in the newest file of %(folder)s")
        % {"customer": demonstrated_consents.KARL, "folder": settings.EMAIL_FILE_PATH},
        "",
        _("API token: %s") % entry["token"],
        f'  curl -H "Authorization: Bearer {entry["token"]}" {address}api/v1/customers/',
        "",
        _("Ctrl-C stops it. Its data stay in %s") % folder,
    ]
    return "\n".join(lines)
