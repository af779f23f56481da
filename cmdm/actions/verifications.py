"""That the hub was verified, and with what result."""

from collections.abc import Sequence

from cmdm import access, audit
from cmdm.actions.core import action
from cmdm.models import User
from cmdm.verifying import Checked


@action
def note_verification(found: Sequence[Checked], *, actor: User) -> None:
    """Enter a verification in the log, by numbers only. Refused without ``configure`` in every domain."""
    access.require_everywhere(actor, "configure")
    counts = {
        "checks": len(found),
        "checked": sum(one.checked for one in found),
        "broken": sum(one.broken for one in found),
    }
    audit.record(actor, "hub.verified", counts=counts)
