"""`manage.py domain KEY NAME`: a new domain."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions.domains import add_domain
from cmdm.management.base import HubCommand, Said
from cmdm.models import User


class Command(HubCommand):
    """Add a business unit, brand or region, with a group for each role in it."""

    help = "Add a domain, with a group for each role in it."

    def arguments(self, parser: ArgumentParser) -> None:
        """Its key, its name and with whom it is compared."""
        parser.add_argument("key", help="Its key, such as retail-de.")
        parser.add_argument("name", help="The name that people see.")
        parser.add_argument("--match-space", default="main", help="Domains of one space are compared with each other.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Add it."""
        made = add_domain(actor=actor, key=options["key"], name=options["name"], match_space=options["match_space"])
        return Said(_("%(domain)s was added.") % {"domain": made.name}, {"domain": made.key})
