"""What stewardship does when something has happened."""

from collections.abc import Sequence

from cmdm import jobs
from cmdm.events import Event, on
from cmdm.models import Domain, Job, system_user
from stewardship.jobs import LOWERED


@on("quality.lowered")
def tell_owners(events: Sequence[Event]) -> None:
    """The machine proposes instead of joining in a domain: its owner gets a mail, once."""
    for event in events:
        if not Job.objects.filter(name=LOWERED, arguments={"event": event.id}).exists():
            domain = Domain.objects.get(pk=event.payload["domain"])
            jobs.enqueue(LOWERED, actor=system_user(), domain=domain, event=event.id)
