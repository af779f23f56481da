"""`manage.py rehearse MODEL`: what a version of the match model would do, without doing any of it."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from matching.actions import rehearsing
from matching.queries.versions import named, summary


class Command(HubCommand):
    """Score all records under the version in shadow and keep the account of it."""

    help = "Find out what a version of the match model would do."

    def arguments(self, parser: ArgumentParser) -> None:
        """Which."""
        parser.add_argument("model", help=_("As `person:3`; `person` is the newest draft."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Rehearse."""
        row = rehearsing.rehearse(named(options["model"]), actor=actor, report=self.progress)
        told = row.rehearsal
        text = _(
            "%(records)d records: %(gained)d pairs gained, %(lost)d lost; %(merges)d customers would be merged away "
            "(%(merges_now)d now), %(splits)d doubted; %(queue)d questions (%(queue_now)d now). Expected precision "
            "%(precision).3f (%(low).3f to %(high).3f), recall %(recall).3f."
        )
        expected = told["expected"]
        facts = {
            "records": told["records"],
            "gained": told["gained"]["count"],
            "lost": told["lost"]["count"],
            "merges": told["merges"]["then"],
            "merges_now": told["merges"]["now"],
            "splits": told["splits"]["count"],
            "queue": told["queue"]["then"],
            "queue_now": told["queue"]["now"],
            **dict(zip(("precision", "low", "high"), expected["precision"], strict=True)),
            "recall": expected["recall"][0],
        }
        lines = [text % facts, *(f"{one['headline']}: {one['count']}" for one in told["effects"])]
        return Said("\n".join(lines), {**summary(row), "rehearsal": told})
