#!/usr/bin/env python
"""The commands of the hub: `manage.py demo` starts everything, `manage.py help` lists the rest."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from cmdm.database import command
from cmdm.database.embedded import Unavailable


def main(arguments: list[str]) -> None:
    """Run one command; what is wrong with the installation is said in a sentence (with --traceback, in full)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")
    try:
        if arguments[1:2] == ["database"]:
            print(command.run(arguments[2:]))
        else:
            execute_from_command_line(arguments)
    except (Unavailable, ImproperlyConfigured) as fault:
        if "--traceback" in arguments:
            raise
        sys.exit(str(fault))


if __name__ == "__main__":
    main(sys.argv)
