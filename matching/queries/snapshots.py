"""All open records of a party type at one moment, in columns: what rehearsing, learning and counting blocks look at.

They are read in one statement, so nothing that happens meanwhile gets in, and nothing here is written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from matching.engine.bulk import blocking
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, Scores, score_all
from matching.engine.features import Features
from matching.engine.model import Model
from matching.queries.stored import Stored, comparable, stored

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Snapshot:
    """Records as one model sees them."""

    model: Model
    stored: Stored

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def columns(self) -> Columns:
        return self.stored.columns

    @property
    def customers(self) -> Ints:
        """The customer (id) of each record."""
        return self.stored.customers

    def features(self, row: int) -> Features:
        """A record as the reference compares it."""
        return self.columns.features(row)

    @cached_property
    def blocks(self) -> blocking.Blocks:
        """The blocks of the model."""
        return blocking.block(self.model, self.columns)

    def scored(self, report: Progress) -> Iterator[Scores]:
        """Every pair that shares a block, scored, slice by slice; pairs and their scores name rows."""
        done = 0
        for count, scores in score_all(self.scorer, blocking.pairs(self.blocks), floor=0.0):
            done += count
            report(done, None, _("Comparing"))
            yield scores

    def score(self, left: Ints, right: Ints) -> Scores:
        """Given pairs of rows, whatever their blocks."""
        return self.scorer.score(left, right)

    @cached_property
    def scorer(self) -> Scorer:
        # Without the contacts that too many share to say anything.
        return Scorer(self.model, self.blocks.telling())


def snapshots(models: Sequence[Model], report: Progress, by: Sequence[str] = ("pk",)) -> list[Snapshot]:
    """The records of one party type under each of these models, in this order; two queries for each that reads values
    its own way.
    """
    rows = comparable(models[0].party_type).filter(customer__isnull=False)
    report(0, None, _("Reading"))
    read: list[tuple[Model, Stored]] = []
    for model in models:
        known = next((held for other, held in read if _read_alike(model, other)), None)
        read.append((model, stored(model, rows, by=by) if known is None else known))
    return [Snapshot(model, held) for model, held in read]


def _read_alike(one: Model, other: Model) -> bool:
    """Whether two models make the same of values before they compare them."""
    compared = [[(each.kind, each.attribute) for each in model.comparisons] for model in (one, other)]
    return one.placeholders == other.placeholders and compared[0] == compared[1]


__all__ = ["Progress", "Snapshot", "snapshots"]
