"""What stewardship does when something has happened."""

from collections.abc import Sequence

from cmdm import jobs
from cmdm.events import Event, on
from cmdm.models import Domain, Job, system_user
from stewardship.actions.sampling import TELL


@on("quality.lowered")
def tell_owners(events: Sequence[Event]) -> None:
    """The machine proposes instead of joining in a domain: its owner gets a mail, once."""
    for event in events:
        if not Job.objects.filter(name=TELL, arguments={"event": event.id}).exists():
            domain = Domain.objects.get(pk=event.payload["domain"])
            jobs.enqueue(TELL, actor=system_user(), domain=domain, event=event.id)
