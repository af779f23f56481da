"""Comparing a batch with its block mates without arrays: most pairs come to nothing at a first look.

It leaves the scores that a decision can hang on: every pair at or above the review line, and, of the customers that
such a pair leads to, the other mates, too, for one of them may be a relative. For a few ten thousand pairs this takes
less than to import what comparing them in arrays needs.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, groupby

from customers.models import SourceRecord
from matching.actions.scoring import Scored, hold, ignoring
from matching.engine.evidence import Score
from matching.engine.features import Features, Ignore, without
from matching.engine.glancing import hopeful
from matching.engine.model import Model
from matching.engine.packing import unpacked
from matching.engine.scoring import near, score
from matching.queries.prepared import Line, lines

Pair = tuple[int, int]


@dataclass
class Ties:
    """Which records (ids) and customers (ids, each in a tuple) may come to be one, by pairs that are automatic."""

    root: dict[Hashable, Hashable] = field(default_factory=dict)

    def of(self, one: Hashable) -> Hashable:
        while (above := self.root.setdefault(one, one)) != one:
            self.root[one] = self.root[above]
            one = above
        return one

    def tie(self, one: Hashable, other: Hashable) -> None:
        self.root[self.of(one)] = self.of(other)


@dataclass
class _Met:
    """Records of a batch (id → features, id → customer or 0), and the lines of their mates, read when asked for."""

    model: Model
    own: Mapping[int, Features]
    customers: Mapping[int, int]
    others: Mapping[int, Line]
    ignore: Ignore | None
    read: dict[int, Features] = field(default_factory=dict)

    def __contains__(self, record: int) -> bool:
        return record in self.own or record in self.others

    def features(self, record: int) -> Features:
        known = self.own.get(record) or self.read.get(record)
        if known is None:
            made = unpacked(record, self.model.party_type, self.others[record].line)
            known = self.read[record] = made if self.ignore is None else without(made, self.ignore)
        return known

    def node(self, record: int) -> Hashable:
        """What a record is tied as: its customer, or itself."""
        customer = self.customers[record] if record in self.own else self.others[record].customer
        return (customer,) if customer else record

    def scored(self, pairs: Sequence[Pair]) -> list[tuple[Features, Features]]:
        return [(self.features(one), self.features(other)) for one, other in pairs]


def compare(scored: Scored, records: Sequence[SourceRecord], features: Mapping[int, Features]) -> None:
    """Fill in the scores of these records: party type by party type, in the order in which they will be placed."""
    ties = Ties()
    ordered = sorted(records, key=lambda record: (record.party_type, record.pk))
    for _party, some in groupby(ordered, key=lambda record: record.party_type):
        _compare(scored, list(some), features, ties)


def _compare(scored: Scored, records: Sequence[SourceRecord], features: Mapping[int, Features], ties: Ties) -> None:
    mates = {record.pk: scored.blocks.sharers(record.pk) for record in records}
    met = _meet(scored, records, features, mates)
    hopes = list(_hopes(met, mates))
    reached = zip(hopes, near(met.model, met.scored(hopes)), strict=True)
    told = {pair: found for pair, found in reached if found is not None}
    wanted = list(_telling(met, mates, told, ties))
    further = sorted({_turned(met, pair) for pair in wanted} - told.keys())
    told.update(zip(further, score(met.model, met.scored(further)), strict=True))
    found = {pair: told[_turned(met, pair)] for pair in wanted}
    hold(scored, records, found, {record: met.features(record) for pair in found for record in pair})


def _meet(
    scored: Scored, records: Sequence[SourceRecord], features: Mapping[int, Features], mates: Mapping[int, set[int]]
) -> _Met:
    """The records and their mates without contacts that say nothing; one query."""
    model, ignore = scored.models[records[0].party_type].model, ignoring(scored.blocks.crowded)
    own = {pk: features[pk] if ignore is None else without(features[pk], ignore) for pk in mates}
    others = {one.record: one for one in lines(model, sorted(set().union(*mates.values()) - own.keys()))}
    return _Met(model, own, {record.pk: record.customer_id or 0 for record in records}, others, ignore)


def _hopes(met: _Met, mates: Mapping[int, set[int]]) -> Iterator[Pair]:
    """The pairs that could come to the review line, each once."""
    inside = {_turned(met, (one, other)) for one, sharing in mates.items() for other in sharing & met.own.keys()}
    yield from sorted(inside)
    for record, sharing in mates.items():
        outside = sorted(sharing & met.others.keys())
        looked = hopeful(met.model, met.own[record], (met.others[other].line for other in outside), met.ignore)
        yield from ((record, other) for other in compress(outside, looked))


def _turned(met: _Met, pair: Pair) -> Pair:
    """Two records of the batch in the order of their ids; else the one of the batch comes first."""
    return (pair[1], pair[0]) if pair[1] in met.own and pair[1] < pair[0] else pair


def _telling(met: _Met, mates: Mapping[int, set[int]], near_ones: Mapping[Pair, Score], ties: Ties) -> Iterator[Pair]:
    """The pairs that are near, and those with further mates in whatever customer a near one lies or may come to lie."""
    for (one, other), found in near_ones.items():
        if found.probability >= met.model.automatic:
            ties.tie(met.node(one), met.node(other))
    led: dict[int, set[Hashable]] = {}
    for one, other in near_ones:
        for record, leads_to in ((one, other), (other, one)):
            if leads_to in mates.get(record, ()):
                led.setdefault(record, set()).add(ties.of(met.node(leads_to)))
    for record, groups in led.items():
        for other in sorted(mates[record]):
            if other in met and ties.of(met.node(other)) in groups:
                yield record, other
