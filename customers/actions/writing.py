"""The rows of taking in, set-based: a fixed number of statements for any number of records."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from cmdm import clock, crypto, history
from cmdm.actions import change_id
from cmdm.database.copying import insert_many
from cmdm.database.kept import put, send
from customers.actions.received import QUARANTINED, REJECTED, UNCHANGED, Outcome, Written
from customers.models import Load, RejectedRow, SearchTerm, Source, SourceRecord
from customers.queries.catalogue import Catalogue, catalogue
from customers.queries.terms import terms_in, terms_of
from customers.sealing import seal_raw, seal_values
from customers.types.standardising import Fault

KEY_BUCKETS = 64
MANY_KEYS = 16 * KEY_BUCKETS
_LOCK_SPACE = 0x7265  # first half of the two-part advisory lock: keys of sources

# One text of some lines: a row handed over by itself costs ten times as much.
TERMS = "COPY customers_searchterm (record_id, domain_id, kind, term) FROM STDIN"
_TERMS = {"record_id": "bigint", "domain_id": "bigint", "kind": "smallint", "term": "text"}
_REPLACE = """
    UPDATE customers_sourcerecord r
       SET party_type = t.party, values = t.values::jsonb, raw = t.raw, digest = t.digest,
           findings = t.findings::jsonb, corrected = t.corrected::jsonb,
           version = r.last_version + 1, last_version = r.last_version + 1,
           observed_at = t.observed, received_at = %s, closed_at = NULL, change = %s
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::timestamptz[],
                  %s::text[]) AS t(id, party, values, raw, digest, findings, observed, corrected)
     WHERE r.id = t.id
"""


def lock_keys(source: Source, keys: Sequence[str]) -> None:
    """Wait for whoever writes the same keys of this source; buckets in order. One statement."""
    buckets = _buckets(source, keys)
    if buckets:
        send(
            "SELECT pg_advisory_xact_lock(%s, b) FROM unnest(%s::int[]) AS b ORDER BY b",
            [_LOCK_SPACE, [(source.pk * KEY_BUCKETS + bucket) % 2**31 for bucket in buckets]],
        )


def share_keys(source: Source) -> None:
    """Keep whoever writes single keys of this source out, but not others who share them. One statement."""
    buckets = [(source.pk * KEY_BUCKETS + bucket) % 2**31 for bucket in range(KEY_BUCKETS)]
    send(
        "SELECT pg_advisory_xact_lock_shared(%s, b) FROM unnest(%s::int[]) AS b ORDER BY b",
        [_LOCK_SPACE, sorted(buckets)],
    )


def _buckets(source: Source, keys: Sequence[str]) -> list[int]:
    if len(keys) >= MANY_KEYS:
        # So many leave hardly one out; to find out which would take longer than to wait for it.
        return list(range(KEY_BUCKETS))
    return sorted({digest % KEY_BUCKETS for digest in crypto.digests64(keys, f"{source.pk}:", "key-lock")})


def insert(outcomes: Sequence[Outcome], source: Source) -> None:
    """First versions. A correction goes to its record's customer at once: it has no place of its own."""
    now, known = clock.now(), catalogue()
    about = {one.received.about for one in outcomes if one.received.about}
    placed = dict(SourceRecord.objects.filter(pk__in=about).values_list("pk", "customer")) if about else {}
    rows = []
    for one in outcomes:
        customer = placed.get(one.received.about) if one.received.about else None
        one.record = SourceRecord(
            source=source,
            key=one.received.key,
            domain_id=source.domain_id,
            party_type=one.received.party_type,
            values=seal_values(one.values, known.sensitive),
            raw=raw_of(one),
            digest=one.digest,
            findings=one.findings,
            observed_at=one.received.observed_at or now,
            received_at=now,
            about_id=one.received.about,
            customer_id=customer,
            placed_at=now if customer else None,
            change=change_id(),
        )
        rows.append(one.record)
    insert_many(rows)


def raw_of(one: Outcome) -> bytes:
    """What was received, sealed."""
    return seal_raw(one.received.raw if one.received.raw is not None else dict(one.received.values))


def written(one: Outcome, known: Catalogue) -> Written:
    """A first version as it is written."""
    values = json.dumps(seal_values(one.values, known.sensitive), ensure_ascii=False)
    return Written(values, raw_of(one), json.dumps(one.findings), terms_in(one.received.key, one.values, known))


def replace(outcomes: Sequence[Outcome]) -> None:
    """Next versions: the current ones go to history first, with the change ids that made them."""
    if not outcomes:
        return
    now, known = clock.now(), catalogue()
    history.keep(SourceRecord, [one.record.pk for one in outcomes if one.record], history.CHANGED)
    columns: list[list[Any]] = [[], [], [], [], [], [], [], []]
    for one in outcomes:
        record = one.stored
        record.party_type = one.received.party_type
        record.values = seal_values(one.values, known.sensitive)
        record.observed_at = one.received.observed_at or now
        record.version = record.last_version = record.last_version + 1
        record.closed_at, record.change = None, change_id()
        laid = one.compared if one.over is None else None
        record.corrected = None if laid is None else seal_values(laid, known.sensitive)
        row = (
            record.pk,
            record.party_type,
            json.dumps(record.values, ensure_ascii=False),
            raw_of(one),
            one.digest,
            json.dumps(one.findings),
            record.observed_at,
            None if record.corrected is None else json.dumps(record.corrected, ensure_ascii=False),
        )
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [now, change_id(), *columns])


def forget_known_outdated(outcomes: Sequence[Outcome]) -> None:
    """An old statement sent again is no new version: it counts as unchanged."""
    if not outcomes:
        return
    versions = history.table_of(SourceRecord)
    kept = versions.objects.filter(id__in=[one.record.pk for one in outcomes if one.record])
    seen = {(pk, bytes(digest)) for pk, digest in kept.values_list("id", "digest")}
    for one in outcomes:
        if one.record and (one.record.pk, one.digest) in seen:
            one.status = UNCHANGED


def keep_outdated(outcomes: Sequence[Outcome]) -> None:
    """What was observed before the current version goes to history under the next number; it is not current."""
    if not outcomes:
        return
    now, known = clock.now(), catalogue()
    versions = history.table_of(SourceRecord)
    rows = []
    for one in outcomes:
        record = one.stored
        record.last_version += 1
        fields = {field.attname: getattr(record, field.attname) for field in versions.tracked_fields}
        fields |= {
            "party_type": one.received.party_type,
            "values": seal_values(one.values, known.sensitive),
            "raw": raw_of(one),
            "digest": one.digest,
            "findings": one.findings,
            "version": record.last_version,
            "observed_at": one.received.observed_at,
            "received_at": now,
            "change": change_id(),
        }
        rows.append(versions(**fields, history_date=now, history_type=history.CHANGED))
    versions.objects.bulk_create(rows)
    SourceRecord.objects.bulk_update([one.record for one in outcomes if one.record], ["last_version"])


def close_rows(ids: Sequence[int]) -> None:
    """Close records that are locked and whose open version was kept: closing is a version too."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_sourcerecord SET closed_at = %s, received_at = %s, change = %s, corrected = NULL, "
            "version = last_version + 1, last_version = last_version + 1 WHERE id = ANY(%s)",
            [now, now, change_id(), list(ids)],
        )
    SearchTerm.objects.filter(record__in=ids).delete()


def index_terms(records: Sequence[SourceRecord], *, fresh: bool = False) -> None:
    """The words that these records are found by, written anew (``fresh``: they have none yet); two statements."""
    if not records:
        return
    known: Catalogue = catalogue()
    if not fresh:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM customers_searchterm WHERE record_id = ANY(%s)", [[row.pk for row in records]])
    put(
        "customers_searchterm",
        _TERMS,
        [(row.pk, row.domain_id, *term) for row in records for term in terms_of(row, known)],
    )


def keep_refused(load: Load, outcomes: Sequence[Outcome]) -> None:
    """Keep rows that were refused, held back, or taken without a value: sealed, with line and first reason."""
    keep([noted(load, one) for one in outcomes if one.is_incomplete or one.status in (REJECTED, QUARANTINED)])


def keep(rows: Sequence[RejectedRow]) -> None:
    """Keep rows as they were noted."""
    for row in rows:
        row.created_at, row.change = clock.now(), change_id()
    RejectedRow.objects.bulk_create(rows)


def noted(load: Load, one: Outcome) -> RejectedRow:
    """A row that was refused, held back, or taken without a value, as it is kept."""
    [first, *_others] = [*one.faults, *one.left_out, Fault("", "", "")]
    return RejectedRow(
        load=load,
        source_id=load.source_id,
        domain_id=load.domain_id,
        kind=RejectedRow.Kind.INCOMPLETE if one.is_incomplete else one.status,
        line=one.received.line,
        sealed=raw_of(one),
        field=first.field[:80],
        code=first.code[:40],
        reason=first.message[:300],
    )
