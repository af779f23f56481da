"""Comparing a batch with its block mates in arrays: what reaches the review line is then told by the reference scorer.

The scores that this leaves are those that a decision can hang on: every pair at or above the review line, and, of the
customers that such a pair leads to, the other mates, too, for one of them may be a relative.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from customers.models import SourceRecord
from matching.actions.keys import Blocks
from matching.actions.scoring import Scored, hold
from matching.actions.scoring_glanced import Ties
from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.packing import prepared_from_lines
from matching.engine.bulk.scoring import Scorer, Scores, joined, score_all
from matching.engine.defaults import person_model
from matching.engine.features import Features, Party, prepare
from matching.engine.model import Model
from matching.engine.packing import packed
from matching.engine.scoring import score
from matching.queries.likely import COMPILED
from matching.queries.prepared import Line, lines

AT_ONCE = 1 << 21  # pairs held at once
LOW = 0xFFFFFFFF


@dataclass(frozen=True)
class _Met:
    """Records of a batch and their block mates as rows of columns; of each the customer that it lies in (0: none)."""

    columns: Columns
    customers: Ints

    def rows(self, ids: Ints) -> Ints:
        """The row of each record (id); -1 for one that is not there."""
        order = np.argsort(self.columns.ids)
        places = np.searchsorted(self.columns.ids, ids, sorter=order)
        found = order[np.minimum(places, len(order) - 1)]
        return np.where(self.columns.ids[found] == ids, found, -1)

    def nodes(self) -> list[Hashable]:
        """What each row is tied as: its customer, or itself."""
        both = zip(self.columns.ids.tolist(), self.customers.tolist(), strict=True)
        return [(customer,) if customer else record for record, customer in both]


def get_ready() -> None:
    """Read from disk what comparing so many needs: what imports this module, and the compiled kernel."""
    if not AVAILABLE:
        return
    model = person_model()
    line = packed(prepare(model, Party(0, model.party_type, {})))
    columns = of_prepared(prepared_from_lines(model, np.arange(2), pl.Series([line, line])))
    Scorer(model, columns).score(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64), floor=model.review)


def compare(scored: Scored, records: Sequence[SourceRecord], features: Mapping[int, Features]) -> None:
    """Fill in the scores of these records: party type by party type, in the order in which they will be placed."""
    ordered = sorted(records, key=lambda record: (record.party_type, record.pk))
    ties = Ties()
    for stage in _stages(ordered, scored.blocks):
        _compare(scored, stage, features, ties)


def _stages(records: Sequence[SourceRecord], blocks: Blocks) -> Iterator[list[SourceRecord]]:
    """Records of one party type, as many as have no more pairs than are held at once."""
    stage: list[SourceRecord] = []
    held = 0
    for record in records:
        more = blocks.count(record.pk)
        if stage and (held + more > AT_ONCE or stage[0].party_type != record.party_type):
            yield stage
            stage, held = [], 0
        stage.append(record)
        held += more
    if stage:
        yield stage


def _compare(scored: Scored, records: Sequence[SourceRecord], features: Mapping[int, Features], ties: Ties) -> None:
    model = scored.models[records[0].party_type].model
    mine, mates = _directed(scored.blocks, records)
    met = _met(model, records, features, mates, scored.blocks)
    one, other = met.rows(mine), met.rows(mates)
    there = other >= 0  # a mate may have been closed
    codes = np.sort(one[there] << 32 | other[there])
    scorer = Scorer(model, met.columns, fast=AVAILABLE and len(codes) >= COMPILED)
    near = _near(scorer, codes, len(records))
    wanted = _telling(near, codes, met, model, ties)
    once = [(code >> 32, code & LOW) for code in np.unique(_turned(wanted)).tolist()]
    told = dict(zip(once, score(model, [(scorer.features(i), scorer.features(j)) for i, j in once]), strict=True))
    ids = met.columns.ids.tolist()
    pairs = [(code >> 32, code & LOW) for code in wanted.tolist()]
    found = {(ids[i], ids[j]): told[min(i, j), max(i, j)] for i, j in pairs}
    hold(scored, records, found, {ids[row]: scorer.features(row) for pair in once for row in pair})


def _directed(blocks: Blocks, records: Sequence[SourceRecord]) -> tuple[Ints, Ints]:
    """Each record (id) with each of those that share a block with it (id), once; in the order of both."""
    place = {digest: number for number, digest in enumerate(blocks.members)}
    lengths = np.fromiter(map(len, blocks.members.values()), dtype=np.int64, count=len(place))
    everybody, sharing = np.unique(_flat(chain.from_iterable(blocks.members.values())), return_inverse=True)
    own = sorted(record.pk for record in records)
    uses = [(row, place[key]) for row, pk in enumerate(own) for key, _key in blocks.keys_of[pk] if key in place]
    rows, used = _flat(chain.from_iterable(uses)).reshape(-1, 2).T
    counts = lengths[used]
    # Of each use the places of its block's members: they follow each other from where the block begins.
    begin = np.repeat((np.cumsum(lengths) - lengths)[used] - (np.cumsum(counts) - counts), counts)
    members = sharing[begin + np.arange(len(begin))]
    pairs = np.unique(np.repeat(rows, counts) << 32 | members)
    mine, mates = np.array(own, dtype=np.int64)[pairs >> 32], everybody[pairs & LOW]
    return mine[mine != mates], mates[mine != mates]


def _flat(numbers: Iterable[int]) -> Ints:
    return np.fromiter(numbers, dtype=np.int64)


def _met(
    model: Model, records: Sequence[SourceRecord], features: Mapping[int, Features], mates: Ints, blocks: Blocks
) -> _Met:
    """The records and their mates, read in one query, in columns without contacts that say nothing."""
    own = [Line(record.pk, record.customer_id or 0, packed(features[record.pk])) for record in records]
    others = np.setdiff1d(mates, np.array([record.pk for record in records], dtype=np.int64)).tolist()
    ids, customers, made = zip(*own, *lines(model, others), strict=True)
    columns = of_prepared(prepared_from_lines(model, np.array(ids, dtype=np.int64), pl.Series(made)))
    if blocks.crowded:
        telling: dict[str, set[str]] = {}
        for attribute, text in blocks.crowded:
            telling.setdefault(attribute, set()).add(text)
        columns = columns.without(telling)
    return _Met(columns, np.array(customers, dtype=np.int64))


def _near(scorer: Scorer, codes: Ints, batch: int) -> Scores:
    """The pairs at or above the review line, each once, the smaller row first. The first rows are the batch."""
    inside = codes & LOW < batch
    pairs = np.concatenate([codes[~inside], np.unique(_turned(codes[inside]))])
    scores = score_all(scorer, iter([(pairs >> 32, pairs & LOW)]), floor=scorer.model.review)
    return joined([found for _count, found in scores], len(scorer.model.comparisons))


def _turned(codes: Ints) -> Ints:
    """Pairs with their smaller row first."""
    one, other = codes >> 32, codes & LOW
    found: Ints = np.minimum(one, other) << 32 | np.maximum(one, other)
    return found


def _telling(near: Scores, codes: Ints, met: _Met, model: Model, ties: Ties) -> Ints:
    """The pairs that are near, and those with further mates in whatever customer a near one lies or may come to lie."""
    if not len(near):
        return codes[:0]
    nodes = met.nodes()
    for i, j, probability in zip(near.left.tolist(), near.right.tolist(), near.probability.tolist(), strict=True):
        if probability >= model.automatic:
            ties.tie(nodes[i], nodes[j])
    number: dict[Hashable, int] = {}
    group = np.array([number.setdefault(ties.of(node), len(number)) for node in nodes], dtype=np.int64)
    both = np.concatenate([near.left << 32 | near.right, near.right << 32 | near.left])
    directed = both[codes[np.minimum(np.searchsorted(codes, both), len(codes) - 1)] == both]
    led = np.unique((directed >> 32) << 32 | group[directed & LOW])
    concerned = np.zeros(len(nodes), dtype=bool)
    concerned[led >> 32] = True
    some = codes[concerned[codes >> 32]]
    found: Ints = some[np.isin((some >> 32) << 32 | group[some & LOW], led)]
    return found
