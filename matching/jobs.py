"""Background work of matching."""

from dataclasses import asdict
from typing import Any

from cmdm.jobs import Running, job
from matching.actions import matching


@job("matching.match")
def match(job: Running) -> dict[str, Any]:
    """Compare customers; started again after a kill it finds what is left to join and to ask."""
    found = matching.run(
        actor=job.actor,
        everything=bool(job.arguments.get("everything")),
        progress=lambda done, total, phase: job.progress(done, total, phase),
    )
    return asdict(found)
