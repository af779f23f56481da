"""`manage.py keys`; `manage.py` answers it before Django starts, since a start without keys is refused."""

from typing import Any

from django.core.management.base import BaseCommand

from cmdm import keyring


class Command(BaseCommand):
    """Print a fresh set of keys as lines for the environment."""

    help = "Print a fresh set of keys as lines for the environment."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> str:
        """New ones each time; nothing is stored."""
        return keyring.as_environment(keyring.fresh())
