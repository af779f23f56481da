"""What somebody asked for and did not get."""

from typing import NamedTuple

from cmdm import audit
from cmdm.actions.core import action
from cmdm.models import User


class Asked(NamedTuple):
    """The name of a route and the keys in its address, as they came: the thing itself may not exist."""

    route: str
    keys: str


@action
def note_denied(asked: Asked, *, actor: User, status: int) -> None:
    """Leave an entry: asked in vain. The same for what is absent and what may not be seen, as the answer was."""
    audit.record(actor, "access.denied", asked, domains=(), counts={"status": status})
