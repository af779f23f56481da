"""After an upgrade: what an earlier edition of the engine made of records is made anew."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from cmdm import access, audit, jobs
from cmdm.actions import Refused, action
from cmdm.models import Job, User
from customers.actions import laying
from matching.actions import rekeying
from matching.queries.editions import is_behind
from matching.queries.models import REKEY, models_coming, models_in_force, tidying_keys


@action
def catch_up(*, actor: User) -> list[Job]:
    """Ask for the keys and preparations of all records anew where an earlier edition made them; once.

    So it is where something was corrected before corrections were compared.
    """
    if models_coming() or tidying_keys():
        return []
    corrected = laying.lay_missing(actor=actor)
    if not corrected and not is_behind():
        return []
    made = [jobs.enqueue(REKEY, actor=actor, party=party) for party in models_in_force()]
    audit.record(actor, "keys.renewing_asked", counts={"jobs": len(made)})
    return made


@action
def ask_to_catch_up(*, actor: User) -> list[Job]:
    """The same for somebody. Refused while it is being done, or where there is nothing to do."""
    access.require_everywhere(actor, "configure")
    if models_coming() or tidying_keys():
        raise Refused(_("This is being done already."))
    made = catch_up(actor=actor)
    if not made:
        raise Refused(_("All records have been prepared by this edition."))
    return made


def renew(*, actor: User, report: Callable[[int, int | None, str], None]) -> bool:
    """Do it here and now, slice by slice; whether there was anything to do. Cut off, it is simply begun again."""
    corrected = laying.lay_missing(actor=actor)
    if not corrected and not is_behind():
        return False
    for party in models_in_force():
        after: int | None = 0
        while after is not None:
            report(after, None, _("Preparing records anew"))
            after = rekeying.tidy_next(party, after, actor=actor, hold=lambda: None)
        rekeying.forget_blocks(party, actor=actor)
    return True
