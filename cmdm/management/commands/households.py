"""`manage.py households`: propose who lives together; people confirm it."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import householding


class Command(HubCommand):
    """Compare all persons and propose households. Nobody is merged; what people said stands."""

    help = "Propose households: persons who are related, at one address or with one number."

    def act(self, *, actor: User, **options: Any) -> Said:
        """Propose; stopped half-way, it goes on where it was when it is run again."""
        made = householding.run(actor=actor, report=self.progress)
        text = _("%(formed)d households proposed, %(changed)d changed, %(gone)d taken back.")
        return Said(text % asdict(made), asdict(made))
