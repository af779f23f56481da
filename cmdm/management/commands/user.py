"""`manage.py user NAME`: a user without any right yet; the first administrator of a new hub is made so."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cmdm.actions import Invalid
from cmdm.actions.users import add_user
from cmdm.management.base import HubCommand, Said
from cmdm.models import User


class Command(HubCommand):
    """Add a person, who is asked for a password, or a consuming system, which signs in with a token."""

    help = "Add a user without any right; `manage.py grant` gives rights. A person's password is read from stdin."

    def arguments(self, parser: ArgumentParser) -> None:
        """Who it is."""
        parser.add_argument("name", help="The name to sign in with.")
        parser.add_argument("--display-name", default="", help="The name that others see.")
        parser.add_argument("--email", default="", help="An address.")
        parser.add_argument("--consumer", action="store_true", help="A consuming system: no password, tokens only.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """Add it."""
        kind = User.Kind.CONSUMER if options["consumer"] else User.Kind.PERSON
        made = add_user(
            actor=actor,
            username=options["name"],
            display_name=options["display_name"],
            email=options["email"],
            kind=kind,
            password="" if options["consumer"] else _password(options["name"]),
        )
        return Said(_("%(user)s was added.") % {"user": made.username}, {"user": made.username, "kind": made.kind})


def _password(name: str) -> str:
    """From the terminal without showing it, else the first line of the input."""
    if sys.stdin.isatty():
        password = getpass.getpass(_("Password: "))
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, User(username=name))
    except ValidationError as fault:
        raise Invalid({"password": fault.messages}) from None
    return password
