#!/usr/bin/env python
"""The commands of the hub: `manage.py demo` starts everything, `manage.py help` lists the rest."""

import gc
import os
import sys
from collections.abc import Callable, Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from cmdm import keyring
from cmdm.database import command
from cmdm.database.embedded import Unavailable

# Reading the settings starts the embedded server and needs the keys.
BEFORE_SETTINGS: dict[str, Callable[[Sequence[str]], str]] = {
    "database": command.run,
    "keys": lambda _arguments: keyring.as_environment(keyring.fresh()),
}
DEMONSTRATION = {"CMDM_MODE": "demo", "CMDM_DEBUG": "0", "CMDM_HTTPS": "0", "CMDM_HOSTS": "127.0.0.1,localhost"}


def main(arguments: list[str]) -> None:
    """Run one command; what is wrong with the installation is said in a sentence (with --traceback, in full)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    # What is imported stays: to look for cycles among it takes a tenth of a command's start. The kit lets it begin.
    gc.disable()
    try:
        early = BEFORE_SETTINGS.get(arguments[1]) if len(arguments) > 1 else None
        if early is not None:
            print(early(arguments[2:]))
            return
        if arguments[1:2] == ["demo"]:
            os.environ.update(DEMONSTRATION)
        execute_from_command_line(arguments)
    except (Unavailable, ImproperlyConfigured) as fault:
        if "--traceback" in arguments:
            raise
        sys.exit(str(fault))


if __name__ == "__main__":
    main(sys.argv)
