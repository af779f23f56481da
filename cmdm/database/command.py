"""`manage.py database status|stop`: look at the embedded server, or stop it whoever uses it.

It runs before the settings are read, since reading them starts the server.
"""

import argparse
from collections.abc import Sequence

from cmdm.database import embedded
from cmdm.database.url import data_folder

DEEDS = ("status", "stop")


def run(arguments: Sequence[str]) -> str:
    """Do what the arguments say and answer in a sentence."""
    parser = argparse.ArgumentParser(prog="manage.py database", description=__doc__)
    parser.add_argument("deed", choices=DEEDS)
    deed: str = parser.parse_args(arguments).deed
    if deed == "stop":
        return "Stopped." if embedded.stop(data_folder()) else "It was not running."
    return _status()


def _status() -> str:
    folder = data_folder()
    if not folder.exists():
        return "Not running; it has never been started."
    seen = embedded.status(folder)
    state = f"Running on port {seen.port}, process {seen.pid}." if seen.running else "Not running."
    return f"{state}\nFiles: {seen.files}\nLog: {seen.log}"
