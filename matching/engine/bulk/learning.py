"""Learning over columns: the patterns of all pairs that share a block, and the totals, as `training.train` takes them.

Of a large hub a draw is learned from: among n of N records every pair has the same chance to be met, so each pattern
keeps its share of all pairs, and with it every m, every u and the prior. What a draw may lack is pairs of one party,
where they are rare; then more are drawn.
"""

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np

from matching.engine import patterns
from matching.engine.bulk import blocking
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, over_slices
from matching.engine.bulk.totals import totals_of, words_of
from matching.engine.defaults import widened
from matching.engine.model import Model
from matching.engine.patterns import Patterns
from matching.engine.training import Trained, knowing, train

DRAWN: Final = 150_000  # records that are learned from first
ENOUGH: Final = 10_000  # pairs of one party among them
MORE: Final = 4  # times as many records, where there are fewer
BLIND: Final = 150_000  # pairs of strangers

Report = Callable[[int], None]


def learn(model: Model, records: int, read: Callable[[Ints], Columns], report: Report = lambda _pairs: None) -> Trained:
    """The model with weights learned from so many records.

    :param read: the columns of the records in these places (0 to records - 1, in order).
    :param report: told how many pairs have been compared.
    """
    drawn = DRAWN
    while True:
        places = draw(records, drawn)
        found = _learned(model, read(places), records, report)
        if len(places) == records or found.report["expected"]["same"] >= ENOUGH:
            return found
        drawn *= MORE


def draw(records: int, drawn: int) -> Ints:
    """So many of the places of records, in order; the same for the same number of records."""
    if records <= drawn:
        return np.arange(records)
    return np.sort(np.random.default_rng(1).choice(records, drawn, replace=False, shuffle=False))


def _learned(model: Model, columns: Columns, records: int, report: Report) -> Trained:
    sized = knowing(widened(model, records), words_of(columns))
    blocks = blocking.block(sized, columns)
    scorer = Scorer(sized, blocks.telling())
    shown = _patterns(scorer, blocking.pairs(blocks), report)
    return train(model, shown, totals_of(sized, columns, _blind(scorer), whole=records))


def _patterns(scorer: Scorer, pairs: Iterable[tuple[Ints, Ints]], report: Report) -> Patterns:
    names = [each.code for each in scorer.model.comparisons]
    made, done = [patterns.count(names, np.zeros((0, len(names)), dtype=np.int8))], 0
    for found in over_slices(pairs, lambda left, right: patterns.count(names, scorer.levels(left, right))):
        made.append(found)
        done += found.pairs
        report(done)
    return patterns.merge(made)


def _blind(scorer: Scorer) -> Patterns:
    """The patterns of pairs drawn blindly, the same for the same records; all of them where there are not more."""
    size = len(scorer.columns)
    if size * (size - 1) // 2 <= BLIND:
        left, right = np.triu_indices(size, 1)
    else:
        left, right = np.random.default_rng(1).integers(0, size, (2, BLIND))
        left, right = left[left != right], right[left != right]
    return _patterns(scorer, [(left, right)], lambda _pairs: None)
