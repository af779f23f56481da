"""Storing a large file: its new records are written first, and placed together when all of them are there.

What a source said before is taken in as ever, since its records have a customer. So are refused rows, repeated keys and
the account: only the new records of a batch go another way, by COPY, and wait with ``placed_at`` empty.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import connection

from cmdm import access, audit, clock
from cmdm.actions import action, change_id
from cmdm.database.copying import drawn
from cmdm.models import User
from customers.actions import records, writing
from customers.actions.preparing import prepare
from customers.actions.received import CHANGED, NEW, Outcome, Received
from customers.models import Load, Source, SourceRecord
from customers.queries.catalogue import catalogue

AT_ONCE = 500

_RECORDS = """
    COPY customers_sourcerecord (id, change, source_id, key, domain_id, party_type, values, raw, digest, findings,
                                 version, last_version, observed_at, received_at) FROM STDIN
"""
# One text of some lines: a row handed over by itself costs ten times as much.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TERMS = "COPY customers_searchterm (record_id, domain_id, kind, term) FROM STDIN"
_DIGESTS = """
    SELECT r.key, r.digest, r.closed_at IS NULL FROM customers_sourcerecord r
     WHERE r.source_id = %s AND r.key = ANY(%s)
"""


@action
def store(
    source: Source,
    received: Sequence[Received],
    *,
    actor: User,
    load: Load,
    prepared: Mapping[int, Outcome] | None = None,
) -> list[Outcome]:
    """Store what a file says; new records are not placed yet. One outcome per row, in order.

    Refused without ``import`` in the source's domain.

    :param prepared: outcomes of rows, by their places, that had no record when they were prepared.
    """
    access.require(actor, "import", source)
    writing.lock_keys(source, [one.key for one in received])
    stored = _stored(source, [one.key for one in received if "\0" not in one.key])
    digests = {key: digest for key, (digest, is_open) in stored.items() if is_open}
    ready = prepared or {}
    others = [one for place, one in enumerate(received) if place not in ready]
    rest = iter(prepare(source, others, digests, {}) if others else ())
    outcomes = [ready[place] if place in ready else next(rest) for place in range(len(received))]
    records.set_repeated_aside(outcomes)
    for one in outcomes:
        if one.status == NEW and one.received.key in stored:
            one.status = CHANGED
    insert([one for one in outcomes if one.status == NEW], source)
    _take_in_changed(source, outcomes, actor=actor)
    writing.keep_refused(load, outcomes)
    counts = Counter(one.status for one in outcomes)
    audit.record(actor, "records.taken_in", load, domains=[source.domain_id], counts=counts)
    return outcomes


def _stored(source: Source, keys: list[str]) -> dict[str, tuple[bytes, bool]]:
    """Digest, and whether it is open, of what is stored under these keys."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, [source.pk, keys])
        return {key: (bytes(digest), is_open) for key, digest, is_open in cursor.fetchall()}


def _take_in_changed(source: Source, outcomes: list[Outcome], *, actor: User) -> None:
    places = [place for place, one in enumerate(outcomes) if one.status == CHANGED]
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        made = records.take_in(source, [outcomes[place].received for place in some], actor=actor)
        for place, one in zip(some, made, strict=True):
            outcomes[place] = one


def insert(outcomes: Sequence[Outcome], source: Source) -> list[int]:
    """First versions, not placed, with the words that they are found by; their ids. Three statements."""
    now, known, change = clock.now(), catalogue(), change_id()
    ids = drawn(SourceRecord, len(outcomes))
    if not ids:
        return ids
    texts = {pk: one.written or writing.written(one, known) for pk, one in zip(ids, outcomes, strict=True)}
    with connection.cursor() as cursor:
        with cursor.copy(_RECORDS) as rows:
            for pk, one in zip(ids, outcomes, strict=True):
                said, made = one.received, texts[pk]
                named = (pk, change, source.pk, said.key, source.domain_id, said.party_type)
                content = (made.values, made.raw, one.digest, made.findings)
                rows.write_row((*named, *content, 1, 1, said.observed_at or now, now))
        with cursor.copy(_TERMS) as rows:
            for pk, made in texts.items():
                place = f"{pk}\t{source.domain_id}"
                rows.write("".join([f"{place}\t{kind}\t{term.translate(_ESCAPED)}\n" for kind, term in made.terms]))
    return ids


def unplaced(source: Source) -> list[int]:
    """The open records of a source that wait to be placed (ids), in order."""
    waiting = SourceRecord.objects.current().filter(source=source, placed_at__isnull=True, about__isnull=True)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
