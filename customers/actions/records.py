"""Taking in records: the one way in for everything that a source says.

One record is a batch of one. The order: standardise → compare with what is there → lock (buckets, customers, records)
→ compare again → write versions → place → golden values → account.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cmdm import access, audit, history
from cmdm.actions import Refused, action
from cmdm.database.kept import few_rows
from cmdm.database.rows import Rows
from cmdm.models import User
from customers import ports
from customers.actions import golden, laying, writing
from customers.actions.preparing import prepare
from customers.actions.received import CHANGED, CLOSED, NEW, QUARANTINED, REJECTED, UNCHANGED, Outcome, Received
from customers.models import Customer, Load, Source, SourceRecord
from customers.queries.laid import is_compared
from customers.types.standardising import Fault

__all__ = ["Outcome", "Received", "close", "take_in"]

MAX_BATCH = 5_000
OTHER_PARTY = gettext_noop(
    "The record stands for the other type of party. Close it, and send the person or the organisation under a new key."
)

_STORED = Rows(SourceRecord, "WHERE t.source_id = %s AND t.key = ANY(%s)", without=("raw", "findings"))
_CUSTOMERS = Rows(
    Customer, "WHERE t.id = ANY(%s) ORDER BY t.id FOR UPDATE OF t", without=("values", "lineage", "golden_hash")
)


@action
def take_in(
    source: Source, received: Sequence[Received], *, actor: User, load: Load | None = None, verb: str = "import"
) -> list[Outcome]:
    """Store what a source says, place it, and derive the golden values; one outcome per record, in order.

    Refused without the verb in the source's domain, or for more than 5,000 records at once.
    """
    if len(received) > MAX_BATCH:
        raise Refused(_("At most 5,000 records are taken in at once."))
    access.require(actor, verb, source)
    with few_rows() if len(received) == 1 else nullcontext():
        outcomes = _take_in(source, received, load, actor=actor)
    counts = Counter(one.status for one in outcomes)
    audit.record(actor, "records.taken_in", load or source, domains=[source.domain_id], counts=counts)
    return outcomes


def _take_in(source: Source, received: Sequence[Received], load: Load | None, *, actor: User) -> list[Outcome]:
    keys = [one.key for one in received if "\0" not in one.key]
    writing.lock_keys(source, keys)
    stored = _stored(source, keys)
    digests = {key: bytes(row.digest) for key, row in stored.items() if not row.closed_at}
    outcomes = prepare(source, received, digests, {} if len(received) > 1 else None)
    set_repeated_aside(outcomes)
    _compare(outcomes, stored)
    laying.lay(source, outcomes)
    ports.reserve(_incoming(source, outcomes))
    # Nobody else adds a record under one of these keys meanwhile; one that is there may have moved or been closed.
    changed = [one for one in outcomes if one.status == CHANGED]
    known = _held(source, [one.received.key for one in changed])
    _compare(changed, known)
    writing.forget_known_outdated([one for one in outcomes if one.outdated])
    _write(source, outcomes, known)
    _place(outcomes, actor=actor)
    if load is not None:
        writing.keep_refused(load, outcomes)
    return outcomes


def set_repeated_aside(outcomes: list[Outcome]) -> None:
    """Of several rows with one key the last one counts; the others are held back, with the line that was used."""
    last: dict[str, Outcome] = {}
    for one in outcomes:
        if one.status not in (NEW, UNCHANGED):
            continue
        earlier = last.get(one.received.key)
        if earlier is not None:
            earlier.status = QUARANTINED
            reason = _("The same key comes again in line %(line)d, which was used.") % {"line": one.received.line}
            earlier.faults = [Fault("key", "repeated", reason)]
        last[one.received.key] = one


def _stored(source: Source, keys: Sequence[str]) -> dict[str, SourceRecord]:
    """What is stored under these keys."""
    return {row.key: row for row in _STORED(source.pk, list(keys))} if keys else {}


def _held(source: Source, keys: Sequence[str]) -> dict[str, SourceRecord]:
    """What is stored under these keys, its customers and then the records locked."""
    if not keys:
        return {}
    rows = SourceRecord.objects.filter(source=source, key__among=keys)
    customers = rows.filter(customer__isnull=False).values_list("customer", flat=True)
    list(Customer.objects.filter(pk__among=set(customers)).locked().values_list("pk", flat=True))
    return {row.key: row for row in rows.locked().defer("raw", "findings")}


def _compare(outcomes: Sequence[Outcome], stored: Mapping[str, SourceRecord]) -> None:
    """Set new, changed or unchanged by what is stored."""
    for one in outcomes:
        if one.status not in (NEW, CHANGED, UNCHANGED):
            continue
        row = stored.get(one.received.key)
        one.record, one.outdated = row, False
        if row is None:
            one.status = NEW
        elif bytes(row.digest) == one.digest and row.closed_at is None:
            one.status = UNCHANGED
        elif row.party_type != one.received.party_type:
            # Its customer, its keys and what was decided about it are all of the other type.
            one.status, one.faults = REJECTED, [Fault("party_type", "other", _(OTHER_PARTY))]
        else:
            one.status = CHANGED
            one.outdated = bool(one.received.observed_at and one.received.observed_at < row.observed_at)


def _incoming(source: Source, outcomes: Sequence[Outcome]) -> list[ports.Incoming]:
    own = [
        ports.Incoming(
            source.pk,
            one.received.key,
            source.domain_id,
            one.received.party_type,
            one.values if one.compared is None else one.compared,
        )
        for one in outcomes
        if one.is_open and one.received.about is None
    ]
    return [*own, *(compared_as(one.over, one.compared) for one in outcomes if one.over and one.compared is not None)]


def compared_as(record: SourceRecord, values: Mapping[str, Any]) -> ports.Incoming:
    """A record as it is about to be compared, by opened values."""
    return ports.Incoming(record.source_id, record.key, record.domain_id, record.party_type, values)


def _write(source: Source, outcomes: Sequence[Outcome], known: Mapping[str, SourceRecord]) -> None:
    fresh = [one for one in outcomes if one.status == NEW]
    writing.insert(fresh, source)
    writing.index_terms([one.stored for one in fresh], fresh=True)
    changed = [one for one in outcomes if one.status == CHANGED]
    writing.keep_outdated([one for one in changed if one.outdated])
    current = [one for one in changed if not one.outdated]
    writing.replace(current)
    writing.index_terms([one.stored for one in current])
    laying.put({one.over: one.compared for one in [*fresh, *current] if one.over})


def _place(outcomes: Sequence[Outcome], *, actor: User) -> None:
    """Place what was written and rebuild every customer that it touched; those that it founded are whole."""
    written = [one for one in outcomes if one.is_open and not one.outdated and one.record is not None]
    compared: list[SourceRecord] = [one.record for one in written if one.record and one.record.about_id is None]
    compared += [one.over for one in written if one.over and one.over.customer_id]
    placements = ports.place(compared, actor=actor) if compared else {}
    for one in written:
        one.placement = placements.get(one.record.pk) if one.record else None
    touched = {one.record.customer_id for one in written if one.record and one.record.customer_id}
    founded = {one.customer_id for one in placements.values() if one.founded}
    # Nothing hangs on a customer that came to be just now but the questions that were opened with it.
    asked = {one.customer_id for one in placements.values() if one.candidates}
    others = _CUSTOMERS(list(touched - founded)) if touched - founded else []
    golden.rebuild(others, "customer.changed", actor=actor, founded=sorted(founded & asked))


@action
def close(
    source: Source, keys: Sequence[str], *, actor: User, load: Load | None = None, verb: str = "import"
) -> list[str]:
    """Close the records that the source no longer has; the keys that were open.

    A closed record stays in history and contributes nothing; a customer left without any is retired.
    """
    access.require(actor, verb, source)
    customers, records = _hold(SourceRecord.objects.current().filter(source=source, key__in=list(keys)))
    ids = [record.pk for record in records]
    corrections = list(SourceRecord.objects.current().filter(about__in=ids).values_list("pk", flat=True))
    history.keep(SourceRecord, [*ids, *corrections], history.CHANGED)
    writing.close_rows([*ids, *corrections])
    if records:
        ports.forget_keys(records)
    _compare_again(source, records, actor=actor)
    golden.rebuild(customers, "customer.changed", actor=actor)
    audit.record(actor, "records.closed", load or source, domains=[source.domain_id], counts={CLOSED: len(ids)})
    return [record.key for record in records]


def _compare_again(source: Source, closed: Sequence[SourceRecord], *, actor: User) -> None:
    """What was corrected in a record is so no longer: it is compared by its own values."""
    if not is_compared(source):
        return
    about = SourceRecord.objects.current().filter(pk__in=[one.about_id for one in closed], corrected__isnull=False)
    records = list(about.locked().defer("raw", "findings"))
    laying.put(dict.fromkeys(records))
    placed = [record for record in records if record.customer_id]
    if placed:
        ports.place(placed, actor=actor)


def _hold(rows: Any) -> tuple[list[Customer], list[SourceRecord]]:
    """Lock the customers of these records, then the records; a record that moved meanwhile brings its new customer."""
    chosen = set(rows.filter(customer__isnull=False).values_list("customer", flat=True))
    list(Customer.objects.filter(pk__in=chosen).locked().values_list("pk", flat=True))
    records = list(rows.locked().defer("raw"))
    owners = {record.customer_id for record in records if record.customer_id}
    return list(Customer.objects.filter(pk__in=owners).locked()), records


def account(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many of each; zero ones too."""
    counted = Counter(one.status for one in outcomes)
    return {status: counted.get(status, 0) for status in (NEW, CHANGED, UNCHANGED, "rejected", QUARANTINED)}
