"""`manage.py token USER`: an API token, shown once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.actions import Refused
from cmdm.actions.users import issue_token
from cmdm.management.base import HubCommand, Said, find_user
from cmdm.models import User

LONGEST = 36_500


class Command(HubCommand):
    """Make an API token for a user. What is printed is the only time it is seen."""

    help = "Make an API token for a user; it is shown once."

    def arguments(self, parser: ArgumentParser) -> None:
        """For whom, under which label, for how long."""
        parser.add_argument("user", help="Its user's name.")
        parser.add_argument("--label", default="", help="What it is for.")
        parser.add_argument("--days", type=int, help="Days until it ends; never when left out.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Issue it."""
        days = options["days"]
        if days is not None and not 1 <= days <= LONGEST:
            raise Refused(_("Say a number of days from 1 to 36,500."))
        ends = clock.now() + timedelta(days=days) if days is not None else None
        token = issue_token(actor=actor, user=find_user(options["user"]), label=options["label"], expires_at=ends)
        return Said(token, {"token": token, "user": options["user"], "expires_at": ends})
