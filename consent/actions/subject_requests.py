"""Requests under data protection law: received and kept, so that none is lost; an answer closes one."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, history, jobs
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from consent.models import PortalAccount, SubjectRequest
from consent.models.asking import OFFICER
from consent.rules.deadlines import answered_by
from customers.models import SourceRecord

MOST_OPEN = 10
MAX_TEXT = 4_000


@action
def receive(
    account: PortalAccount, *, actor: User, kind: str, text: str, records: Sequence[SourceRecord]
) -> SubjectRequest:
    """Keep what a person asks, with the day by which he is answered; a mail says that it has arrived.

    Refused when one of the same kind is open already and nothing new is said, or ten in all.
    """
    account = PortalAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    mine = list(SubjectRequest.objects.open().filter(account=account).locked())
    said = [_text_of(one) for one in mine if one.kind == kind]
    if said and (not text.strip() or text.strip() in said):
        raise Refused(_("You have asked for this already. We are working on it."))
    if len(mine) >= MOST_OPEN:
        raise Refused(_("Ten of your requests are open. We answer these first."))
    now = clock.now()
    made = SubjectRequest(
        account=account,
        kind=kind,
        records=sorted(record.pk for record in records),
        domains=sorted({record.domain_id for record in records}),
        received_at=now,
        due_on=answered_by(now.date()),
    )
    made.sealed = crypto.seal_bytes(text[:MAX_TEXT].encode(), made.context("text"))
    made.save(force_insert=True)
    history.keep(SubjectRequest, [made.pk], history.ADDED)
    jobs.enqueue("portal.request_received", actor=actor, request=str(made.pk))
    audit.record(actor, "request.received", made)
    return made


def _text_of(one: SubjectRequest) -> str:
    return crypto.unseal_bytes(bytes(one.sealed or b""), one.context("text")).decode().strip()


@action
def take_back(request: SubjectRequest, *, actor: User) -> SubjectRequest:
    """Its person no longer wants it. Refused once it is closed."""
    return _move(request, SubjectRequest.State.WITHDRAWN, "request.taken_back", actor=actor)


@action
def take_up(request: SubjectRequest, *, actor: User) -> SubjectRequest:
    """Say that somebody works on it. Refused for all but a privacy officer of every domain, or once it is closed."""
    _require_officer(actor, request)
    return _move(request, SubjectRequest.State.IN_REVIEW, "request.taken_up", actor=actor)


@action
def close(request: SubjectRequest, *, actor: User, state: str, answer: str) -> SubjectRequest:
    """Answer it, done or refused. Refused for all but a privacy officer of every domain, once closed, without words."""
    _require_officer(actor, request)
    if not answer.strip():
        raise Refused(_("Write what the person is told."))
    deed = "request.done" if state == SubjectRequest.State.DONE else "request.refused"
    return _move(request, state, deed, actor=actor, answer=answer)


def _require_officer(actor: User, request: SubjectRequest) -> None:
    for verb in OFFICER:
        access.require(actor, verb, request)


def _move(request: SubjectRequest, state: str, deed: str, *, actor: User, answer: str = "") -> SubjectRequest:
    request = SubjectRequest.objects.filter(pk=request.pk).locked().get()
    if not request.is_open:
        raise Refused(_("This request is closed."))
    request.state, request.change = state, change_id()
    if state != SubjectRequest.State.IN_REVIEW:
        request.closed_at = clock.now()
    if actor.kind == User.Kind.PERSON:
        request.answered_by = actor
    if answer:
        request.answer = crypto.seal_bytes(answer[:MAX_TEXT].encode(), request.context("answer"))
    request.save(update_fields=["state", "closed_at", "answered_by", "answer", "change"])
    history.keep(SubjectRequest, [request.pk], history.CHANGED)
    audit.record(actor, deed, request)
    return request
