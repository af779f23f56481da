"""Counting the rules of blocking on the records as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from matching.engine.bulk import blocking
from matching.engine.bulk.scoring import Scorer, score_all
from matching.engine.model import Model
from matching.queries.answers import answered
from matching.queries.models import models_in_force
from matching.queries.snapshots import Progress, snapshots
from matching.rules.blocking import MOST, RuleCount, chosen, counted, membership, recall, wider


@dataclass(frozen=True)
class BlockingCounts:
    """The rules of the model in force and wider ones; what is found of all there is; the rules that would do."""

    records: int
    likely: int
    recall: float | None
    recall_of_answers: float | None
    rules: Sequence[RuleCount]
    suggested: Sequence[RuleCount]

    def to_dict(self) -> dict[str, Any]:
        """For a command's answer."""
        return {
            "records": self.records,
            "likely": self.likely,
            "recall": self.recall,
            "recall_of_answers": self.recall_of_answers,
            "rules": [one.__dict__ for one in self.rules],
            "suggested": [one.__dict__ for one in self.suggested],
        }


def blocking_counts(party_type: str, report: Progress) -> BlockingCounts:
    """What every rule costs and finds. Reads all records; writes nothing."""
    model = models_in_force()[party_type].model
    wide = wider(model)
    snapshot = snapshots([wide], report)[0]
    blocks = blocking.block(wide, snapshot.columns)
    left, right = _likely(wide, model.automatic, blocks, report)
    said = answered(party_type, snapshot.columns.ids)
    same = np.array(said.same, dtype=bool)
    likely, answers = membership(blocks, left, right), membership(blocks, said.left[same], said.right[same])
    counts = counted(model, wide, blocks, likely, answers)
    return BlockingCounts(
        records=len(snapshot),
        likely=len(left),
        recall=recall(model, wide, likely),
        recall_of_answers=recall(model, wide, answers),
        rules=counts,
        suggested=[counts[place] for place in chosen(counts, likely)],
    )


def _likely(model: Model, line: float, blocks: blocking.Blocks, report: Progress) -> tuple[Any, Any]:
    """The pairs of rows at or above the line, at most so many, evenly taken."""
    left, right, done = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for count, scores in score_all(Scorer(model, blocks.columns), blocking.pairs(blocks), floor=line):
        done += count
        report(done, None, _("Comparing"))
        left.append(scores.left.astype(np.int64))
        right.append(scores.right.astype(np.int64))
    ones, others = np.concatenate(left), np.concatenate(right)
    step = max(1, -(-len(ones) // MOST))
    return ones[::step], others[::step]
