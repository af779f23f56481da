"""`manage.py install`: the standing rows; run it after every `migrate`."""

from typing import Any

from django.utils.translation import gettext as _

from cmdm.actions.installing import install_system_user
from cmdm.installing import standing
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.engine.bulk.warming import warm
from matching.queries.editions import BEHIND, is_behind


class Command(HubCommand):
    """Install the hub's own user, the catalogue and whatever else the apps need; on an installed hub, what is new."""

    help = "Install the hub's own user, the catalogue and the match models. Run it after every migrate."

    def actor(self, name: str | None) -> User:
        """The hub itself, made here when he is not there yet."""
        return install_system_user()

    def act(self, *, actor: User, **options: Any) -> Said:
        """Every step that the apps registered, in order."""
        for step in standing:
            step(actor=actor)
        self.progress(0, None, _("Compiling what compares many records"))
        warm()
        behind = is_behind()
        lines = [_("Installed."), *([str(BEHIND)] if behind else [])]
        return Said("\n".join(lines), {"installed": True, "behind": behind})
