"""A customer's timeline: what every app knows to have happened, newest first, paged by the last moment shown."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cmdm.models import User
from customers import ports
from customers.models import Customer, Pin, SourceRecord
from customers.ports import Instant, Moment
from customers.queries.catalogue import catalogue


def timeline(customer: Customer, user: User, *, before: Instant | None = None, size: int = 25) -> list[Moment]:
    """The newest moments after a place in their order; one query a kind and a few more, however many there are."""
    found = [one for told in ports.moments for one in told(customer, user, before, size)]
    found.sort(key=lambda one: one.where.pk, reverse=True)
    found.sort(key=lambda one: one.where.kind)
    found.sort(key=lambda one: one.where.at, reverse=True)
    return found[:size]


def behind(rows: QuerySet[Any], kind: str, before: Instant | None, size: int, field: str) -> Iterable[Any]:
    """The rows of a kind that come after a place, in order, ``size`` at most."""
    if before is not None:
        older = Q(**{f"{field}__lt": before.at})
        at_once = Q(**{field: before.at})
        if kind == before.kind:
            rows = rows.filter(older | (at_once & Q(pk__lt=before.pk)))
        else:
            rows = rows.filter(older | at_once if kind > before.kind else older)
    return rows.order_by(f"-{field}", "-pk")[:size]


def moment(kind: str, at: Any, pk: int, icon: str, words: Any, **more: Any) -> Moment:
    """A moment in its place."""
    return Moment(Instant(at, kind, pk), icon, words, **more)


def records_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Records as they are now, and what people corrected."""
    rows = SourceRecord.objects.visible_to(user).filter(customer=customer).select_related("source")
    kept = rows.only("key", "version", "received_at", "values", "about", "source__name", "source__role", "closed_at")
    return [_record(one) for one in behind(kept, "record", before, size, "received_at")]


def versions_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Earlier versions of the records that lie here."""
    mine = SourceRecord.objects.visible_to(user).filter(customer=customer)
    named = {pk: f"{source} {key}" for pk, source, key in mine.values_list("pk", "source__name", "key")}
    rows = SourceRecord.history.filter(id__in=named, about__isnull=True)
    kept = rows.only("id", "version", "received_at", "history_id")
    return [
        moment("version", one.received_at, one.history_id, "file-import", _came(named[one.id], one.version))
        for one in behind(kept, "version", before, size, "received_at")
    ]


def pins_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Choices of people."""
    mine = SourceRecord.objects.visible_to(user).filter(customer=customer)
    rows = Pin.objects.filter(record__in=mine.values("pk")).select_related("set_by")
    return [
        moment("pin", one.set_at, one.pk, "pinned", _pin(one), detail=one.reason, by=str(one.set_by), look="did-person")
        for one in behind(rows, "pin", before, size, "set_at")
    ]


def _record(one: SourceRecord) -> Moment:
    if one.about_id is None:
        words = _came(f"{one.source.name} {one.key}", one.version)
        return moment("record", one.received_at, one.pk, "file-import", words)
    labels = ", ".join(_label(name) for name in one.values)
    by_customer = one.source.role == "portal"
    words = _("The customer corrected: %(names)s") if by_customer else _("Corrected: %(names)s")
    icon = "message-user" if by_customer else "pencil"
    return moment("record", one.received_at, one.pk, icon, words % {"names": labels}, look="did-person")


def _came(record: str, version: int) -> str:
    words = _("%(record)s came in") if version == 1 else _("%(record)s came in, version %(version)s")
    return words % {"record": record, "version": version}


def _pin(one: Pin) -> str:
    words = _("%(name)s was pinned") if one.kind == Pin.Kind.PIN else _("%(name)s was set aside")
    return words % {"name": _label(one.attribute)}


def _label(name: str) -> str:
    spec = catalogue().specs.get(name)
    return spec.label if spec else name


Told = Callable[[Customer, User, Instant | None, int], Sequence[Moment]]
TOLD: dict[str, Told] = {"record": records_told, "version": versions_told, "pin": pins_told}
