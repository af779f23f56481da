"""Counting the rules of blocking, as a deed: it looks at every record, and is noted."""

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.models import PartyType
from matching.queries.blocking_counts import BlockingCounts, blocking_counts
from matching.queries.snapshots import Progress


def count_blocking(party_type: str, *, actor: User, report: Progress) -> BlockingCounts:
    """What every rule costs and finds. Refused (PermissionDenied) without ``configure`` everywhere."""
    access.require_everywhere(actor, "configure")
    if party_type not in PartyType.values:
        raise Refused(_("There is no model of this kind."))
    found = blocking_counts(party_type, report)
    _note(found, actor=actor)
    return found


@action
def _note(found: BlockingCounts, *, actor: User) -> None:
    audit.record(actor, "blocking.counted", counts={"records": found.records, "pairs": found.likely})
