"""`manage.py database`: `manage.py` itself answers it, before Django starts; this names it in `manage.py help`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cmdm.database import command


class Command(BaseCommand):
    """Say how the embedded PostgreSQL is doing, stop it or delete it."""

    help = "Say how the embedded PostgreSQL is doing, stop it or delete it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The deed."""
        parser.add_argument("deed", choices=command.DEEDS)
        parser.add_argument("--yes", action="store_true", help="remove without asking")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, deed: str, **options: Any) -> str:
        """Answer in a sentence, or in JSON."""
        return command.run([deed, *(f"--{name}" for name in ("yes", "json") if options[name])])
