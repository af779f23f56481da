"""Proof files are written in the background."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.errors import Refused
from consent.actions import proof
from consent.models import ProofFile


@jobs.job(proof.JOB)
def write_proof(job: jobs.Running) -> dict[str, Any]:
    """Write a proof file; how many acts it holds."""
    file = ProofFile.objects.filter(pk=job.arguments["proof"]).first()
    if file is None:
        raise Refused(_("The file has expired."))
    job.progress(0, None, _("Writing"))
    try:
        file = proof.write(file, actor=job.actor, hold=job.hold)
    except PermissionDenied as denied:
        raise Refused(_("The right to export was withdrawn.")) from denied
    return {"events": file.events}
