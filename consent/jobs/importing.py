"""Files of consents are taken in batch by batch, by a job or by the command, with the same account."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.errors import Refused
from cmdm.models import User
from consent.actions import uploads
from customers.rules.batching import batches
from customers.rules.broken import BrokenFile

BATCH = 50


@jobs.job(uploads.JOB)
def import_consents(job: jobs.Running) -> dict[str, Any]:
    """Take in a file of consents from where it stands; its account."""
    found = uploads.waiting(UUID(job.arguments["upload"]), job.actor)
    if found is None:
        raise Refused(_("The file has expired, or the right to import was withdrawn."))
    return run(found, job.arguments["columns"], actor=job.actor, hold=job.hold, progress=job.progress)


def run(
    found: uploads.Upload,
    columns: Sequence[str],
    *,
    actor: User,
    hold: Callable[[], None],
    progress: Callable[..., None],
) -> dict[str, Any]:
    """Every row of the file; the account. Refused when the file breaks off in the middle."""
    account = uploads.account_of(found, actor)
    start = account["line"]
    try:
        for batch in batches(found.reader(start=start), BATCH, start=start):
            account = uploads.take_batch(found, batch, columns, account, actor=actor, hold=hold)
            progress(account["rows"], None, _("Taking in"))
    except BrokenFile as broken:
        raise Refused(_(broken.msgid) % broken.params) from broken
    except PermissionDenied as denied:
        raise Refused(_("The right to import was withdrawn.")) from denied
    return account
