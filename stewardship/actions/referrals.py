"""Asking somebody who knows more: an expert, the owner of a source, the customer. His answer comes back to the card.

A customer is asked in the portal, about a record of his own; who answers there has shown that the record is his. A
question that tells him something of the other customer is not put.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import User, portal_user
from consent.queries.questions import reach
from customers.models import Customer, Source, SourceRecord
from stewardship.actions.holding import locked, put_down, regather, write
from stewardship.actions.refusals import refuse_unless_free, refuse_unless_open, refuse_unless_wanted
from stewardship.models import Referral, Task
from stewardship.queries.referrals import context_of
from stewardship.queries.telling import told_of_others

LONGEST = 2_000
PATIENCE = timedelta(days=21)
MOST = 500
MAIL = "portal.inquiry"


@action
def refer(task: Task, *, actor: User, question: str, to: User | None = None, source: Source | None = None) -> Referral:
    """Ask an expert, or a source's owner, about a task; meanwhile nobody else gets it as his next one.

    Refused when it is not open, in somebody else's hands or asked about already; when there is nobody to ask, or the
    expert sees none of its domains; without words.
    """
    task = _askable(task, actor)
    whom = _whom(task, to, source)
    if whom == actor:
        raise Refused(_("Ask somebody else than yourself."))
    made = _put(task, Referral(source=source, asked_by=actor, to=whom), question)
    audit.record(actor, "task.referred", task)
    events.emit("task.referred", task=task.pk, referral=made.pk, to=whom.pk)
    return made


@action
def ask_customer(task: Task, *, actor: User, customer: Customer, question: str) -> Referral:
    """Ask a customer of a task in the portal, and tell him by mail that something is asked; the task waits for it.

    Refused as :func:`refer` is; when he cannot be reached, and when the question tells him something of the others.
    """
    task = _askable(task, actor)
    if customer.pk not in task.customers:
        raise Refused(_("This names a customer that is not on the card."))
    found = reach(customer.pk)
    if found is None:
        raise Refused(_("This customer cannot be asked: he has no account in the portal and no e-mail address here."))
    record = SourceRecord.objects.get(pk=found.record)
    access.require(actor, "correct", record)
    told = told_of_others(question, task.customers, customer.pk)
    if told:
        what = ", ".join(told)
        raise Refused(_("This would tell him something of somebody else: %(what)s. Ask without it.") % {"what": what})
    made = _put(task, Referral(record=record, asked_by=actor, to=portal_user()), question)
    jobs.enqueue(MAIL, actor=portal_user(), record=record.pk)
    audit.record(actor, "task.customer_asked", task)
    events.emit("task.referred", task=task.pk, referral=made.pk, to=made.to_id)
    return made


def _askable(task: Task, actor: User) -> Task:
    """The locked task, if this person may ask somebody about it."""
    task = locked(task)
    access.require(actor, "decide", task)
    refuse_unless_open(task)
    refuse_unless_free(task, actor)
    refuse_unless_wanted(task, actor)
    if Referral.objects.unanswered().filter(task=task).exists():
        raise Refused(_("Somebody has been asked about this already."))
    return task


def _put(task: Task, made: Referral, question: str) -> Referral:
    """Keep the question sealed; the task waits for who was asked."""
    text = _words(question)
    made.task, made.question, made.asked_at, made.change = task, b"", clock.now(), change_id()
    made.save(force_insert=True)
    made.question = crypto.seal_bytes(text.encode(), context_of(made.pk, "question"))
    made.save(update_fields=["question"])
    task.referred_to = made.to
    write(task, "referred_to")
    put_down(task)
    regather(task)
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
    return _answered(task, row, actor, answer)


@action
def told(key: str, records: Sequence[int], *, actor: User, answer: str) -> None:
    """A customer answers what he was asked about one of these records (ids) of his; the task returns with it.

    Refused when it is not asked about them, or is over.
    """
    asked = Referral.objects.filter(pk=int(key), record__in=records).first() if key.isdigit() else None
    if asked is None:
        raise Refused(_("This question is answered, or no longer asked."))
    task, row = _held(asked)
    _answered(task, row, actor, answer)


@action
def lapse(*, actor: User) -> int:
    """What a customer left unanswered for three weeks is asked no longer, and its task returns; how many.

    Refuses nothing.
    """
    waiting = Referral.objects.unanswered().filter(record__isnull=False, asked_at__lt=clock.now() - PATIENCE)
    rows = list(waiting.order_by("task")[:MOST])
    for asked in rows:
        task, row = _held(asked)
        if row.answered_at is None and row.withdrawn_at is None:
            _over(task, row)
    if rows:
        audit.record(actor, "task.unanswered", counts={"tasks": len(rows)})
    return len(rows)


def _answered(task: Task, row: Referral, actor: User, answer: str) -> Referral:
    _refuse_over(row)
    row.answer = crypto.seal_bytes(_words(answer).encode(), context_of(row.pk, "answer"))
    row.answered_at = clock.now()
    row.save(update_fields=["answer", "answered_at"])
    _return(task)
    audit.record(actor, "task.replied", task)
    events.emit("task.replied", task=task.pk, referral=row.pk, to=row.asked_by_id)
    return row


def _over(task: Task, row: Referral) -> None:
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    _return(task)


@action
def withdraw(referral: Referral, *, actor: User) -> Referral:
    """Ask no longer; the task returns to the queue. Whoever may decide it may do so. Refused when it is over."""
    task, row = _held(referral)
    access.require(actor, "decide", task)
    _refuse_over(row)
    _over(task, row)
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
