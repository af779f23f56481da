"""The ledger in words: why a record lies where it does, and what happened to a customer's links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm.models import User
from cmdm.templatetags.hub import score as rounded
from cmdm.templatetags.hub import short_date
from customers.models import Customer, SourceRecord
from matching.models import LedgerEntry
from matching.queries.explaining import labels_of
from matching.queries.ledgers import in_sight, others_of, visible_of
from matching.queries.models import InForce, models_in_force

SHOWN = 3
LINES = 50
Deed = LedgerEntry.Deed


@dataclass(frozen=True)
class LedgerLine:
    """An entry of the ledger as a page shows it."""

    change: UUID
    deed: str
    words: str
    at: datetime
    by: str
    by_machine: bool
    reason: str
    undoable: bool


def why_here(records: Sequence[int], user: User) -> dict[int, str]:
    """By record id: the last entry that brought it to where it lies; four queries at most. Names no value."""
    owner = dict(SourceRecord.objects.visible_to(user).filter(pk__in=records).values_list("pk", "customer"))
    entries = LedgerEntry.objects.filter(customer__in=set(owner.values())).select_related("actor").order_by("pk")
    last: dict[int, LedgerEntry] = {}
    for entry in entries:
        last.update({pk: entry for pk in entry.records if owner.get(pk) == entry.customer_id})
    models = models_in_force() if last else {}
    seen = owner.keys() | others_of(last.values(), owner, user)
    return {pk: in_words(entry, models, whole=in_sight(entry, seen)) for pk, entry in last.items()}


def in_words(entry: LedgerEntry, models: Mapping[str, InForce], *, whole: bool) -> str:
    """One entry as a half sentence with its day; what agrees is told where all of its records may be seen."""
    facts = {
        "day": short_date(entry.at),
        "who": str(entry.actor),
        "score": rounded(entry.probability),
        "agree": _agreement(entry, models) if whole else _("alike"),
    }
    return str(_sentence(entry) % facts)


def _sentence(entry: LedgerEntry) -> str:
    if entry.deed == Deed.FOUND:
        return _("first record, %(day)s")
    if entry.deed == Deed.LINK and entry.by_machine:
        return _("%(agree)s, %(score)s, by itself") if entry.evidence.get("levels") else _("by itself, %(day)s")
    if entry.deed == Deed.MERGE and entry.reverses_id:
        return _("a separation was undone by %(who)s, %(day)s")
    if entry.deed == Deed.MERGE and entry.by_machine:
        return _("joined by itself, %(score)s, %(day)s")
    if entry.deed == Deed.MERGE:
        return _("%(who)s said “same”, %(day)s")
    if entry.deed == Deed.UNMERGE:
        return _("taken apart by %(who)s, %(day)s")
    if entry.deed == Deed.UNDO:
        return _("a merge was undone by %(who)s, %(day)s")
    return _("linked by %(who)s, %(day)s")


def _agreement(entry: LedgerEntry, models: Mapping[str, InForce]) -> str:
    """What agreed, the weightiest first: "same e-mail and birth date"."""
    levels: Sequence[Any] = entry.evidence.get("levels", ())
    best = sorted((row for row in levels if row[2] > 0), key=lambda row: -row[2])[:SHOWN]
    labels: dict[str, str] = {}
    for model in models.values():
        labels |= labels_of(model.model)
    names = [_lowered(labels.get(code, code.replace("_", " "))) for code, _level, _weight in best]
    if not names:
        return _("alike")
    first, last = ", ".join(names[:-1]), names[-1]
    return _("agrees in %(names)s") % {"names": f"{first} {_('and')} {last}" if first else last}


def _lowered(label: str) -> str:
    return label[:1].lower() + label[1:]


def ledger_lines(customer: Customer, user: User) -> list[LedgerLine]:
    """The newest entries about a customer; four queries. Of records that the user may not see no reason is told."""
    rows = LedgerEntry.objects.filter(Q(customer=customer) | Q(source_customer=customer))
    entries = list(rows.select_related("actor", "customer", "source_customer").order_by("-pk")[:LINES])
    reversed_ones = set(
        LedgerEntry.objects.filter(reverses__in=[entry.pk for entry in entries]).values_list("reverses", flat=True)
    )
    models = models_in_force() if entries else {}
    seen = visible_of(entries, user)
    return [_line(one, told(one, customer, models, seen), customer, one.pk in reversed_ones, seen) for one in entries]


def _line(entry: LedgerEntry, words: str, customer: Customer, is_reversed: bool, seen: Collection[int]) -> LedgerLine:
    merged_here = entry.deed == Deed.MERGE and entry.customer_id == customer.pk
    return LedgerLine(
        change=entry.change,
        deed=entry.deed,
        words=words,
        at=entry.at,
        by=str(entry.actor),
        by_machine=entry.by_machine,
        reason=entry.reason if in_sight(entry, seen) else "",
        undoable=merged_here and not is_reversed,
    )


def told(entry: LedgerEntry, customer: Customer, models: Mapping[str, InForce], seen: Collection[int]) -> str:
    """What happened, seen from the customer; ``seen`` are the records (ids) that the reader may see."""
    count = len(entry.records)
    other = entry.source_customer if entry.customer_id == customer.pk else entry.customer
    facts = {"n": count, "other": other.number if other else ""}
    arrived = entry.customer_id == customer.pk
    if entry.deed == Deed.MERGE and entry.reverses_id and arrived:
        return (
            ngettext("%(n)s record came back from %(other)s", "%(n)s records came back from %(other)s", count) % facts
        )
    if entry.deed == Deed.MERGE and arrived:
        return ngettext("Joined with %(other)s, %(n)s record", "Joined with %(other)s, %(n)s records", count) % facts
    if entry.deed == Deed.MERGE:
        return _("Became part of %(other)s") % facts
    if entry.deed in (Deed.UNMERGE, Deed.UNDO) and arrived:
        return ngettext("%(n)s record taken out of %(other)s", "%(n)s records taken out of %(other)s", count) % facts
    if entry.deed in (Deed.UNMERGE, Deed.UNDO):
        return ngettext("%(n)s record went to %(other)s", "%(n)s records went to %(other)s", count) % facts
    if entry.deed == Deed.FOUND:
        return _("Founded by its first record")
    words = _agreement(entry, models) if in_sight(entry, seen) else _("alike")
    return _("A record was linked: %(words)s") % {"words": words}
