"""Verdicts and the facts they were given on: one whose facts have changed is stale, and is asked again."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from cmdm import clock, history
from cmdm.actions import change_id
from customers.models import SourceRecord
from customers.queries.catalogue import catalogue
from matching.models import Verdict
from matching.queries.seen import seen_digests


def mark(records: Sequence[SourceRecord]) -> list[Verdict]:
    """Mark the verdicts whose facts about these changed records are no longer what was seen; two queries."""
    if not records:
        return []
    chosen = {record.pk: record for record in records}
    rows = Verdict.objects.in_force().filter(Q(left__in=chosen) | Q(right__in=chosen), stale_since__isnull=True)
    compared = catalogue().compared
    stale = [row for row in rows if any(_changed(row, chosen[end], compared) for end in _ends(row) if end in chosen)]
    ids = [row.pk for row in stale]
    if ids:
        Verdict.objects.filter(pk__in=ids).update(stale_since=clock.now(), change=change_id())
        history.keep(Verdict, ids, history.CHANGED)
    return stale


def _ends(row: Verdict) -> tuple[int, int]:
    return row.left_id, row.right_id


def _changed(row: Verdict, record: SourceRecord, compared: Sequence[str]) -> bool:
    seen: Any = row.seen.get(str(record.pk), {})
    return bool(seen != seen_digests(record, compared))
