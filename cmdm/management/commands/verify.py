"""`manage.py verify`: whether everything that must always be true is true."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions.verifications import note_verification
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from cmdm.verifying import Checked, checks


class Command(HubCommand):
    """Check every invariant on one snapshot of the database; exit code 1 when one is broken."""

    help = "Check everything that must always be true; exit code 1 when something is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, say what was found, and end with 1 when something is broken."""
        self.broken = 0
        super().handle(*args, **options)
        if self.broken:
            raise SystemExit(1)

    def act(self, *, actor: User, **options: Any) -> Said:
        """Run all checks on one snapshot and enter the result in the log. Refused without ``configure`` everywhere."""
        access.require_everywhere(actor, "configure")
        found = self._look()
        note_verification(found, actor=actor)
        self.broken = sum(one.broken for one in found)
        return Said("\n".join(_lines(found)), {"broken": self.broken, "checks": [asdict(one) for one in found]})

    def _look(self) -> list[Checked]:
        found = []
        chosen = list(checks)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for number, check in enumerate(chosen):
                self.progress(number, len(chosen), _("Checking"))
                found.append(check())
        return found


def _lines(found: Iterable[Checked]) -> Iterable[str]:
    wrong = 0
    for one in found:
        wrong += one.broken
        mark = _("BROKEN") if one.broken else _("ok")
        yield f"{mark:<7} {one.checked:>12,} {one.broken:>8,}  {one.name} ({one.invariant})"
        if one.examples:
            yield f"        {' '.join(one.examples)}"
    yield _("%(count)s rows break an invariant.") % {"count": f"{wrong:,}"} if wrong else _("Everything holds.")
