"""Probabilities of many pairs of a few records, in arrays."""

from collections.abc import Sequence

import numpy as np

from matching.engine.bulk.columns import of_features
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.scoring import Scorer, score_all, slices
from matching.engine.features import Features
from matching.engine.model import Model

COMPILED = 5_000  # pairs from which reading the compiled kernel from disk pays


def likely(model: Model, records: Sequence[Features], pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """The probabilities of those pairs (ids of records) that are at or above the review line."""
    rows = {each.id: row for row, each in enumerate(records)}
    both = np.array([(rows[one], rows[other]) for one, other in pairs], dtype=np.int64).reshape(-1, 2)
    scorer = Scorer(model, of_features(model, records), fast=AVAILABLE and len(pairs) >= COMPILED)
    found: dict[tuple[int, int], float] = {}
    for _count, scores in score_all(scorer, slices(both[:, 0], both[:, 1]), floor=model.review):
        ends = ((records[left].id, records[right].id) for left, right in zip(scores.left, scores.right, strict=True))
        found.update(zip(ends, scores.probability.tolist(), strict=True))
    return found
