"""Match keys in the database: writing them, locking their buckets, and reading who shares them.

A key is the keyed digest of match space, party type, rule and text. A block over the model's cap is sub-divided
once: its members get finer keys, and the block is listed as large. A finer block that is over the cap still is
listed too, and each record is compared with its oldest and its newest records, up to the cap: the oldest stay the
same and are placed first, so that many records of one customer that come together find each other; `match --all`
compares all neighbours in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from cmdm import clock
from cmdm.database.kept import kept, put, send
from customers.models import SourceRecord
from matching.actions import preparations
from matching.engine.features import Features, prepare
from matching.engine.keys import Key
from matching.engine.model import Model
from matching.models import MatchKey
from matching.queries.blocking import digests, finer_digests
from matching.queries.features import features_of, party_of
from matching.queries.models import InForce, models_coming

BUCKETS = 1024
FEW = 8  # records whose keys are put; those of more are copied
_COLUMNS = {"key": "bigint", "record_id": "bigint", "rule": "smallint", "finer": "boolean"}
_LOCK_SPACE = 0x6D61  # first half of the two-part advisory lock: buckets of match keys
SINGLE_CONTACTS: dict[tuple[str, ...], str] = {("email",): "email", ("phone",): "phone", ("identifier",): "identifier"}

_SHARERS = """
    SELECT q.key, m.records FROM unnest(%s::bigint[]) AS q(key)
     CROSS JOIN LATERAL (SELECT ARRAY(
        SELECT record_id FROM matching_matchkey WHERE key = q.key ORDER BY record_id DESC LIMIT %s) AS records) AS m
"""

_OLDEST = """
    SELECT q.key, ARRAY(SELECT record_id FROM matching_matchkey WHERE key = q.key ORDER BY record_id LIMIT %s)
      FROM unnest(%s::bigint[]) AS q(key)
"""

_BLOCKS = """
    SELECT q.key, CASE WHEN NOT EXISTS (SELECT FROM matching_oversizedblock o WHERE o.key = q.key) THEN ARRAY(
        SELECT record_id FROM matching_matchkey WHERE key = q.key ORDER BY record_id DESC LIMIT %s) END
      FROM unnest(%s::bigint[]) AS q(key)
"""


@dataclass
class Blocks:
    """Who shares a key with whom: record ids by key, and contacts that too many share to say anything."""

    members: dict[int, list[int]] = field(default_factory=dict)
    keys_of: dict[int, list[tuple[int, Key]]] = field(default_factory=dict)
    crowded: set[tuple[str, str]] = field(default_factory=set)

    def count(self, record: int) -> int:
        """How many records share a block with this one, those under several keys counted under each."""
        return sum(len(self.members.get(digest, ())) for digest, _key in self.keys_of[record])

    def sharers(self, record: int) -> set[int]:
        """The records that share a block with this one."""
        found = {other for digest, _key in self.keys_of[record] for other in self.members.get(digest, ())}
        found.discard(record)
        return found


def lock_buckets(digests_: Iterable[int]) -> None:
    """Take the transaction locks on the buckets of these keys, in order; one statement."""
    _lock("pg_advisory_xact_lock", digests_)


def share_buckets(digests_: Iterable[int]) -> None:
    """The same with others who share them, for records that were compared with theirs; all else is kept out."""
    _lock("pg_advisory_xact_lock_shared", digests_)


def _lock(function: str, digests_: Iterable[int]) -> None:
    buckets = sorted({digest % BUCKETS for digest in digests_})
    if buckets:
        send(
            f"SELECT {function}(%s, b) FROM (SELECT unnest(%s::int[]) AS b ORDER BY 1) AS t",
            [_LOCK_SPACE, buckets],
        )


def write(
    models: Mapping[str, InForce],
    records: Sequence[SourceRecord],
    features: Mapping[int, Features],
    found: Mapping[int, list[tuple[int, Key]]],
) -> None:
    """Replace the stored keys of these records and what is kept of them prepared; at most two statements."""
    few = len(records) <= FEW
    # One that was placed and corrected in the change that added it has its keys already.
    if few and all(preparations.is_fresh(record) and record.customer_id is None for record in records):
        rows = [row for record in records for row in _rows(record.pk, found)]
        preparations.keep_first(records, features, models, rows)
        return
    preparations.replace(records, features, models)
    if few:
        put("matching_matchkey", _COLUMNS, [(*row, False) for record in records for row in _rows(record.pk, found)])
        return
    with connection.cursor() as cursor:
        with cursor.copy("COPY matching_matchkey (key, record_id, rule, finer) FROM STDIN") as lines:
            # Numbers are written as they are: row by row through the adapters takes three times as long.
            for record in records:
                lines.write("".join(f"{key}\t{pk}\t{rule}\tf\n" for key, pk, rule in _rows(record.pk, found)))


def _rows(record: int, found: Mapping[int, list[tuple[int, Key]]]) -> list[tuple[int, int, int]]:
    return [(digest, record, key.rule) for digest, key in dict(found[record]).items()]


def write_coming(records: Sequence[SourceRecord], spaces: Mapping[int, str]) -> None:
    """Add the keys under a model that is being promoted, so that no record lacks them when it decides."""
    coming = models_coming()
    chosen = [record for record in records if record.party_type in coming]
    add(
        [
            (digest, record.pk, key.rule, False)
            for record in chosen
            for digest, key in keys_under(coming[record.party_type], record, spaces[record.pk])
        ]
    )


def keys_under(model: Model, record: SourceRecord, space: str) -> list[tuple[int, Key]]:
    """The keys of a record under a model, whichever it is."""
    return digests(model, prepare(model, party_of(record)), space)


def add(rows: Sequence[tuple[int, int, int, bool]]) -> None:
    """Store further keys (digest, record, rule, finer); those that are there stay as they are."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matching_matchkey (key, record_id, rule, finer) "
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::boolean[]) ON CONFLICT DO NOTHING",
            columns,
        )


def forget(record_ids: Sequence[int]) -> None:
    """Drop the keys of closed records and what is kept of them prepared."""
    MatchKey.objects.filter(record__in=record_ids).delete()
    preparations.forget(record_ids)


def read_blocks(
    models: Mapping[str, InForce],
    features: Mapping[int, Features],
    spaces: Mapping[int, str],
    found: Mapping[int, list[tuple[int, Key]]],
    *,
    store: bool,
) -> Blocks:
    """Who shares a block with these records (id → features, id → space, id → keys).

    With ``store`` a block that has come over the cap is sub-divided for all its members.
    """
    blocks = Blocks(keys_of={pk: list(made) for pk, made in found.items()})
    caps = {
        digest: models[features[pk].party_type].model.block_cap
        for pk, made in blocks.keys_of.items()
        for digest, _key in made
    }
    members, large = _around(caps, max(caps.values(), default=0))
    over = {digest for digest, sharing in members.items() if len(sharing) > caps[digest]}
    _find_crowded(blocks, models, features, members, over | large)
    blocks.members = {digest: sharing for digest, sharing in members.items() if digest not in over}
    if over | large:
        _refine(blocks, models, features, spaces, over, large, store=store)
    return blocks


def _around(wanted: Iterable[int], cap: int) -> tuple[dict[int, list[int]], set[int]]:
    """Who is in these blocks, and which of them are known to be large: of those nobody is named."""
    with kept() as cursor:
        cursor.execute(_BLOCKS, [cap + 1, list(wanted)])
        rows = cursor.fetchall()
    return {digest: records for digest, records in rows if records}, {key for key, records in rows if records is None}


def _members(wanted: Iterable[int], cap: int) -> dict[int, list[int]]:
    with kept() as cursor:
        cursor.execute(_SHARERS, [list(wanted), cap + 1])
        return {digest: records for digest, records in cursor.fetchall() if records}


def _oldest(wanted: Iterable[int], count: int) -> dict[int, list[int]]:
    chosen = list(wanted)
    if not chosen:
        return {}
    with kept() as cursor:
        cursor.execute(_OLDEST, [count, chosen])
        return dict(cursor.fetchall())


def _find_crowded(
    blocks: Blocks,
    models: Mapping[str, InForce],
    features: Mapping[int, Features],
    members: Mapping[int, list[int]],
    large: set[int],
) -> None:
    """Contacts that more records share than the model's limit: a switchboard, a made-up number."""
    for pk, found in blocks.keys_of.items():
        model = models[features[pk].party_type].model
        for digest, key in found:
            contact = SINGLE_CONTACTS.get(model.rules[key.rule].parts)
            if contact and (digest in large or len(members.get(digest, ())) > model.shared_limit):
                blocks.crowded.add((contact, key.text))


def _refine(
    blocks: Blocks,
    models: Mapping[str, InForce],
    features: Mapping[int, Features],
    spaces: Mapping[int, str],
    over: set[int],
    large: set[int],
    *,
    store: bool,
) -> None:
    """Replace the keys of large blocks by finer ones, for these records and, the first time, for all members."""
    if over and store:
        _subdivide_members(blocks, models, features, spaces, over)
    finer: dict[int, list[tuple[int, Key]]] = {}
    caps: dict[int, int] = {}
    for pk, found in blocks.keys_of.items():
        one = features[pk]
        model = models[one.party_type].model
        blocked = [key for digest, key in found if digest in over or digest in large]
        finer[pk] = finer_digests(model, one, spaces[pk], blocked)
        caps.update({digest: model.block_cap for digest, _key in finer[pk]})
    for pk, made in finer.items():
        blocks.keys_of[pk].extend(made)
    if store:
        _add_finer([(digest, pk, key.rule) for pk, made in finer.items() for digest, key in made])
    members = _members(caps, max(caps.values(), default=0))
    still = {digest for digest, sharing in members.items() if len(sharing) > caps[digest]}
    if still and store:
        _list_large(still, blocks, features)
    oldest = _oldest(still, max(caps.values(), default=0) // 2)
    for digest, sharing in members.items():
        first = oldest.get(digest, [])[: caps[digest] // 2]
        newest = [record for record in sharing if record not in first]
        blocks.members[digest] = [*newest[: caps[digest] - len(first)], *first]


def _subdivide_members(
    blocks: Blocks,
    models: Mapping[str, InForce],
    features: Mapping[int, Features],
    spaces: Mapping[int, str],
    over: set[int],
) -> None:
    """Give every record of a block that came over the cap its finer keys, once, and list the block."""
    named = {
        digest: (key, features[pk].party_type, spaces[pk])
        for pk, found in blocks.keys_of.items()
        for digest, key in found
        if digest in over
    }
    rows: list[tuple[int, int, int]] = []
    for digest, (key, party, space) in named.items():
        chosen = MatchKey.objects.filter(key=digest).values("record")
        model = models[party].model
        records = SourceRecord.objects.filter(pk__in=chosen).only("party_type", "values", "corrected")
        for pk, one in features_of(records.iterator(chunk_size=2000), dict(models)).items():
            rows += [(finer, pk, key.rule) for finer, _key in finer_digests(model, one, space, [key])]
    _add_finer(rows)
    _list_large(over, blocks, features)


def _list_large(large: set[int], blocks: Blocks, features: Mapping[int, Features]) -> None:
    rules = {
        digest: (key.rule, features[pk].party_type)
        for pk, found in blocks.keys_of.items()
        for digest, key in found
        if digest in large
    }
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO matching_oversizedblock (key, rule, party_type, records, seen_at) "
            "SELECT %s, %s, %s, (SELECT count(*) FROM matching_matchkey WHERE key = %s), %s "
            "ON CONFLICT (key) DO UPDATE SET records = EXCLUDED.records, seen_at = EXCLUDED.seen_at",
            [(digest, rule, party, digest, clock.now()) for digest, (rule, party) in rules.items()],
        )


def _add_finer(rows: Sequence[tuple[int, int, int]]) -> None:
    """Store finer keys (digest, record, rule) of records in a large block."""
    add([(digest, record, rule, True) for digest, record, rule in rows])
