"""`manage.py promote MODEL`: let a rehearsed version of the match model decide from now on."""

import time
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, jobs
from cmdm.actions import Refused
from cmdm.management.base import HubCommand, Said
from cmdm.models import Job, User
from matching.actions import models
from matching.models import MatchModel
from matching.queries.models import REKEY
from matching.queries.versions import name_of, named, summary

PAUSE = 0.2


class Command(HubCommand):
    """Promote here and now; match keys are rebuilt where the blocking is another."""

    help = "Let a rehearsed version of the match model decide from now on."

    def arguments(self, parser: ArgumentParser) -> None:
        """Which, or rather not."""
        parser.add_argument("model", help=_("As `person:3`; `person` is the newest rehearsed or drafted version."))
        parser.add_argument("--drop", action="store_true", help=_("Give the version up instead."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Promote, or drop."""
        row = named(options["model"])
        if options["drop"]:
            row = models.drop(row, actor=actor)
            return Said(_("%(model)s is dropped.") % {"model": name_of(row)}, summary(row))
        access.require_everywhere(actor, "configure")
        # One that was cut off goes on where it stood.
        row = row if row.promoting_since else models.promote(row, actor=actor)
        while row.promoting_since:
            self._bring_keys(row)
            row.refresh_from_db()
        text = _("%(model)s is in force. `manage.py match --all` compares everybody under it.")
        return Said(text % {"model": name_of(row)}, summary(row))

    def _bring_keys(self, row: MatchModel) -> None:
        """Do the work of the job here, unless a worker has it; then wait for it."""
        job = Job.objects.filter(name=REKEY, arguments__model=row.pk).latest("created_at")
        jobs.run(str(job.pk))
        job.refresh_from_db()
        if job.is_over and job.state != Job.State.DONE:
            raise Refused(job.error or _("It was stopped."))
        self.progress(job.done, job.total, job.phase)
        time.sleep(PAUSE)
