"""Setting the value that a card says would settle it: a correction of one record by what the other says."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.errors import Stale
from cmdm.models import User
from customers.actions.corrections import correct
from customers.models import Customer, SourceRecord
from stewardship.actions.refusals import (
    refuse_unless_current,
    refuse_unless_free,
    refuse_unless_open,
    refuse_unless_wanted,
)
from stewardship.models import Task
from stewardship.queries.policies import surely_second
from stewardship.queries.settling import shown_by, would_settle


@action
def set_so(task: Task, *, actor: User, seen: Mapping[int, int], settling: str) -> SourceRecord:
    """Correct a record so that the machine would join two customers of a card; the correction.

    They are compared anew at once; joined they are by the next ``match``, and until then a person may say otherwise.
    Refused without ``correct`` in the record's domain, where a policy wants a second person to call them the same, when
    somebody else holds the card, or when anything that was shown has changed.

    :param settling: the token of what the card said. Nothing is locked before the correction locks what it changes:
        what is read here is compared with what was shown, and is what the person meant.
    """
    task = Task.objects.get(pk=task.pk)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    refuse_unless_wanted(task, actor)
    refuse_unless_current(list(Customer.objects.filter(pk__in=task.customers)), seen)
    if surely_second(task, "same"):
        raise Refused(_("A second person is wanted for it."), code="second")
    found = would_settle(task, actor, settling)
    if found is None or found.about is None or found.of is None or found.about.customer is None:
        raise Stale(_("This would not settle it any more. Look at it again."))
    access.require(actor, shown_by(found), found.of)
    why = _("As %(source)s %(key)s has it") % {"source": found.of.source.name, "key": found.of.key}
    words = {"attribute": found.attribute, "value": found.said, "reason": why}
    made = correct(found.about.customer, actor=actor, about=found.about, **words)
    audit.record(actor, "record.corrected", found.about, attributes=[found.attribute])
    return made
