"""What stewards corrected is compared: it lies over the values of the record that it is about.

What customers say of themselves in the portal is laid over nothing: whoever got into somebody's account could tell the
machine with whom to join him.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers.actions.received import CHANGED, Outcome
from customers.models import Source, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.laid import corrections_of, is_compared, laid
from customers.sealing import open_values, seal_values

_LAY = """
    UPDATE customers_sourcerecord r SET corrected = t.laid::jsonb
      FROM unnest(%s::bigint[], %s::text[]) AS t(id, laid) WHERE r.id = t.id
"""


def lay(source: Source, outcomes: Sequence[Outcome]) -> None:
    """Say of outcomes by which values a record will be compared, where something is corrected.

    That of a source's own record, or that which a correction is about. No query where nothing is corrected.
    """
    written = [one for one in outcomes if one.is_open and not one.outdated]
    if is_compared(source):
        abouts = SourceRecord.objects.in_bulk([one.received.about for one in written if one.received.about])
        for one in written:
            one.over = abouts.get(one.received.about or 0)
            one.compared = laid(one.over, one.values) if one.over else None
        return
    changed = {one.stored.pk: one for one in written if one.status == CHANGED and one.stored.corrected is not None}
    for about, correction in corrections_of(changed).items():
        one = changed[about]
        one.compared = laid(one.stored, open_values(correction.values), one.values)


def put(records: Mapping[SourceRecord, Mapping[str, Any] | None]) -> None:
    """Store by which values records (locked by the caller) are compared; None: by their own. One statement."""
    if not records:
        return
    for record, values in records.items():
        record.corrected = None if values is None else seal_values(values, catalogue().sensitive)
    texts = [None if one.corrected is None else json.dumps(one.corrected, ensure_ascii=False) for one in records]
    with connection.cursor() as cursor:
        cursor.execute(_LAY, [[record.pk for record in records], texts])


@action
def lay_missing(*, actor: User) -> int:
    """Lay what was corrected before it was compared over its records; over how many. Refuses nothing."""
    rows = SourceRecord.objects.current().filter(about__isnull=False, source__role=Source.Role.STEWARD)
    wanted = rows.filter(about__corrected__isnull=True, about__closed_at__isnull=True).values("about")
    records = list(SourceRecord.objects.filter(pk__in=wanted).locked().defer("raw", "findings"))
    known = corrections_of([record.pk for record in records])
    put({record: laid(record, open_values(known[record.pk].values)) for record in records if record.pk in known})
    if records:
        audit.record(actor, "corrections.laid", counts={"records": len(records)})
    return len(records)
