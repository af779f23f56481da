"""`manage.py approve LOAD --as USER`: let a large load begin that somebody else asked for."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from customers.actions.approving import approve
from customers.models import Load


class Command(HubCommand):
    """A worker does it then."""

    help = "Let a large load begin that somebody else asked for."

    def arguments(self, parser: ArgumentParser) -> None:
        """Which."""
        parser.add_argument("load", type=UUID, help=_("The number that `ingest` printed."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Approve it."""
        load = Load.objects.filter(pk=options["load"]).first()
        if load is None:
            raise Refused(_("There is no such load."))
        load = approve(load, actor=actor)
        return Said(
            _("%(file)s begins as soon as a worker is free.") % {"file": load.file_name}, {"load": str(load.pk)}
        )
