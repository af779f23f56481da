"""`manage.py database status|stop|remove`: look at the embedded server, stop it, delete it with its data.

It runs before the settings are read, since reading them starts the server.
"""

import argparse
from collections.abc import Sequence

from cmdm.database import embedded
from cmdm.database.url import data_folder

DEEDS = ("status", "stop", "remove")


def run(arguments: Sequence[str]) -> str:
    """Do what the arguments say and answer in a sentence."""
    parser = argparse.ArgumentParser(prog="manage.py database", description=__doc__)
    parser.add_argument("deed", choices=DEEDS)
    parser.add_argument("--yes", action="store_true", help="remove without asking")
    chosen = parser.parse_args(arguments)
    if chosen.deed == "stop":
        return "Stopped." if embedded.stop(data_folder()) else "It was not running."
    if chosen.deed == "remove":
        return _remove(sure=chosen.yes)
    return _status()


def _remove(*, sure: bool) -> str:
    folder = data_folder()
    if not folder.exists():
        return "There is nothing to remove."
    if not sure and input(f"Delete all customers and keys in {folder}? Type its name ({folder.name}): ") != folder.name:
        return "Nothing was removed."
    for one in (folder / "test", folder):
        embedded.remove(one)
    return f"Removed {folder}."


def _status() -> str:
    folder = data_folder()
    if not folder.exists():
        return "Not running; it has never been started."
    seen = embedded.status(folder)
    state = f"Running on port {seen.port}, process {seen.pid}." if seen.running else "Not running."
    return f"{state}\nFiles: {seen.files}\nLog: {seen.log}"
