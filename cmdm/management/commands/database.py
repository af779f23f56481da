"""`manage.py database status|stop`; `manage.py` answers it before Django starts, this names it in `manage.py help`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cmdm.database import command


class Command(BaseCommand):
    """Say how the embedded PostgreSQL is doing, or stop it."""

    help = "Say how the embedded PostgreSQL is doing, or stop it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The deed, and nothing else."""
        parser.add_argument("deed", choices=command.DEEDS)

    def handle(self, *args: Any, deed: str, **options: Any) -> str:
        """Answer in a sentence."""
        return command.run([deed])
