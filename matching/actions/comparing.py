"""Comparing many stored records: what `match`, bulk placing and the export of pairs have in common."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from matching.engine.bulk.blocking import Blocks, block, pairs
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, Scores, joined, score_all
from matching.engine.comparing import conflict
from matching.engine.model import Model
from matching.queries.stored import Stored

FEW = 12_000  # records that are compared sooner than compiled kernels are read from disk
Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Compared:
    """The pairs of stored records that reach a probability, how many were compared, and the blocks they came from."""

    stored: Stored
    blocks: Blocks
    scorer: Scorer
    scores: Scores
    pairs: int

    def forget(self) -> None:
        """Let go of what only comparing needs: a third of all that is held of a record."""
        self.blocks.forget()
        self.scorer.forget()

    def in_conflict(self) -> Callable[[int, int], bool] | None:
        """Whether two rows have differing identifiers of an exclusive scheme; None where the model has none."""
        if not self.scorer.model.exclusive_schemes:
            return None
        return lambda one, other: conflict(self.scorer.model, self.scorer.features(one), self.scorer.features(other))


def compare(
    model: Model,
    stored: Stored,
    *,
    report: Progress,
    floor: float | None = None,
    fresh: Ints | None = None,
    owners: Ints | None = None,
    keep: bool = False,
) -> Compared:
    """Compare all that share a block, down to a probability.

    With `fresh` only pairs of which one is; with `owners` (one number a row) only pairs that differ in theirs.
    """
    report(0, None, _("Finding pairs"))
    blocks = block(model, stored.columns, keep=keep)
    # An upper bound: pairs that share several keys are counted under each.
    total = sum(blocks.count(rule) for rule in range(len(model.rules)))
    fast = AVAILABLE and len(stored) >= FEW
    scorer = Scorer(model, blocks.telling(), fast=fast)
    found_pairs = pairs(blocks, fresh, fast=fast)
    wanted = found_pairs if owners is None else _across(found_pairs, owners)
    done, parts, started = 0, [], time.monotonic()
    for count, found in score_all(scorer, wanted, floor=model.review if floor is None else floor):
        done += count
        parts.append(found)
        report(done, total, _pace(done, time.monotonic() - started))
    return Compared(stored, blocks, scorer, joined(parts, len(model.comparisons)), done)


def _across(found: Iterator[tuple[Ints, Ints]], owners: Ints) -> Iterator[tuple[Ints, Ints]]:
    for left, right in found:
        apart = owners[left] != owners[right]
        yield left[apart], right[apart]


def _pace(done: int, seconds: float) -> str:
    return _("Comparing, %(pairs)s pairs a second") % {"pairs": f"{done / max(seconds, 0.001):,.0f}"}


def quiet(report: Progress) -> Progress:
    """A report of comparing that counts nothing as placed yet: how far it is stands in the phase."""

    def told(done: int, total: int | None, phase: str) -> None:
        share = f"{100 * done // total} %: " if total else ""
        report(0, None, (share + phase)[:60])

    return told
