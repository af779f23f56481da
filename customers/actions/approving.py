"""Large loads need two people: who asks for one to begin, and somebody else who has seen what would happen."""

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.actions import loads
from customers.actions.loading import locked
from customers.models import Load


@action
def approve(load: Load, *, actor: User) -> Load:
    """Let a load begin that waits for it. Refused to who asked, without ``import``, and when it does not wait."""
    load = locked(load)
    access.require(actor, "import", load)
    if not load.waits_for_second:
        raise Refused(_("This load does not wait for anybody."))
    if actor.pk in (load.asked_by_id, load.started_by_id):
        raise Refused(_("Somebody else has to look at this load."))
    load.approved_by, load.change = actor, change_id()
    load.save(update_fields=["approved_by", "change"])
    loads.queue(load)
    audit.record(actor, "load.approved", load)
    return load
