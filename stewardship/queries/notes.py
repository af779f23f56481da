"""Notes, tags and files of customers and cards, as far as a reader may see the records on which they hang."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm import access, crypto
from cmdm.models import Domain, User
from customers.models import SourceRecord
from stewardship.models import Attachment, Mention, Note, Tag, Tagging, Task
from stewardship.queries.colleagues import who_may
from stewardship.queries.leading import leads
from stewardship.queries.sides import Side, sides_of

MOST = 50
OFFERED = 8


def note_context(pk: int) -> str:
    """What the text of a note is sealed for."""
    return f"note:{pk}"


def name_context(pk: int) -> str:
    """What the name of a file is sealed for."""
    return f"attachment name:{pk}"


def file_context(pk: int) -> str:
    """What the content of a file is sealed for."""
    return f"attachment:{pk}"


@dataclass(frozen=True)
class Line:
    """One note."""

    pk: int
    text: str
    by: str
    at: datetime
    about: str
    where: str
    may_withdraw: bool


@dataclass(frozen=True)
class File:
    """One file."""

    pk: int
    name: str
    size: int
    by: str
    at: datetime
    may_withdraw: bool


@dataclass(frozen=True)
class Word:
    """A tag on a record."""

    pk: int
    name: str
    tone: str
    where: str
    may_take_away: bool


@dataclass(frozen=True)
class Place:
    """Where the reader may write: a record of a domain, or the record itself."""

    value: str
    label: str
    record: int


@dataclass(frozen=True)
class Notes:
    """All that people added."""

    lines: Sequence[Line]
    words: Sequence[Word]
    files: Sequence[File]
    places: Sequence[Place]
    known_tags: Sequence[str]

    @property
    def may_write(self) -> bool:
        return bool(self.places)

    def place(self, value: str) -> Place | None:
        """The place of this name, the first where none is named."""
        return next((one for one in self.places if one.value == value or not value), None)


def notes_on(customers: Collection[int], user: User, task: Task | None = None) -> Notes:
    """What was added to these customers, and to the card; five queries."""
    rows = SourceRecord.objects.visible_to(user).filter(customer__in=customers, about__isnull=True)
    records = list(rows.select_related("source", "domain").only(
        "key", "domain__name", "source__name", "closed_at", "customer"
    ).order_by("pk"))  # fmt: skip
    by_id = {record.pk: record for record in records}
    led = leads(user)
    correcting = access.scope(user, "correct")
    places = _places([one for one in records if one.domain_id in correcting and one.closed_at is None])
    return Notes(
        lines=_lines(by_id, user, led, task),
        words=_words(by_id, correcting),
        files=_files(by_id, user, led),
        places=places,
        known_tags=list(Tag.objects.visible_to(user).values_list("name", flat=True)[:100]) if places else (),
    )


def lines_on(records: Sequence[SourceRecord], user: User, task: Task) -> list[Line]:
    """The notes on records that the reader may see, and those of a card about them; one query."""
    return _lines({record.pk: record for record in records}, user, leads(user), task)


def _places(records: Sequence[SourceRecord]) -> list[Place]:
    """The customer once for each domain, then each record."""
    first: dict[Domain, SourceRecord] = {}
    for record in records:
        first.setdefault(record.domain, record)
    whole = [
        Place(f"customer-{record.pk}", _("The customer; %(domain)s reads it") % {"domain": domain.name}, record.pk)
        for domain, record in first.items()
    ]
    each = [
        Place(f"record-{one.pk}", _("Record %(source)s %(key)s") % {"source": one.source.name, "key": one.key}, one.pk)
        for one in records[:MOST]
    ]
    return whole + each


def _lines(records: Mapping[int, SourceRecord], user: User, led: frozenset[int], task: Task | None) -> list[Line]:
    """The notes in force, newest first; one query. Those of a card only to those who decide on it."""
    open_to = Q(task__isnull=True) | Q(task__domains__overlap=list(access.scope(user, "decide")))
    rows = Note.objects.filter(open_to, record__in=records, withdrawn_at__isnull=True, sealed__isnull=False)
    found = rows.select_related("by").order_by("-pk")[:MOST]
    return [
        Line(
            note.pk,
            words_of(note),
            str(note.by),
            note.at,
            _about(note, task),
            _where(records[note.record_id]),
            note.by_id == user.pk or records[note.record_id].domain_id in led,
        )
        for note in found
    ]


def words_of(note: Note) -> str:
    """The text of a note; empty once it was taken back."""
    return crypto.unseal_bytes(bytes(note.sealed), note_context(note.pk)).decode() if note.sealed else ""


def _about(note: Note, task: Task | None) -> str:
    if note.about == Note.About.TASK:
        return _("this card") if task is not None and note.task_id == task.pk else _("a card")
    return str(Note.About(note.about).label).lower() if note.about == Note.About.RECORD else ""


def _where(record: SourceRecord) -> str:
    return f"{record.source.name} {record.key}"


def _words(records: Mapping[int, SourceRecord], correcting: frozenset[int]) -> list[Word]:
    rows = Tagging.objects.filter(record__in=records).select_related("tag").order_by("tag__name", "pk")
    return [
        Word(
            one.pk,
            one.tag.name,
            one.tag.tone,
            _where(records[one.record_id]),
            records[one.record_id].domain_id in correcting,
        )
        for one in rows
    ]


def _files(records: Mapping[int, SourceRecord], user: User, led: frozenset[int]) -> list[File]:
    rows = Attachment.objects.filter(record__in=records, withdrawn_at__isnull=True, name__isnull=False)
    return [
        File(
            one.pk,
            crypto.unseal_bytes(bytes(one.name or b""), name_context(one.pk)).decode(),
            one.size,
            str(one.by),
            one.at,
            one.by_id == user.pk or records[one.record_id].domain_id in led,
        )
        for one in rows.defer("sealed").select_related("by").order_by("-pk")[:MOST]
    ]


@dataclass(frozen=True)
class Named:
    """A note in which the reader is named."""

    pk: int
    text: str
    by: str
    at: datetime
    side: Side
    task: int | None
    seen: bool


def unseen(user: User) -> int:
    """How many notes name a user that he has not opened; one query."""
    return _mentions(user).filter(seen_at__isnull=True).count()


def mentions_of(user: User) -> list[Named]:
    """Notes that name a user, those not opened first; one query, and those of customers."""
    rows = _mentions(user).select_related("note__by", "note__record")
    found = sorted(rows.order_by("-pk")[:MOST], key=lambda one: one.seen_at is not None)
    sides = sides_of({one.note.record.customer_id or 0 for one in found}, user)
    return [_named(one, sides) for one in found]


def _mentions(user: User) -> Any:
    """Mentions in notes that he may still see."""
    return Mention.objects.filter(
        user=user, note__withdrawn_at__isnull=True, note__record__domain__in=access.scope(user, "view")
    )


def _named(one: Mention, sides: Mapping[int, Side]) -> Named:
    note = one.note
    customer = note.record.customer_id or 0
    side = sides.get(customer, Side(customer))
    return Named(one.pk, words_of(note), str(note.by), note.at, side, note.task_id, one.seen_at is not None)


def colleagues_by_name(domain: int) -> dict[str, User]:
    """Who may see what lies in a domain, by the names under which a note may call him; two queries."""
    found: dict[str, User] = {}
    for one in who_may("view", [domain]):
        found.setdefault(one.username.casefold(), one)
        found.setdefault(str(one).casefold().replace(" ", "."), one)
    return found


def colleagues_like(domain: int, begun: str) -> list[User]:
    """Who may see what lies in a domain and has a name that begins so, a few; two queries."""
    wanted = begun.casefold()
    names = {one: [one.username, *str(one).split()] for one in who_may("view", [domain])}
    return [one for one, own in names.items() if any(name.casefold().startswith(wanted) for name in own)][:OFFERED]
