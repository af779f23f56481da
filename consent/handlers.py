"""What consent does when something has happened."""

from collections.abc import Sequence

from cmdm import jobs
from cmdm.events import Event, on
from cmdm.models import portal_user


@on("consent.requested")
def ask_to_confirm(events: Sequence[Event]) -> None:
    """Somebody agreed where a second step is asked for: the address itself has to answer."""
    for event in events:
        if event.payload.get("contact"):
            jobs.enqueue("portal.confirmation", actor=portal_user(), group=event.payload["group"])
