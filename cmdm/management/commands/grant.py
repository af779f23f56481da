"""`manage.py grant USER DOMAIN ROLE`: give a role in a domain, or withdraw it."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions.domains import grant_role, withdraw_role
from cmdm.management.base import HubCommand, Said, find_domain, find_user
from cmdm.models import User


class Command(HubCommand):
    """Give a user a role in a domain; with ``--withdraw`` take it away."""

    help = "Give a user a role in a domain, or withdraw it."

    def arguments(self, parser: ArgumentParser) -> None:
        """Who, where, what."""
        parser.add_argument("user", help="The user's name.")
        parser.add_argument("domain", help="The domain's key.")
        parser.add_argument("role", choices=list(access.ROLES), metavar="ROLE", help=", ".join(access.ROLES))
        parser.add_argument("--withdraw", action="store_true", help="Take the role away.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Grant or withdraw."""
        user, domain, role = find_user(options["user"]), find_domain(options["domain"]), options["role"]
        facts = {"user": user.username, "domain": domain.key, "role": role, "granted": not options["withdraw"]}
        if options["withdraw"]:
            withdraw_role(actor=actor, user=user, domain=domain, role=role)
            return Said(_("%(user)s is no longer %(role)s in %(domain)s.") % facts, facts)
        grant_role(actor=actor, user=user, domain=domain, role=role)
        return Said(_("%(user)s is now %(role)s in %(domain)s.") % facts, facts)
