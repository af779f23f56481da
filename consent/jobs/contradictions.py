"""After an upgrade: who gives two answers is written down once for all that was said before."""

from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.jobs import HandOn
from consent.actions import contradicting
from consent.queries.contradictions import spans


@jobs.job(contradicting.JOB)
def keep_contradictions(job: jobs.Running) -> dict[str, Any]:
    """Look through all customers, span by span; it may begin anew at any time."""
    looked_at = 0
    every = list(spans())
    for number, (after, last) in enumerate(every):
        looked_at += contradicting.keep_span(after, last, actor=job.actor, hold=job.hold)
        with suppress(HandOn):
            job.progress(number + 1, len(every), _("Looking for two answers"))
    contradicting.done(looked_at, actor=job.actor)
    return {"customers": looked_at}
