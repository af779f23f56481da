"""`manage.py train [PARTY]`: learn a new version of the match model from the hub's own records."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import learning, training
from matching.actions.models import NOTHING_NEW, SameModel
from matching.queries.diagnoses import diagnoses
from matching.queries.models import read_model
from matching.queries.versions import name_of, note_of, summary


class Command(HubCommand):
    """A draft whose weights are learned from all records, or sharpened by what people answered."""

    help = "Learn a draft of the match model from the records."

    def arguments(self, parser: ArgumentParser) -> None:
        """Of whom."""
        parser.add_argument("party", nargs="?", default="person", help=_("person (the default) or organisation"))
        parser.add_argument("--from-answers", action="store_true", help=_("Sharpen the model by people's answers."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Train."""
        learn = learning.learn if options["from_answers"] else training.train
        try:
            row = learn(options["party"], actor=actor, report=self.progress)
        except SameModel as same:
            return Said(f"{_(NOTHING_NEW)} {same.sentence}", {**summary(same.row), "same": True})
        account = row.definition["trained"]
        faults = [] if options["from_answers"] else diagnoses(read_model(row))
        text = _("%(model)s is a draft: %(note)s. Rehearse it: `manage.py rehearse %(model)s`.")
        said = text % {"model": name_of(row), "note": note_of(row)}
        return Said("\n".join([said, *faults]), {**summary(row), "report": account, "diagnostics": faults})
