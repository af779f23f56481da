"""Which database this process talks to.

`DATABASE_URL` wins, with `DATABASE_OWNER_URL` beside it when a second role owns the tables. Without them the embedded
server is started, and kept until this process and every other user of it have ended.
"""

import os
from functools import cache
from pathlib import Path

from cmdm.database import embedded

PROJECT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """Where the embedded server, its passwords and its locks live: `CMDM_DATA`, or `.cmdm` in the project."""
    named = os.environ.get("CMDM_DATA")
    return Path(named).expanduser().resolve() if named else PROJECT / ".cmdm"


@cache
def database_urls() -> tuple[str, str]:
    """The application's URL and the owner's; only migrations use the second."""
    named = os.environ.get("DATABASE_URL")
    if named:
        return named, os.environ.get("DATABASE_OWNER_URL") or named
    server = embedded.keep(data_folder())
    return server.url_app, server.url_owner
