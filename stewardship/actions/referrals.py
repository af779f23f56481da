"""Asking somebody who knows more: an expert, or the owner of a source. His answer comes back to the card."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.models import Source
from stewardship.actions.holding import locked, put_down, regather, write
from stewardship.actions.refusals import refuse_unless_free, refuse_unless_open, refuse_unless_wanted
from stewardship.models import Referral, Task
from stewardship.queries.referrals import context_of

LONGEST = 2_000


@action
def refer(task: Task, *, actor: User, question: str, to: User | None = None, source: Source | None = None) -> Referral:
    """Ask an expert, or a source's owner, about a task; meanwhile nobody else gets it as his next one.

    Refused when it is not open, in somebody else's hands or asked about already; when there is nobody to ask, or the
    expert sees none of its domains; without words.
    """
    task = locked(task)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    refuse_unless_wanted(task, actor)
    whom = _whom(task, to, source)
    if whom == actor:
        raise Refused(_("Ask somebody else than yourself."))
    if Referral.objects.unanswered().filter(task=task).exists():
        raise Refused(_("Somebody has been asked about this already."))
    text = _words(question)
    made = Referral.objects.create(
        task=task, source=source, asked_by=actor, to=whom, question=b"", asked_at=clock.now(), change=change_id()
    )
    made.question = crypto.seal_bytes(text.encode(), context_of(made.pk, "question"))
    made.save(update_fields=["question"])
    task.referred_to = whom
    write(task, "referred_to")
    put_down(task)
    regather(task)
    audit.record(actor, "task.referred", task)
    events.emit("task.referred", task=task.pk, referral=made.pk, to=whom.pk)
    return made


@action
def reply(referral: Referral, *, actor: User, answer: str) -> Referral:
    """Answer what one was asked; the task returns to the queue with it. Refused for anybody else, or when it is over.

    :raises PermissionDenied: who was asked may see none of the task's domains any more.
    """
    task, row = _held(referral)
    if row.to_id != actor.pk:
        raise Refused(_("Somebody else was asked."))
    _require_sight(actor, task)
    _refuse_over(row)
    row.answer = crypto.seal_bytes(_words(answer).encode(), context_of(row.pk, "answer"))
    row.answered_at = clock.now()
    row.save(update_fields=["answer", "answered_at"])
    _return(task)
    audit.record(actor, "task.replied", task)
    events.emit("task.replied", task=task.pk, referral=row.pk, to=row.asked_by_id)
    return row


@action
def withdraw(referral: Referral, *, actor: User) -> Referral:
    """Ask no longer; the task returns to the queue. Whoever may decide it may do so. Refused when it is over."""
    task, row = _held(referral)
    access.require(actor, "decide", task)
    _refuse_over(row)
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    _return(task)
    audit.record(actor, "task.referral_withdrawn", task)
    events.emit("task.referral_withdrawn", task=task.pk, referral=row.pk)
    return row


def _whom(task: Task, to: User | None, source: Source | None) -> User:
    whom = to or (source.owner if source is not None else None)
    if whom is None or not whom.is_active:
        raise Refused(_("There is nobody to ask."))
    if source is not None and source.domain_id not in task.domain_ids():
        raise Refused(_("This source says nothing of these customers."))
    if not task.domain_ids() & access.scope(whom, "view"):
        raise Refused(_("%(who)s may see none of these customers.") % {"who": whom})
    return whom


def _words(text: str) -> str:
    if not text.strip() or len(text) > LONGEST:
        raise Refused(_("Say it in words, %(n)s letters at most.") % {"n": LONGEST})
    return text.strip()


def _held(referral: Referral) -> tuple[Task, Referral]:
    task = locked(referral.task)
    return task, Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)


def _refuse_over(row: Referral) -> None:
    if row.answered_at is not None or row.withdrawn_at is not None:
        raise Refused(_("This question is answered, or no longer asked."))


def _require_sight(actor: User, task: Task) -> None:
    access.scopes(actor, fresh=True)
    if not task.domain_ids() & access.scope(actor, "view"):
        raise PermissionDenied("view")


def _return(task: Task) -> None:
    task.referred_to = None
    write(task, "referred_to")
