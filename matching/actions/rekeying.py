"""Match keys for another blocking: first those of the coming model are added, then the old ones go.

Until the model comes into force, records have the keys of both, and the one in force finds its own. Both walks go
through the records by id, slice by slice, and may be taken up anywhere.
"""

from collections.abc import Callable, Mapping, Sequence

from django.db import connection

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers.models import SourceRecord
from matching.actions import keys, preparations
from matching.engine.features import Features, prepare
from matching.engine.model import Model
from matching.models import MatchKey, OversizedBlock
from matching.queries.blocking import digests, finer_digests, match_spaces
from matching.queries.features import party_of
from matching.queries.models import models_in_force

SLICE = 500


def _slice(party: str, after: int) -> list[SourceRecord]:
    rows = SourceRecord.objects.current().filter(party_type=party, about__isnull=True, pk__gt=after)
    return list(rows.locked().defer("raw", "findings")[:SLICE])


@action
def add_next(model: Model, after: int, *, actor: User, hold: Callable[[], None]) -> int | None:
    """Give the records after this one (id) their keys under the model; the last one's id, or None at the end."""
    hold()
    records = _slice(model.party_type, after)
    if not records:
        return None
    spaces = match_spaces(record.domain_id for record in records)
    keys.add(
        [
            (digest, record.pk, key.rule, False)
            for record in records
            for digest, key in keys.keys_under(model, record, spaces[record.domain_id])
        ]
    )
    audit.record(actor, "keys.added", counts={"records": len(records)})
    return records[-1].pk


@action
def tidy_next(party: str, after: int, *, actor: User, hold: Callable[[], None]) -> int | None:
    """Leave the records after this one (id) only what the model in force wants of them; the last id, or None."""
    hold()
    records = _slice(party, after)
    if not records:
        return None
    model = models_in_force()[party].model
    features = {record.pk: prepare(model, party_of(record)) for record in records}
    preparations.keep(model, [(record, features[record.pk]) for record in records])
    rows = _right(model, records, features)
    MatchKey.objects.filter(record__in=[record.pk for record in records]).exclude(
        key__in={digest for digest, *_rest in rows}
    ).delete()
    keys.add(rows)
    audit.record(actor, "keys.tidied", counts={"records": len(records)})
    return records[-1].pk


def _right(
    model: Model, records: Sequence[SourceRecord], features: Mapping[int, Features]
) -> list[tuple[int, int, int, bool]]:
    """The keys that these records must have, finer ones where their block is large."""
    spaces = match_spaces(record.domain_id for record in records)
    rows: list[tuple[int, int, int, bool]] = []
    coarse = {record.pk: digests(model, features[record.pk], spaces[record.domain_id]) for record in records}
    every = {digest for found in coarse.values() for digest, _key in found}
    large = set(OversizedBlock.objects.filter(pk__in=every).values_list("pk", flat=True))
    for record in records:
        found = coarse[record.pk]
        rows += [(digest, record.pk, key.rule, False) for digest, key in found]
        blocked = [key for digest, key in found if digest in large]
        if blocked:
            finer = finer_digests(model, features[record.pk], spaces[record.domain_id], blocked)
            rows += [(digest, record.pk, key.rule, True) for digest, key in finer]
    return rows


@action
def forget_blocks(party: str, *, actor: User) -> int:
    """Strike large blocks off the list whose key no record has any more; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM matching_oversizedblock b WHERE b.party_type = %s "
            "AND NOT EXISTS (SELECT 1 FROM matching_matchkey k WHERE k.key = b.key)",
            [party],
        )
        gone = cursor.rowcount
    audit.record(actor, "keys.rebuilt", counts={"blocks": gone})
    return gone
