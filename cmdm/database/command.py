"""`manage.py database status|stop|remove`: look at the embedded server, stop it, delete it with its data.

It runs before the settings are read, since reading them starts the server.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cmdm.database import embedded
from cmdm.database.url import data_folder

DEEDS = ("status", "stop", "remove")
Answer = tuple[str, dict[str, Any]]


def run(arguments: Sequence[str]) -> str:
    """Do what the arguments say and answer in a sentence, or in JSON."""
    parser = argparse.ArgumentParser(prog="manage.py database", description=__doc__)
    parser.add_argument("deed", choices=DEEDS)
    parser.add_argument("--yes", action="store_true", help="remove without asking")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    chosen = parser.parse_args(arguments)
    sentence, facts = {"stop": _stop, "remove": lambda: _remove(sure=chosen.yes), "status": _status}[chosen.deed]()
    return json.dumps(facts, default=str) if chosen.json else sentence


def _stop() -> Answer:
    stopped = embedded.stop(data_folder())
    return "Stopped." if stopped else "It was not running.", {"stopped": stopped}


def _remove(*, sure: bool) -> Answer:
    folder = data_folder()
    if not folder.exists():
        return "There is nothing to remove.", {"removed": False}
    if not sure and input(f"Delete all customers and keys in {folder}? Type its name ({folder.name}): ") != folder.name:
        return "Nothing was removed.", {"removed": False}
    for one in (folder / "test", folder):
        embedded.remove(one)
    return f"Removed {folder}.", {"removed": True, "folder": folder}


def _status() -> Answer:
    folder = data_folder()
    if not folder.exists():
        return "Not running; it has never been started.", {"running": False}
    seen = embedded.status(folder)
    state = f"Running on port {seen.port}, process {seen.pid}." if seen.running else "Not running."
    return f"{state}\nFiles: {seen.files}\nLog: {seen.log}", asdict(seen)
