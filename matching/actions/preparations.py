"""Keeping what preparing made of records, beside their keys."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from cmdm.actions import change_id
from cmdm.database.kept import send
from customers.models import SourceRecord
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.packing import packed
from matching.models import PreparedRecord
from matching.queries.models import InForce
from matching.queries.prepared import sealed

Row = tuple[int, int, int, bytes]
_KEEP = """
    INSERT INTO matching_preparedrecord (record_id, preparation, version, line)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bytea[])
    ON CONFLICT (record_id) DO UPDATE
       SET preparation = EXCLUDED.preparation, version = EXCLUDED.version, line = EXCLUDED.line
"""
_KEEP_WITHOUT_KEYS = f"WITH gone AS (DELETE FROM matching_matchkey WHERE record_id = ANY(%s)) {_KEEP}"
_KEEP_FIRST = f"""
    WITH prepared AS ({_KEEP})
    INSERT INTO matching_matchkey (key, record_id, rule, finer)
    SELECT k.key, k.record_id, k.rule, false
      FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) AS k(key, record_id, rule)
"""


def is_fresh(record: SourceRecord) -> bool:
    """This change has added it: nobody else sees it yet."""
    return record.version == 1 and record.change == change_id()


def keep_first(
    records: Sequence[SourceRecord],
    features: Mapping[int, Features],
    models: Mapping[str, InForce],
    keys: Sequence[tuple[int, int, int]],
) -> None:
    """Keep the features of fresh records, of which nothing is stored yet, with their keys (digest, record, rule).

    One statement.
    """
    rows = [_row(models[record.party_type].model, record, features[record.pk]) for record in records]
    send(_KEEP_FIRST, [*_columns(rows), *([list(each) for each in zip(*keys, strict=True)] or [[], [], []])])


def replace(records: Sequence[SourceRecord], features: Mapping[int, Features], models: Mapping[str, InForce]) -> None:
    """Keep the features of records (by id) and take their stored keys away; one statement for both."""
    rows = [_row(models[record.party_type].model, record, features[record.pk]) for record in records]
    send(_KEEP_WITHOUT_KEYS, [[record.pk for record in records], *_columns(rows)])


def keep(model: Model, features: Iterable[tuple[SourceRecord, Features]]) -> None:
    """Keep the features of records as this model prepared them."""
    rows = [_row(model, record, each) for record, each in features]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, _columns(rows))


def forget(record_ids: Sequence[int]) -> None:
    """Drop what is kept of closed records."""
    PreparedRecord.objects.filter(pk__in=record_ids).delete()


def _row(model: Model, record: SourceRecord, features: Features) -> Row:
    return record.pk, model.preparation, record.version, sealed(packed(features))


def _columns(rows: Sequence[Row]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []]
