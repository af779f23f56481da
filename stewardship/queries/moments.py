"""What stewards added, for a customer's timeline: notes, tags and files on records that the reader may see."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.ports import Instant, Moment
from customers.queries.timeline import Told, behind, moment
from stewardship.models import Attachment, Note, Tagging
from stewardship.queries.notes import words_of

LONGEST = 160


def notes_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Notes in force; those about a card only to those who decide on it."""
    open_to = Q(task__isnull=True) | Q(task__domains__overlap=list(access.scope(user, "decide")))
    rows = Note.objects.filter(open_to, record__in=_records(customer, user), withdrawn_at__isnull=True)
    return [
        moment("note", one.at, one.pk, "message", _("Note"), detail=_short(one), by=str(one.by), look="did-person")
        for one in behind(rows.select_related("by"), "note", before, size, "at")
    ]


def tags_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Tags that are there."""
    rows = Tagging.objects.filter(record__in=_records(customer, user)).select_related("tag", "by")
    return [
        moment("tag", one.at, one.pk, "tags", _tag(one), by=str(one.by), look="did-person")
        for one in behind(rows, "tag", before, size, "at")
    ]


def files_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Files that were kept."""
    rows = Attachment.objects.filter(record__in=_records(customer, user), withdrawn_at__isnull=True)
    kept = rows.defer("sealed", "name").select_related("by")
    return [
        moment("file", one.at, one.pk, "file-text", _("A file was kept"), by=str(one.by), look="did-person")
        for one in behind(kept, "file", before, size, "at")
    ]


def _records(customer: Customer, user: User) -> Any:
    return SourceRecord.objects.visible_to(user).filter(customer=customer).values("pk")


def _tag(one: Tagging) -> str:
    return _("Tagged “%(name)s”") % {"name": one.tag.name}


def _short(one: Note) -> str:
    text = words_of(one)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


TOLD: dict[str, Told] = {"note": notes_told, "tag": tags_told, "file": files_told}
