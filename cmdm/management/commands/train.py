"""`manage.py train [PARTY]`: learn a new version of the match model from the hub's own records."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import training
from matching.queries.versions import name_of, summary


class Command(HubCommand):
    """A draft whose weights are learned from all records."""

    help = "Learn a draft of the match model from the records."

    def arguments(self, parser: ArgumentParser) -> None:
        """Of whom."""
        parser.add_argument("party", nargs="?", default="person", help=_("person (the default) or organisation"))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Train."""
        row = training.train(options["party"], actor=actor, report=self.progress)
        account = row.definition["trained"]
        faults = [one["message"] for one in training.diagnostics(row)]
        text = _("%(model)s is a draft: %(note)s. Rehearse it: `manage.py rehearse %(model)s`.")
        said = text % {"model": name_of(row), "note": row.note}
        return Said("\n".join([said, *faults]), {**summary(row), "report": account, "diagnostics": faults})
