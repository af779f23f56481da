"""From records to scored pairs: blocks, features, scores; and what a candidate keeps of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Thread
from types import SimpleNamespace
from typing import Any

from django.utils.module_loading import import_string

from cmdm import memo
from cmdm.database.rows import Rows
from customers.models import SourceRecord
from matching.actions import keys
from matching.engine.comparing import conflict
from matching.engine.evidence import Score
from matching.engine.features import Features, Ignore, prepare, without
from matching.engine.glancing import hopeful
from matching.engine.keys import Key
from matching.engine.model import Model
from matching.engine.packing import unpacked
from matching.engine.scoring import near, score
from matching.queries import prepared
from matching.queries.asserted import crossings
from matching.queries.blocking import digests, match_spaces
from matching.queries.features import party_of
from matching.queries.models import InForce, models_in_force

PREPARED = "prepared records"
TOGETHER = 500  # records of one change that are likely to have many pairs
MANY = 3_000  # pairs of several records from which those that come to nothing are not scored
GLANCED = 100_000  # such pairs that a process looks at before what comparing in arrays needs is worth reading from disk
EACH = 50  # pairs that a record is likely to have
AT_A_GLANCE = "matching.actions.scoring_glanced.compare"
IN_ARRAYS = "matching.actions.scoring_many.compare"
GET_READY = "matching.actions.scoring_many.get_ready"
# What comparing needs of a record: loading the rest of it took longer than comparing.
COMPARED = ("key", "source", "domain", "party_type", "version", "customer", "about")
_looked_at = SimpleNamespace(pairs=0)
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


@cache
def get_ready() -> Thread:
    """Have what comparing in arrays needs read from disk while the server writes; once a process."""
    reading = Thread(target=lambda: import_string(GET_READY)())
    reading.start()
    return reading


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
    count = sum(blocks.count(record.pk) for record in records)
    if count <= MANY:
        _compare(scored, records, features)
    else:
        import_string(IN_ARRAYS if in_arrays(count) else AT_A_GLANCE)(scored, records, features)
        _looked_at.pairs += count
    return scored


def in_arrays(pairs: int) -> bool:
    """Whether so many pairs more are compared in arrays; what is found is the same."""
    return _looked_at.pairs + pairs > GLANCED


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
    """Score every pair, one by one; of a single record those that a decision can hang on."""
    pairs = {record.pk: scored.blocks.sharers(record.pk) for record in records}
    ignore = ignoring(scored.blocks.crowded)
    if ignore is not None:
        features = {pk: without(one, ignore) for pk, one in features.items()}
    # What is placed together may come to lie in one customer: then none is left out.
    if len(records) == 1:
        met = _likely(scored, records[0], features[records[0].pk], pairs[records[0].pk], ignore)
    else:
        met = _met(scored, records, pairs, ignore)
    features = met | features
    found: dict[tuple[int, int], Score] = {}
    for record in records:
        mates = [pk for pk in sorted(pairs[record.pk]) if pk in features]
        model = scored.models[record.party_type].model
        told = score(model, [(features[record.pk], features[pk]) for pk in mates])
        found.update(zip(((record.pk, pk) for pk in mates), told, strict=True))
    hold(scored, records, found, features)


def _likely(
    scored: Scored, record: SourceRecord, mine: Features, mates: set[int], ignore: Ignore | None
) -> dict[int, Features]:
    """The features of the record's mates in those customers in which one of them reaches the review line; a query."""
    model = scored.models[record.party_type].model
    met = list(prepared.lines(model, sorted(mates - {record.pk})))
    hopes = hopeful(model, mine, (one.line for one in met), ignore)
    read = {one: _read(one, model, ignore) for one, hope in zip(met, hopes, strict=True) if hope}
    reached = zip(read, near(model, [(mine, other) for other in read.values()]), strict=True)
    likely = {one.customer for one, found in reached if found is not None}
    return {one.record: read.get(one) or _read(one, model, ignore) for one in met if one.customer in likely}


def _met(
    scored: Scored, records: Sequence[SourceRecord], pairs: Mapping[int, set[int]], ignore: Ignore | None
) -> dict[int, Features]:
    """The features of the open records that others are compared with; a query a party type."""
    own = {record.pk for record in records}
    wanted: dict[str, set[int]] = {}
    for record in records:
        wanted.setdefault(record.party_type, set()).update(pairs[record.pk] - own)
    return {
        one.record: _read(one, scored.models[party].model, ignore)
        for party, ids in wanted.items()
        for one in prepared.lines(scored.models[party].model, sorted(ids))
    }


def _read(one: prepared.Line, model: Model, ignore: Ignore | None) -> Features:
    """The features that a line was made of."""
    made = unpacked(one.record, model.party_type, one.line)
    return made if ignore is None else without(made, ignore)


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
