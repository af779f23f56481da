"""What must always be true of links, candidates, verdicts and match keys."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cmdm.verifying import Found, Tally, add_check, sql_check
from customers.models import SourceRecord
from matching.engine.features import Features
from matching.engine.packing import packed
from matching.models import MatchKey, OversizedBlock
from matching.queries.blocking import digests, finer_digests, match_spaces
from matching.queries.features import features_of
from matching.queries.models import InForce, models_coming, models_in_force, tidying_keys
from matching.queries.prepared import opened, with_lines

BATCH = 1_000
_STEPS = "SELECT unnest(records) AS record, id, customer_id, source_customer_id FROM matching_ledgerentry"

sql_check(
    "links are what the ledger says",
    "I7",
    "SELECT count(*) FROM customers_sourcerecord WHERE about_id IS NULL",
    f"""WITH last AS (SELECT DISTINCT ON (record) record, customer_id FROM ({_STEPS}) s ORDER BY record, id DESC),
        linked AS (SELECT id, customer_id FROM customers_sourcerecord
                    WHERE about_id IS NULL AND customer_id IS NOT NULL)
        SELECT COALESCE(linked.id, last.record) AS id FROM linked FULL JOIN last ON last.record = linked.id
         WHERE linked.customer_id IS DISTINCT FROM last.customer_id""",
)
sql_check(
    "the ledger moves records from where they were",
    "I7",
    "SELECT count(*) FROM matching_ledgerentry",
    f"""SELECT id FROM (
          SELECT id, source_customer_id,
                 lag(customer_id) OVER (PARTITION BY record ORDER BY id) AS before FROM ({_STEPS}) s) t
         WHERE before IS DISTINCT FROM source_customer_id GROUP BY id""",
)
sql_check(
    "redirects are what the ledger says",
    "I8",
    "SELECT count(*) FROM customers_customer WHERE status = 'merged'",
    """WITH last AS (
         SELECT DISTINCT ON (source_customer_id) source_customer_id AS merged, records FROM matching_ledgerentry
          WHERE deed = 'merge' ORDER BY source_customer_id, id DESC),
       now AS (
         SELECT last.merged, min(r.customer_id) AS one, count(DISTINCT r.customer_id) AS several
           FROM last JOIN customers_sourcerecord r ON r.id = ANY(last.records) GROUP BY last.merged)
       SELECT c.id FROM customers_customer c LEFT JOIN now ON now.merged = c.id
        WHERE (c.status = 'merged' AND (now.several IS DISTINCT FROM 1 OR c.merged_into_id IS DISTINCT FROM now.one))
           OR (c.status = 'retired' AND now.several = 1 AND now.one <> c.id
               AND NOT EXISTS (SELECT 1 FROM customers_sourcerecord r WHERE r.customer_id = c.id))""",
)
sql_check(
    "nobody joined what a person kept apart",
    "I10",
    "SELECT count(*) FROM matching_verdict WHERE answer = 'different' AND revoked_at IS NULL",
    """SELECT v.id FROM matching_verdict v
         JOIN customers_sourcerecord l ON l.id = v.left_id JOIN customers_sourcerecord r ON r.id = v.right_id
        WHERE v.answer = 'different' AND v.revoked_at IS NULL AND l.customer_id = r.customer_id""",
)
sql_check(
    "verdicts are a person's",
    "I10",
    "SELECT count(*) FROM matching_verdict",
    """SELECT v.id FROM matching_verdict v JOIN cmdm_user u ON u.id = v.decided_by_id WHERE u.kind = 'system'""",
)
sql_check(
    "questions are about separate, active customers",
    "I12",
    "SELECT count(*) FROM matching_candidate WHERE state = 'open'",
    """SELECT k.id FROM matching_candidate k
         JOIN customers_sourcerecord l ON l.id = k.left_id JOIN customers_sourcerecord r ON r.id = k.right_id
         LEFT JOIN customers_customer a ON a.id = l.customer_id LEFT JOIN customers_customer b ON b.id = r.customer_id
        WHERE k.state = 'open' AND (
              a.status IS DISTINCT FROM 'active' OR b.status IS DISTINCT FROM 'active'
           OR l.closed_at IS NOT NULL OR r.closed_at IS NOT NULL
           OR (a.id = b.id) <> (k.kind IN ('over_merge', 'sample')))""",
)
sql_check(
    "nothing is asked that a person has answered",
    "I12",
    "SELECT count(*) FROM matching_candidate WHERE state = 'open'",
    """SELECT k.id FROM matching_candidate k
         JOIN matching_verdict v ON v.left_id = k.left_id AND v.right_id = k.right_id
        WHERE k.state = 'open' AND v.revoked_at IS NULL AND (v.stale_since IS NULL OR v.strength = 'lock')""",
)


def _keys() -> Found:
    """Open records have the keys that their values give, finer ones where a block is large; others have none.

    What is kept of them prepared is what their values give, too.

    While a model with other blocking is being promoted, and until keys that nobody looks for have been tidied away,
    records hold keys of both; stored ones that wait to be placed may have none yet.
    """
    models, coming, tally, last = models_in_force(), models_coming(), Tally(), 0
    tidying = tidying_keys()
    rows = SourceRecord.objects.defer("raw", "findings").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        stored = _stored([record.pk for record in batch])
        compared = [record for record in batch if record.closed_at is None and record.about_id is None]
        features = features_of(compared, dict(models))
        wanted = dict(_wanted(compared, features, models))
        kept = _kept([record.pk for record in compared], models)
        for record in batch:
            held, right = stored[record.pk], wanted.get(record.pk, set())
            waits = record.placed_at is None and not held
            fits = right <= held if tidying or coming.get(record.party_type) else right == held
            prepared = record.pk not in kept or kept[record.pk] == packed(features[record.pk])
            tally.add(record.pk, holds=(waits or fits) and prepared)
        last = batch[-1].pk
    return tally.found()


def _stored(records: Sequence[int]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for key, record in MatchKey.objects.filter(record__in=records).values_list("key", "record"):
        found[record].add(key)
    return found


def _kept(records: Sequence[int], models: Mapping[str, InForce]) -> Mapping[int, str]:
    """By record (id) the line that comparing would read of it."""
    rows: Any = with_lines(SourceRecord.objects.filter(pk__in=records), models)
    read = rows.values_list("pk", "kept_line")
    return {pk: opened(bytes(token)) for pk, token in read if token is not None}


def _wanted(
    records: Sequence[SourceRecord], features: Mapping[int, Features], models: Mapping[str, InForce]
) -> Iterator[tuple[int, set[int]]]:
    """By record (id): the digests of its keys; finer ones for those whose block is listed as large."""
    spaces = match_spaces(record.domain_id for record in records)
    coarse = {
        record.pk: digests(models[record.party_type].model, features[record.pk], spaces[record.domain_id])
        for record in records
    }
    every = {digest for found in coarse.values() for digest, _key in found}
    large = set(OversizedBlock.objects.filter(pk__in=every).values_list("pk", flat=True))
    for record in records:
        found = coarse[record.pk]
        model, space = models[record.party_type].model, spaces[record.domain_id]
        finer = finer_digests(model, features[record.pk], space, [key for digest, key in found if digest in large])
        yield record.pk, {digest for digest, _key in found} | {digest for digest, _key in finer}


add_check("records have the keys of their values", "I4", _keys)
