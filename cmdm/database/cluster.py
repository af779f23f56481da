"""A new cluster: its files, its two roles, its database."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator

import psycopg

from cmdm.database import postmaster, roles
from cmdm.database.programs import Home, Unavailable

SUPERUSER = "postgres"
DATABASE = "cmdm"
CTYPES = ("C.UTF-8", "en_US.UTF-8")
BUILTIN_PROVIDER = 17


def passwords(home: Home) -> dict[str, str]:
    """Role to password, from the file that only its owner may read."""
    known: dict[str, str] = json.loads(home.secrets.read_text())
    return known


def url(role: str, password: str, port: int, database: str = DATABASE) -> str:
    """The connection URL of a role; the passwords are made of characters that need no quoting."""
    return f"postgres://{role}:{password}@{postmaster.ADDRESS}:{port}/{database}"


def create(home: Home, *, durable: bool) -> None:
    """Make the cluster and leave it running. What an interrupted attempt left is thrown away: it never held data."""
    postmaster.stop(home)
    home.ready.unlink(missing_ok=True)
    shutil.rmtree(home.server, ignore_errors=True)
    home.server.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.programs.give(home.server)
    known = _write_passwords(home)
    _initialise(home, known[SUPERUSER], durable=durable)
    port = postmaster.start(home, durable=durable).port
    with psycopg.connect(url(SUPERUSER, known[SUPERUSER], port, "postgres"), autocommit=True) as superuser:
        roles.create(superuser, roles.OWNER, known[roles.OWNER], may_create_databases=True)
        roles.create(superuser, roles.APPLICATION, known[roles.APPLICATION])
        # The owner may then end the application's sessions, which dropping a database needs.
        superuser.execute(f"GRANT {roles.APPLICATION} TO {roles.OWNER}")
        superuser.execute(f"CREATE DATABASE {DATABASE} OWNER {roles.OWNER}")
    with psycopg.connect(url(roles.OWNER, known[roles.OWNER], port), autocommit=True) as owner:
        roles.let_in(owner, roles.APPLICATION)
    home.ready.touch()


def _write_passwords(home: Home) -> dict[str, str]:
    known = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, roles.OWNER, roles.APPLICATION)}
    home.secrets.unlink(missing_ok=True)
    descriptor = os.open(home.secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(known, file)
    return known


def _initialise(home: Home, password: str, *, durable: bool) -> None:
    """Run initdb in a folder of its own, renamed at the end: an initdb whose parent was killed goes on for a while."""
    attempt = home.server / f"new-{secrets.token_hex(4)}"
    file = attempt.with_suffix(".password")
    file.touch(0o600)
    file.write_text(password)
    home.programs.give(file)
    said = ""
    try:
        for locale in _locales(home):
            shutil.rmtree(attempt, ignore_errors=True)
            options = ["-A", "scram-sha-256", "-E", "UTF8", "-k", *locale, *([] if durable else ["--no-sync"])]
            done = home.programs.run(
                "initdb", "-D", attempt, "-U", SUPERUSER, f"--pwfile={file}", *options, cwd=home.server
            )
            if done.returncode == 0:
                attempt.rename(home.data)
                return
            said = done.stdout
    finally:
        file.unlink(missing_ok=True)
    raise Unavailable(f"The embedded PostgreSQL cannot make its files in {home.data}:\n{said.strip()[-1000:]}")


def _locales(home: Home) -> Iterator[list[str]]:
    """With the character type C, pg_trgm drops every letter beyond ASCII without a word; so a UTF-8 one is named."""
    builtin = home.programs.major(home.server) >= BUILTIN_PROVIDER
    for ctype in CTYPES:
        if builtin:
            yield ["--locale=C", f"--lc-ctype={ctype}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            yield ["--locale=C", f"--lc-ctype={ctype}"]
