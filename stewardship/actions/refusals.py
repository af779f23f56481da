"""Why a task cannot be dealt with now: sentences that name who, what and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import clock
from cmdm.actions import Refused
from cmdm.errors import Stale
from cmdm.models import AuditEntry, User
from customers.models import Customer
from stewardship.models import Answer, Task

MINUTE = timedelta(minutes=1)


def ago(moment: datetime) -> str:
    """Words such as "20 seconds ago"."""
    passed = clock.now() - moment
    if passed < MINUTE:
        seconds = max(int(passed.total_seconds()), 1)
        return ngettext("%(n)s second ago", "%(n)s seconds ago", seconds) % {"n": seconds}
    words = timesince(moment, clock.now(), depth=1).replace("\xa0", " ")
    return _("%(time)s ago") % {"time": words}


def refuse_unless_open(task: Task) -> None:
    """:raises Stale: it was answered, or settled otherwise; says by whom, what and when."""
    if task.status == Task.Status.OPEN:
        return
    answer = decided_by(task)
    if answer is not None:
        raise Stale(
            _("%(who)s answered “%(answer)s” %(when)s. Your answer was not recorded.") % _words(answer),
            answered_by=str(answer.by),
            decision=answer.decision,
            at=answer.at.isoformat(),
        )
    raise Stale(settled(task))


def settled(task: Task) -> str:
    """What became of a task that is not open, for whoever reads it: by whom it was answered, or that it was settled."""
    answer = decided_by(task)
    if answer is not None:
        return _("%(who)s answered “%(answer)s” %(when)s.") % _words(answer)
    when = ago(task.done_at or clock.now())
    return _("Nothing is left to decide here: it was settled %(when)s.") % {"when": when}


def decided_by(task: Task) -> Answer | None:
    """The answer in force of a task that was decided."""
    if task.status != Task.Status.DONE:
        return None
    given = Answer.objects.filter(task=task, withdrawn_at__isnull=True).select_related("by")
    return given.order_by("-pk").first()


def _words(answer: Answer) -> dict[str, object]:
    return {"who": answer.by, "answer": answer.get_decision_display(), "when": ago(answer.at)}


def refuse_unless_free(task: Task, actor: User) -> None:
    """:raises Refused: somebody else holds it; says who and until when."""
    if task.taken_by_id in (None, actor.pk) or task.taken_until is None or task.taken_until < clock.now():
        return
    words = {"who": task.taken_by, "time": date_format(task.taken_until, "H:i")}
    raise Refused(_("%(who)s has this card until %(time)s.") % words, code="taken")


def refuse_unless_wanted(task: Task, actor: User) -> None:
    """:raises Refused: it waits for a task in somebody's hands, or wants the answer of another person than this one."""
    other = _ahead_of(task) if task.waits_for_id else None
    if other is not None:
        if other.taken_by_id == actor.pk:
            raise Refused(_("It belongs to a card that you hold. Decide or release that first."), code="waits")
        raise Refused(_("It belongs to a card that somebody else is deciding."), code="waits")
    refuse_unless_meant(task, actor)


def refuse_unless_meant(task: Task, actor: User) -> None:
    """:raises Refused: this round wants the answer of somebody who has given none, and this person has."""
    if task.stage != Task.Stage.FIRST:
        given = Answer.objects.filter(task=task, round=task.round, by=actor, withdrawn_at__isnull=True)
        if given.exists():
            raise Refused(_("You have answered this. Somebody else answers it now."), code="answered")


def _ahead_of(task: Task) -> Task | None:
    rows = Task.objects.open().in_hands(clock.now()).filter(pk=task.waits_for_id or 0)
    return rows.select_related("taken_by").first()


def refuse_unless_current(customers: Sequence[Customer], seen: Mapping[int, int]) -> None:
    """:raises Stale: a customer was not shown, or has another version by now; says who changed it and when."""
    changed = [customer for customer in customers if seen.get(customer.pk) != customer.version]
    unknown = seen.keys() - {customer.pk for customer in customers}
    if not changed and not unknown:
        return
    versions = {customer.number: customer.version for customer in customers}
    if not changed:
        raise Stale(_("This is about other customers by now. Look at it again."), versions=versions)
    latest = max(changed, key=lambda customer: customer.changed_at)
    entry = AuditEntry.objects.filter(change=latest.change).select_related("actor").first()
    words = {"number": latest.number, "when": ago(latest.changed_at), "who": entry.actor if entry else ""}
    sentence = (
        _("%(who)s changed %(number)s %(when)s. Your answer was not recorded. Look at it again.")
        if entry
        else _("%(number)s was changed %(when)s. Your answer was not recorded. Look at it again.")
    )
    raise Stale(sentence % words, versions=versions)
