"""From records to scored pairs: blocks, features, scores; and what a candidate keeps of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.module_loading import import_string

from cmdm import memo
from cmdm.database.rows import Rows
from customers.models import SourceRecord
from matching.actions import keys
from matching.engine.comparing import conflict
from matching.engine.evidence import Score
from matching.engine.features import Features, Ignore, prepare, without
from matching.engine.keys import Key
from matching.engine.packing import unpacked
from matching.engine.scoring import near, score
from matching.queries import prepared
from matching.queries.asserted import crossings
from matching.queries.blocking import digests, match_spaces
from matching.queries.features import party_of
from matching.queries.models import InForce, models_in_force

PREPARED = "prepared records"
MANY = 3_000  # pairs from which they are compared in arrays
IN_ARRAYS = "matching.actions.scoring_many.compare"  # imported when there are so many: it needs much that pages do not
# What comparing needs of a record: loading the rest of it took longer than comparing.
COMPARED = ("key", "source", "domain", "party_type", "version", "customer", "about")
_OTHERS = Rows(SourceRecord, "WHERE t.id = ANY(%s) AND t.closed_at IS NULL", only=COMPARED)
KeyDigests = list[tuple[int, Key]]


@dataclass(frozen=True)
class Prepared:
    """What reserving made of one record's content, by source and key; scoring takes it over within the change."""

    party_type: str
    values: Mapping[str, Any]
    features: Features
    keys: KeyDigests


@dataclass
class Scored:
    """The pairs of some records with their block mates: all of them, or of many those that a decision can hang on.

    ``scores`` by (record, other); ``others`` holds the other records; ``conflicts`` the pairs whose exclusive
    identifiers differ.
    """

    models: Mapping[str, InForce]
    blocks: keys.Blocks
    others: dict[int, SourceRecord] = field(default_factory=dict)
    scores: dict[tuple[int, int], Score] = field(default_factory=dict)
    conflicts: set[tuple[int, int]] = field(default_factory=set)
    mates: dict[int, list[int]] = field(default_factory=dict)

    def of(self, record: int) -> list[tuple[SourceRecord, Score]]:
        """The other records that this one was compared with."""
        return [(self.others[other], self.scores[record, other]) for other in self.mates.get(record, ())]


def ignoring(crowded: set[tuple[str, str]]) -> Ignore | None:
    """The engine's question about contacts that too many share: whole e-mails and identifiers, endings of phones."""
    if not crowded:
        return None
    endings = tuple(text for attribute, text in crowded if attribute == "phone")
    return lambda attribute, value: value.endswith(endings) if attribute == "phone" else (attribute, value) in crowded


def score_records(records: Sequence[SourceRecord], *, store: bool) -> Scored:
    """Compare records with everything that shares a block with them; with ``store`` their keys are written first.

    A fixed number of queries for any number of records.
    """
    models = models_in_force()
    spaces_by_domain = match_spaces(record.domain_id for record in records)
    spaces = {record.pk: spaces_by_domain[record.domain_id] for record in records}
    features, found = _prepare(records, models, spaces)
    if store:
        keys.write(models, records, features, found)
        keys.write_coming(records, spaces)
    blocks = keys.read_blocks(models, features, spaces, found, store=store)
    scored = Scored(models, blocks)
    if sum(blocks.count(record.pk) for record in records) > MANY:
        import_string(IN_ARRAYS)(scored, records, features)
    else:
        _compare(scored, records, features)
    return scored


def _prepare(
    records: Sequence[SourceRecord], models: Mapping[str, InForce], spaces: Mapping[int, str]
) -> tuple[dict[int, Features], dict[int, KeyDigests]]:
    """Features and keys by record id; those made while reserving this very content are taken over."""
    reserved = memo.once(PREPARED, dict[tuple[int, str], Prepared])
    features, found = {}, {}
    for record in records:
        party = party_of(record)
        model = models[record.party_type].model
        known = reserved.get((record.source_id, record.key))
        if known is not None and known.party_type == party.party_type and known.values == party.values:
            features[record.pk], found[record.pk] = replace(known.features, id=record.pk), known.keys
        else:
            features[record.pk] = prepare(model, party)
            found[record.pk] = digests(model, features[record.pk], spaces[record.pk])
    return features, found


def _compare(scored: Scored, records: Sequence[SourceRecord], features: dict[int, Features]) -> None:
    """Score every pair, one by one."""
    pairs = {record.pk: scored.blocks.sharers(record.pk) for record in records}
    met = _met(scored, records, pairs)
    customers = {record.pk: record.customer_id or 0 for record in records} | {pk: one for pk, (one, _) in met.items()}
    features = {pk: one for pk, (_customer, one) in met.items()} | features
    ignore = ignoring(scored.blocks.crowded)
    if ignore is not None:
        features = {pk: without(one, ignore) for pk, one in features.items()}
    found: dict[tuple[int, int], Score] = {}
    for record in records:
        mates = [pk for pk in sorted(pairs[record.pk]) if pk in features]
        model = scored.models[record.party_type].model
        pairs_of = [(features[record.pk], features[pk]) for pk in mates]
        # What is placed together may come to lie in one customer: then none is left out.
        if len(records) == 1:
            likely = {customers[pk] for pk, one in zip(mates, near(model, pairs_of), strict=True) if one}
            mates = [pk for pk in mates if customers[pk] in likely]
            pairs_of = [(features[record.pk], features[pk]) for pk in mates]
        found.update(zip(((record.pk, pk) for pk in mates), score(model, pairs_of), strict=True))
    hold(scored, records, found, features)


def _met(
    scored: Scored, records: Sequence[SourceRecord], pairs: Mapping[int, set[int]]
) -> dict[int, tuple[int, Features]]:
    """The customer (0: none) and features of the open records that others are compared with; a query a party type."""
    own = {record.pk for record in records}
    wanted: dict[str, set[int]] = {}
    for record in records:
        wanted.setdefault(record.party_type, set()).update(pairs[record.pk] - own)
    return {
        one.record: (one.customer, unpacked(one.record, party, one.line))
        for party, ids in wanted.items()
        for one in prepared.lines(scored.models[party].model, sorted(ids))
    }


def hold(
    scored: Scored,
    records: Sequence[SourceRecord],
    found: Mapping[tuple[int, int], Score],
    features: Mapping[int, Features],
) -> None:
    """Keep scores with the records that they are about; one query where there are any."""
    known = {record.pk: record for record in records}
    wanted = {other for _record, other in found}
    others = {pk: known[pk] for pk in wanted & known.keys()}
    if wanted - known.keys():
        others.update((row.pk, row) for row in _OTHERS(list(wanted - known.keys())))
    scored.others.update(others)
    for record in records:
        scored.mates.setdefault(record.pk, [])
    party = {record.pk: record.party_type for record in records}
    for (mine, other), one in sorted(found.items(), key=lambda each: each[0]):
        model = scored.models[party[mine]].model
        scored.scores[mine, other] = one
        scored.mates[mine].append(other)
        if model.exclusive_schemes and conflict(model, features[mine], features[other]):
            scored.conflicts.add((mine, other))
    scored.conflicts |= crossings(found, {**known, **others})


def evidence_of(found: Score, left: SourceRecord, right: SourceRecord, version: int) -> dict[str, Any]:
    """What a candidate keeps: levels, weights and record versions; values are looked up when shown."""
    return {
        "model": version,
        "weight": found.weight,
        "prior": found.prior,
        "household": found.household,
        "levels": [[one.comparison, one.level, one.weight, one.label] for one in found.levels],
        "versions": {str(left.pk): left.version, str(right.pk): right.version},
    }
