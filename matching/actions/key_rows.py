"""Keys of many records as they are stored: the digest of each, made once for each distinct text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from django.db import connection

from cmdm import clock, crypto
from cmdm.database import waiting
from cmdm.database.columns import BINARY, in_binary
from matching.actions import keys
from matching.engine.bulk.blocking import Blocks
from matching.engine.bulk.digesting import digests64
from matching.engine.bulk.fast import pays
from matching.engine.bulk.keys import RuleKeys
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.numbering import numbered
from matching.engine.bulk.packing import lines_of
from matching.engine.model import Model
from matching.models.key import BLOCKS
from matching.queries.blocking import key_begin
from matching.queries.prepared import sealed, sealed_many
from matching.queries.stored import Stored

AT_ONCE = 100_000
_KEYS = "COPY matching_matchkey (key, record_id, rule, finer) FROM STDIN"
_PREPARED = "COPY matching_preparedrecord (record_id, preparation, version, line) FROM STDIN"


@dataclass(frozen=True)
class KeyRows:
    """The stored keys of every row: digest, rule, whether a finer one; and the digests of the large blocks."""

    digests: Lists
    rules: Ints
    finer: Ints
    large: dict[int, tuple[int, int]]

    def of(self, row: int) -> Iterator[tuple[int, int, bool]]:
        """Digest, rule and whether finer, of one row."""
        for place in range(self.digests.starts[row], self.digests.starts[row + 1]):
            yield int(self.digests.values[place]), int(self.rules[place]), bool(self.finer[place])

    def digests_of(self, rows: Ints) -> Ints:
        """All digests of some rows."""
        return self.digests.take(rows).values


def key_rows(model: Model, stored: Stored, blocks: Blocks) -> KeyRows:
    """The digests of all keys of the blocks, which must have been kept."""
    rows, digests, rules, finer = [], [], [], []
    large: dict[int, tuple[int, int]] = {}
    known = {(each.rule, each.number): each.records for each in blocks.large}
    for is_finer, made in [(False, one) for one in blocks.plain] + [(True, one) for one in blocks.finer]:
        found = _digests(model, stored, made)
        rows.append(made.rows)
        digests.append(found)
        rules.append(np.full(len(found), made.rule, dtype=np.int16))
        finer.append(np.full(len(found), is_finer, dtype=bool))
        numbers = {number for rule, number in known if rule == made.rule}
        for place in np.flatnonzero(np.isin(made.numbers, list(numbers))).tolist() if numbers else ():
            large[int(found[place])] = (made.rule, known[made.rule, int(made.numbers[place])])
    every = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    order = np.argsort(every, kind="stable")
    lists = Lists.of(every[order], np.concatenate(digests)[order], len(stored))
    return KeyRows(lists, np.concatenate(rules)[order], np.concatenate(finer)[order], large)


def _digests(model: Model, stored: Stored, made: RuleKeys) -> Ints:
    place, first = numbered(made.numbers)
    found = np.empty(len(first), dtype=np.int64)
    spaces = stored.columns.spaces[made.rows[first]]
    for space in np.unique(spaces).tolist():
        of_space = np.flatnonzero(spaces == space)
        for start in range(0, len(of_space), AT_ONCE):
            some = of_space[start : start + AT_ONCE]
            texts = made.where(first[some]).texts()
            found[some] = _digested(key_begin(stored.spaces[space], model.party_type, made.rule), texts)
    return found[place]


def _digested(begin: str, texts: pl.Series) -> Ints:
    if pays(len(texts)):
        return digests64(crypto.digest_key("match-key"), begin, texts)
    return np.array(crypto.digests64(texts, begin, "match-key"), dtype=np.int64)


def stored_any() -> bool:
    """Whether any record has keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM matching_matchkey)")
        return bool(cursor.fetchone()[0])


def sharers(digests: Ints) -> set[int]:
    """The records (ids) whose stored keys are among these; the index that tells them is there from then on."""
    found: set[int] = set()
    waiting.build(BLOCKS)
    with connection.cursor() as cursor:
        distinct = np.unique(digests)
        for start in range(0, len(distinct), AT_ONCE):
            cursor.execute(
                "SELECT DISTINCT record_id FROM matching_matchkey WHERE key = ANY(%s)",
                [distinct[start : start + AT_ONCE].tolist()],
            )
            found.update(record for (record,) in cursor.fetchall())
    return found


def write(model: Model, stored: Stored, made: KeyRows, rows: Sequence[int]) -> None:
    """Store the keys of rows that have none yet, and what preparing made of them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM matching_preparedrecord WHERE record_id = ANY(%s)", [stored.ids[rows].tolist()])
        with cursor.copy(_PREPARED) as lines:
            for row, line in zip(rows, lines_of(stored.columns, np.array(rows, dtype=np.int64)), strict=True):
                lines.write_row((int(stored.ids[row]), model.preparation, int(stored.versions[row]), sealed(line)))
        with cursor.copy(_KEYS) as lines:
            for row in rows:
                record = int(stored.ids[row])
                for digest, (rule, finer) in {d: (r, f) for d, r, f in reversed(list(made.of(row)))}.items():
                    lines.write_row((digest, record, rule, finer))


@dataclass(frozen=True)
class KeyLines:
    """The keys of some records and what preparing made of them, as COPY takes them."""

    records: list[int]
    prepared: bytes
    keys: bytes


def lines(model: Model, stored: Stored, made: KeyRows, rows: Ints) -> KeyLines:
    """What :func:`write` writes of rows, made without the database; keys in the order of their index."""
    records = stored.ids[rows]
    tokens = sealed_many(lines_of(stored.columns, rows).to_list())
    preparations = np.full(len(rows), model.preparation, dtype=np.int64)
    prepared = in_binary(records, preparations, stored.versions[rows].astype(np.int32), last=tokens)
    places, counts = made.digests.positions(rows)
    keys, owners = made.digests.values[places], np.repeat(records, counts)
    order = np.argsort(keys, kind="stable")
    keys, owners, places = keys[order], owners[order], places[order]
    # A record's own stand side by side, and so do those of them that are the same.
    first = np.ones(len(keys), dtype=bool)
    first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    told = [keys, owners, made.rules[places], made.finer[places]]
    return KeyLines(records.tolist(), prepared, in_binary(*[each[first] for each in told]))


def copy(lines: KeyLines) -> None:
    """Write them; three statements."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM matching_preparedrecord WHERE record_id = ANY(%s)", [lines.records])
        with cursor.copy(_PREPARED + BINARY) as rows:
            rows.write(lines.prepared)
        with cursor.copy(_KEYS + BINARY) as rows:
            rows.write(lines.keys)


def write_finer(stored: Stored, made: KeyRows, rows: Iterable[int]) -> None:
    """Give records that had keys before the finer ones of the blocks that have become large."""
    keys.add(
        [(digest, int(stored.ids[row]), rule, True) for row in rows for digest, rule, finer in made.of(row) if finer]
    )


def list_large(model: Model, made: KeyRows) -> None:
    """List the blocks over the cap."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO matching_oversizedblock (key, rule, party_type, records, seen_at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (key) DO UPDATE SET records = EXCLUDED.records, seen_at = EXCLUDED.seen_at",
            [(digest, rule, model.party_type, count, now) for digest, (rule, count) in made.large.items()],
        )
