"""Asking for long work on match models; what does the work is imported where it runs."""

from django.utils.translation import gettext as _

from cmdm import access, audit, jobs
from cmdm.actions import Refused, action
from cmdm.models import Job, User
from matching.models import MatchModel
from matching.queries.models import REHEARSE

TRAIN, LEARN, COUNT = "matching.train", "matching.learn", "matching.count"


@action
def training(party_type: str, *, actor: User, by_answers: bool = False) -> Job:
    """Have a draft learned from the records, or from people's answers. Refused while that is being done."""
    access.require_everywhere(actor, "configure")
    name = LEARN if by_answers else TRAIN
    if Job.objects.unfinished().filter(name=name, arguments__party=party_type).exists():
        raise Refused(_("This is being done already."))
    made = jobs.enqueue(name, actor=actor, party=party_type)
    audit.record(actor, "model.training_asked", made)
    return made


@action
def rehearsal(row: MatchModel, *, actor: User) -> Job:
    """Have a version rehearsed. Refused while that is being done."""
    access.require_everywhere(actor, "configure")
    if Job.objects.unfinished().filter(name=REHEARSE, arguments__model=row.pk).exists():
        raise Refused(_("This is being done already."))
    made = jobs.enqueue(REHEARSE, actor=actor, model=row.pk)
    audit.record(actor, "model.rehearsal_asked", made)
    return made


@action
def counting(party_type: str, *, actor: User) -> Job:
    """Have the rules of blocking counted. Refused while that is being done."""
    access.require_everywhere(actor, "configure")
    if Job.objects.unfinished().filter(name=COUNT, arguments__party=party_type).exists():
        raise Refused(_("This is being done already."))
    made = jobs.enqueue(COUNT, actor=actor, party=party_type)
    audit.record(actor, "blocking.count_asked", made)
    return made
