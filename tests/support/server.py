"""The database server of the tests: the one in DATABASE_URL, or an embedded one that need not survive a crash."""

import os
from functools import cache
from pathlib import Path

from cmdm.database import embedded

PROJECT = Path(__file__).resolve().parents[2]
# Beside the hub's own data. Named once for all processes of a run: the hub's folder is set anew for them below.
FOLDER = Path(
    os.environ.setdefault("CMDM_TEST_DATA", str(Path(os.environ.get("CMDM_DATA", PROJECT / ".cmdm")) / "test"))
)


@cache
def urls() -> tuple[str, str]:
    """The application's URL and the owner's."""
    named = os.environ.get("DATABASE_URL")
    if named:
        return named, os.environ.get("DATABASE_OWNER_URL", named)
    running = embedded.keep(FOLDER, durable=False)
    return running.url_app, running.url_owner


def is_embedded() -> bool:
    return urls()[1].startswith("postgres://cmdm_owner:")


def environment() -> dict[str, str]:
    """What a process of the tests runs with; keys of a demonstration, kept beside the server."""
    app, owner = urls()
    return {
        "DATABASE_URL": app,
        "DATABASE_OWNER_URL": owner,
        "CMDM_MODE": "demo",
        "CMDM_DATA": str(FOLDER),
        "CMDM_LOG_LEVEL": os.environ.get("CMDM_LOG_LEVEL", "WARNING"),
    }
