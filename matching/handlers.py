"""What matching does when something has happened elsewhere."""

from collections.abc import Sequence

from cmdm.events import Event, on
from cmdm.models import system_user
from matching.actions import told


@on("portal.also_me")
def ask_about_same(events: Sequence[Event]) -> None:
    """A customer proved two addresses whose records lie in two customers."""
    for event in events:
        told.ask_whether_same(event.payload["left"], event.payload["right"], actor=system_user())


@on("portal.not_me")
def ask_about_apart(events: Sequence[Event]) -> None:
    """A customer says that a record is somebody else's."""
    for event in events:
        told.ask_whether_apart(event.payload["record"], actor=system_user())
