"""Databases for tests, cloned from a template that is migrated and installed once per state of the code.

`python -m tests.support.databases` makes the template ahead of the tests.

Two steps, since they change at different rates: a *base* is what the migrations make; a *template* has the standing
rows in it, too. A test never empties a table: insert-only tables refuse that. It rolls back, or has a clone to itself.
"""

import contextlib
import fcntl
import hashlib
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from cmdm.database import roles
from tests.support import server

APPS = ("cmdm", "customers", "matching", "consent", "stewardship")
KEPT = 3
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A database of the test server."""

    name: str

    @property
    def url_app(self) -> str:
        return _renamed(server.urls()[0], self.name)

    @property
    def url_owner(self) -> str:
        return _renamed(server.urls()[1], self.name)

    def environment(self) -> dict[str, str]:
        """For a process of the hub that works on this database, `{**os.environ, **…}`."""
        named = {"DATABASE_URL": self.url_app, "DATABASE_OWNER_URL": self.url_owner}
        return {**os.environ, **server.environment(), **named}

    def command(self, *arguments: str, timeout: float = 300) -> str:
        """Run a command of manage.py on this database, in a process of its own; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=server.PROJECT,
            env={**self.environment(), "DJANGO_SETTINGS_MODULE": "tests.settings"},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


def template() -> Database:
    """The migrated and installed template of the present code; made by whoever comes first while the others wait."""
    migrations = [path for path in _sources() if path.parent.name == "migrations"]
    base = Database(f"cmdm_base_{_digest([*migrations, server.PROJECT / 'requirements.lock'])}")
    made = Database(f"cmdm_template_{_digest(_sources())}")
    server.FOLDER.mkdir(parents=True, exist_ok=True)
    with (server.FOLDER / "template.lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with _server() as owner:
            if not _exists(owner, made):
                _forget_old(owner)
                if not _exists(owner, base):
                    _make(owner, base, _migrate)
                _make(owner, made, _install, source=base)
    return made


@contextlib.contextmanager
def clone(source: Database) -> Iterator[Database]:
    """A copy for the length of a block."""
    copy = Database(f"cmdm_test_{os.getpid()}_{next(_numbers)}")
    with _server() as owner:
        _create(owner, copy, source)
    try:
        yield copy
    finally:
        with _server() as owner:
            _drop(owner, copy)


@contextlib.contextmanager
def connected_to(database: Database) -> Iterator[None]:
    """The ORM of this process, in all its threads, talks to the database for the length of a block."""
    owner = getattr(settings, "DATABASE_OWNER", None) or {}
    places = [connections["default"].settings_dict, owner]
    before = [place.get("NAME") for place in places]
    connections.close_all()
    for place in places:
        place["NAME"] = database.name
    try:
        yield
    finally:
        connections.close_all()
        for place, name in zip(places, before, strict=True):
            place["NAME"] = name


def _migrate(database: Database) -> None:
    app, owner = server.urls()
    if urlsplit(app).username != urlsplit(owner).username:
        with psycopg.connect(database.url_owner) as connection:
            roles.let_in(connection, urlsplit(app).username or "")
    database.command("migrate", "--verbosity=0")


def _install(database: Database) -> None:
    database.command("install")


def _make(owner, database, fill, source=None) -> None:
    """Under another name until it is whole, so that an interrupted attempt is never taken for it."""
    part = Database(f"{database.name}_part")
    _drop(owner, part)
    _create(owner, part, source)
    fill(part)
    _end_sessions(owner, part)
    owner.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(part.name), sql.Identifier(database.name))
    )


def _create(owner, database: Database, source: Database | None) -> None:
    made_from = source.name if source else "template0"
    if source:
        _end_sessions(owner, source)
    owner.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(database.name), sql.Identifier(made_from)
        )
    )


def _drop(owner, database: Database) -> None:
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name)))


def _end_sessions(owner, database: Database) -> None:
    owner.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [database.name])


def _exists(owner, database: Database) -> bool:
    return bool(owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone())


def _forget_old(owner) -> None:
    """Drop all but the newest templates, and clones whose process is gone."""
    names = [name for (name,) in owner.execute("SELECT datname FROM pg_database ORDER BY oid DESC").fetchall()]
    for kind in ("cmdm_base_", "cmdm_template_"):
        for name in [name for name in names if name.startswith(kind)][KEPT:]:
            _drop(owner, Database(name))
    if server.is_embedded():
        for name in names:
            if name.startswith("cmdm_test_") and not psutil.pid_exists(int(name.split("_")[2])):
                _drop(owner, Database(name))


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection]:
    with psycopg.connect(_renamed(server.urls()[1], "postgres"), autocommit=True) as owner:
        yield owner


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _sources() -> list[Path]:
    return sorted(path for app in APPS for path in (server.PROJECT / app).rglob("*.py"))


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(server.PROJECT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


if __name__ == "__main__":
    template()
