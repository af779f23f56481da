"""`manage.py match [--all]`: compare existing customers, join what is clear, ask about the rest."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import matching
from matching.queries.editions import BEHIND, is_behind


class Command(HubCommand):
    """Compare the customers touched since the last run, or all of them."""

    help = "Compare existing customers with each other."

    def arguments(self, parser: ArgumentParser) -> None:
        """How many."""
        parser.add_argument("--all", dest="everything", action="store_true", help="All customers, not just new ones.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Match."""
        made = matching.run(actor=actor, everything=options["everything"], progress=self.progress)
        text = _(
            "%(records)d records, %(pairs)d pairs compared: %(merged)d customers merged, %(parted)d taken apart, "
            "%(asked)d questions open."
        )
        behind = is_behind()
        lines = [text % asdict(made), *([BEHIND] if behind else [])]
        return Said("\n".join(map(str, lines)), {**asdict(made), "behind": behind})
