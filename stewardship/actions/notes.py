"""Notes of stewards about a customer, a record or a card: sealed, and hung on a record."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.models import SourceRecord
from stewardship.models import Mention, Note, Task
from stewardship.queries.leading import leads
from stewardship.queries.notes import note_context

LONGEST = 2_000


@action
def write(
    *,
    actor: User,
    record: SourceRecord,
    text: str,
    about: str = Note.About.CUSTOMER,
    task: Task | None = None,
    mentioned: Iterable[User] = (),
) -> Note:
    """Write a note. Refused when it is too long, a closed record's, or names somebody who may not see it.

    It asks for ``correct`` in the record's domain; about a card, for ``decide``, in one of the card's domains at least.
    """
    record = SourceRecord.objects.locked().get(pk=record.pk)
    _require(actor, record, task)
    if not text.strip() or len(text) > LONGEST:
        raise Refused(_("A note has words, %(n)s letters at most.") % {"n": LONGEST})
    people = list(mentioned)
    _refuse_unseen(people, record)
    note = Note.objects.create(record=record, about=about, task=task, by=actor, at=clock.now())
    note.sealed = crypto.seal_bytes(text.strip().encode(), note_context(note.pk))
    note.save(update_fields=["sealed"])
    Mention.objects.bulk_create(Mention(note=note, user=one, change=change_id()) for one in people if one != actor)
    audit.record(actor, "note.written", note, domains=[record.domain_id], counts={"mentioned": len(people)})
    events.emit("note.written", note=note.pk, record=record.pk)
    return note


@action
def withdraw(note: Note, *, actor: User) -> None:
    """Take a note back; its words go. Refused when it is somebody else's (a lead may), or gone already."""
    note = Note.objects.select_for_update(of=("self",)).select_related("record").get(pk=note.pk)
    access.require(actor, "view", note.record)
    if note.by_id != actor.pk and note.record.domain_id not in leads(actor):
        raise Refused(_("This note belongs to somebody else."))
    if note.withdrawn_at is not None:
        raise Refused(_("This note was taken back already."))
    note.withdrawn_at, note.sealed, note.change = clock.now(), None, change_id()
    note.save(update_fields=["withdrawn_at", "sealed", "change"])
    audit.record(actor, "note.withdrawn", note, domains=[note.record.domain_id])


@action
def see(mention: Mention, *, actor: User) -> Mention:
    """Note that a colleague has read where he was named. Refused when it names somebody else."""
    mention = Mention.objects.select_for_update(of=("self",)).select_related("note__record").get(pk=mention.pk)
    access.require(actor, "view", mention.note.record)
    if mention.user_id != actor.pk:
        raise Refused(_("This names somebody else."))
    if mention.seen_at is None:
        mention.seen_at, mention.change = clock.now(), change_id()
        mention.save(update_fields=["seen_at", "change"])
    audit.record(actor, "mention.seen", mention, domains=[mention.note.record.domain_id])
    return mention


def _require(actor: User, record: SourceRecord, task: Task | None) -> None:
    if task is None:
        access.require(actor, "correct", record)
        return
    access.scopes(actor, fresh=True)
    access.require(actor, "view", record)
    if not task.domain_ids() & access.scope(actor, "decide"):
        access.require(actor, "decide", task)


def _refuse_unseen(people: Iterable[User], record: SourceRecord) -> None:
    held = access.holders("view", [record.domain_id])
    blind = [str(one) for one in people if one.pk not in held or not one.is_active]
    if blind:
        raise Refused(_("%(who)s may not see this, so cannot be named here.") % {"who": ", ".join(blind)})
