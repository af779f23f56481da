"""Files of set-up nouns that leave the hub."""

from cmdm import audit
from cmdm.actions.core import action
from cmdm.models import User


@action
def note_export(noun: str, *, actor: User, rows: int) -> None:
    """Leave an entry that somebody took these rows along."""
    audit.record(actor, f"{noun}.exported", counts={"rows": rows})
