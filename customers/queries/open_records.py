"""Open records as survivorship needs them, read as plain rows: a model instance costs ten times as much."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from cmdm.database.kept import kept
from cmdm.standing import Standing
from customers.models import Source, SourceRecord
from customers.queries.claims import CORRECTION_TRUST
from customers.rules.claims import RecordClaims
from customers.sealing import open_values

_COLUMNS = (
    "r.id, r.customer_id, r.source_id, r.domain_id, r.version, r.observed_at, r.about_id, r.values::text, "
    "CASE WHEN r.findings <> '[]' THEN r.findings::text END"
)
_OF_CUSTOMERS = f"""
    SELECT {_COLUMNS} FROM customers_sourcerecord r
     WHERE r.customer_id = ANY(%s) AND r.closed_at IS NULL ORDER BY r.id
"""
# Corrections are found first: asked for in one condition with the records, every record would be read.
_UNPLACED = f"""
    SELECT {_COLUMNS} FROM customers_sourcerecord r
     WHERE r.id = ANY(ARRAY(SELECT id FROM customers_sourcerecord WHERE about_id = ANY(%s)) || %s::bigint[])
       AND r.closed_at IS NULL AND r.placed_at IS NULL
     ORDER BY r.id FOR NO KEY UPDATE
"""


# Without a lock: whoever writes them sees by version and place whether they are still as they were read.
_WAITING = f"""
    SELECT {_COLUMNS} FROM customers_sourcerecord r
     WHERE r.id = ANY(%s) AND r.closed_at IS NULL AND r.placed_at IS NULL AND r.about_id IS NULL
"""
_DECIDED = """
    SELECT EXISTS (SELECT FROM customers_sourcerecord WHERE about_id = ANY(%s))
        OR EXISTS (SELECT FROM customers_pin WHERE record_id = ANY(%s))
"""


class OpenRecord(NamedTuple):
    """The current version of one open record, its values opened."""

    pk: int
    customer_id: int | None
    source_id: int
    domain_id: int
    version: int
    observed_at: datetime
    about_id: int | None
    values: dict[str, Any]
    doubtful: frozenset[str] = frozenset()


class _Word(NamedTuple):
    """What a source's word is worth."""

    key: str
    trust: int
    by_attribute: Mapping[str, int]
    half_lives: Mapping[str, int]
    derived: bool = False


Words = Mapping[int, _Word]


class Waiting(NamedTuple):
    """Records that wait to be placed: their rows by id, and what the words of their sources are worth."""

    rows: Mapping[int, tuple[Any, ...]]
    words: Words


def is_decided(records: list[int]) -> bool:
    """Whether a person has decided something about one of these records (ids)."""
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, [records, records])
        return bool(cursor.fetchone()[0])


def waiting(records: Collection[int]) -> Waiting | None:
    """These records (ids) as they wait; nothing where a person has decided something about one of them."""
    chosen = list(records)
    if is_decided(chosen):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [chosen])
        rows = cursor.fetchall()
    return Waiting({row[0]: row for row in rows}, words_of({row[2] for row in rows}))


def of_customers(customers: Collection[int]) -> list[OpenRecord]:
    """The open records of customers (ids), in id order; one query."""
    with kept() as cursor:
        cursor.execute(_OF_CUSTOMERS, [list(customers)])
        return _opened(cursor.fetchall())


def held_unplaced(records: Collection[int]) -> list[OpenRecord]:
    """These open records (ids) and their corrections, as far as they are not placed, locked; one query."""
    chosen = list(records)
    with connection.cursor() as cursor:
        cursor.execute(_UNPLACED, [chosen, chosen])
        return _opened(cursor.fetchall())


def _opened(rows: Iterable[Any]) -> list[OpenRecord]:
    return [opened(row) for row in rows]


def opened(row: Any) -> OpenRecord:
    """A row as it was read, its values opened."""
    return OpenRecord._make((*row[:7], open_values(json.loads(row[7])), _doubtful(row[8])))


def as_open(record: SourceRecord) -> OpenRecord:
    """A record that is at hand, as it would be read."""
    named = (record.pk, record.customer_id, record.source_id, record.domain_id, record.version, record.observed_at)
    return OpenRecord(*named, record.about_id, open_values(record.values), _failed(record.findings))


def _doubtful(findings: str | None) -> frozenset[str]:
    return _failed(json.loads(findings)) if findings else frozenset()


def _failed(findings: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """The attributes in which a record failed validation."""
    return frozenset(one["attribute"] for one in findings)


def claims_of_open(records: Collection[OpenRecord]) -> list[RecordClaims]:
    """What these records say; one query where the sources do not stand as they stood."""
    return claims_with(records, words_of({record.source_id for record in records}))


def claims_with(records: Collection[OpenRecord], words: Words) -> list[RecordClaims]:
    """The same where the worth of their sources' words is known; no query."""
    return [
        RecordClaims(
            id=record.pk,
            version=record.version,
            source=(word := words[record.source_id]).key,
            source_id=record.source_id,
            domain=record.domain_id,
            trust=word.by_attribute,
            observed=record.observed_at,
            values=record.values,
            steward=record.about_id is not None and not word.derived,
            derived=word.derived,
            default_trust=word.trust,
            about=record.about_id,
            half_lives=word.half_lives,
            doubtful=record.doubtful,
        )
        for record in records
    ]


def words_of(sources: set[int]) -> Words:
    """What the words of sources (ids), and of others, are worth."""
    known = standing_words()
    if not sources <= known.keys():
        standing_words.forget()
        known = standing_words()
    return known


def _worth() -> Words:
    found = {}
    for row in Source.objects.order_by("pk"):
        trust = CORRECTION_TRUST if row.role == Source.Role.STEWARD else row.trust
        derived = row.role == Source.Role.DERIVED
        found[row.pk] = _Word(row.key, trust, row.trust_by_attribute, row.half_life_by_attribute, derived)
    return found


standing_words = Standing("words of sources", _worth, Source)
