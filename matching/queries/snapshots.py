"""All open records of a party type at one moment, in arrays: what training, rehearsing and counting blocks look at.

They are read in one statement, so nothing that happens meanwhile gets in, and nothing here is written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cmdm.models import Domain
from customers.models import SourceRecord
from customers.sealing import open_values
from matching.engine.bulk import blocking, columns
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, Scores, score_all
from matching.engine.features import Features, Party, contacts, prepare, shared
from matching.engine.model import Model

CHUNK = 2_000
Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Snapshot:
    """Records as one model sees them: features, columns for comparing, and the customer (id) of each."""

    model: Model
    features: Sequence[Features]
    columns: Columns
    customers: Ints
    spaces: Ints

    def __len__(self) -> int:
        return len(self.features)

    def blocks(self) -> blocking.Blocks:
        """The blocks of the model."""
        return blocking.block(self.model, self.columns)

    def scored(self, report: Progress, blocks: blocking.Blocks | None = None) -> Iterator[Scores]:
        """Every pair that shares a block, scored, slice by slice; pairs and their scores name rows."""
        done = 0
        for count, scores in score_all(self._scorer, blocking.pairs(blocks or self.blocks()), floor=0.0):
            done += count
            report(done, None, "comparing")
            yield scores

    def score(self, left: Ints, right: Ints) -> Scores:
        """Given pairs of rows, whatever their blocks."""
        return self._scorer.score(left, right)

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self.model, self._compared())

    def _compared(self) -> Columns:
        """Columns without the contacts that too many share to say anything."""
        crowded = shared(self.model, self.features)
        if not crowded:
            return self.columns
        kept = [_without(each, crowded) for each in self.features]
        return columns.of_features(self.model, kept, self.spaces)


def _without(features: Features, crowded: frozenset[tuple[str, str]]) -> Features:
    if crowded.isdisjoint(contacts(features)):
        return features
    return replace(
        features,
        emails=tuple(one for one in features.emails if ("email", one.whole) not in crowded),
        phones=tuple(one for one in features.phones if ("phone", one.number) not in crowded),
        identifiers=tuple(
            one for one in features.identifiers if ("identifier", f"{one.scheme}:{one.value}") not in crowded
        ),
    )


def snapshots(models: Sequence[Model], report: Progress) -> list[Snapshot]:
    """The records of one party type under each of these models; two queries."""
    named = dict(Domain.objects.values_list("pk", "match_space"))
    numbers = {space: number for number, space in enumerate(sorted(set(named.values())))}
    rows = SourceRecord.objects.current().filter(
        party_type=models[0].party_type, about__isnull=True, customer__isnull=False
    )
    total = rows.count()
    prepared: list[list[Features]] = [[] for _ in models]
    found: list[tuple[int, int]] = []
    chosen = rows.order_by("pk").values_list("pk", "values", "domain", "customer")
    for pk, values, domain, customer in chosen.iterator(chunk_size=CHUNK):
        party = Party(pk, models[0].party_type, open_values(values))
        for made, model in zip(prepared, _distinct(models), strict=True):
            made.append(prepare(model, party) if model is not None else prepared[0][-1])
        found.append((numbers[named[domain]], customer or 0))
        if len(found) % CHUNK == 0:
            report(len(found), total, "reading")
    spaces = np.array([space for space, _customer in found], dtype=np.int32)
    customers = np.array([customer for _space, customer in found], dtype=np.int64)
    return [
        Snapshot(model, made, columns.of_features(model, made, spaces), customers, spaces)
        for model, made in zip(models, prepared, strict=True)
    ]


def _distinct(models: Sequence[Model]) -> list[Model | None]:
    """The models, None where one reads values just as the first does."""
    first = models[0]
    same = [
        each is not first
        and each.placeholders == first.placeholders
        and [(one.kind, one.attribute) for one in each.comparisons]
        == [(one.kind, one.attribute) for one in first.comparisons]
        for each in models
    ]
    return [None if alike else each for each, alike in zip(models, same, strict=True)]


__all__ = ["Progress", "Snapshot", "snapshots"]
