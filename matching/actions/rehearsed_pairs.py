"""The pairs that a rehearsal names: what would join, what would join no more, and what is worth asking about.

Each is kept as `[record, record, score before, score after]`; a score is null where the version does not compare the
two, for they share no block under it.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import calibration
from matching.queries.snapshots import Snapshot
from matching.rules.rehearsing import Pair, Pairs

KEPT = 500
LOOKED_AT = 10 * KEPT  # of the most doubtful, from which those are chosen that tell of different customers
SCORED = 20_000  # pairs among which the most surprising are looked for
DOUBTFUL = (0.05, 0.95)

Side = tuple[Snapshot, Pairs]
Line = list[Any]


def listed(before: Side, after: Side, chosen: Sequence[Pair], *, surprising: bool = False) -> list[Line]:
    """The first of these pairs of rows, with what both say; surprising: those that move farthest come first."""
    if not chosen:
        return []
    rows = np.array(chosen[:SCORED], dtype=np.int64)
    left, right = rows[:, 0], rows[:, 1]
    old, new = before[0].score(left, right), after[0].score(left, right)
    order = np.arange(len(rows))
    if surprising:
        order = np.argsort(-np.abs(new.weight - old.weight), kind="stable")
    kept = order[:KEPT]
    was, then = _compared(before, left[kept], right[kept]), _compared(after, left[kept], right[kept])
    ids = after[0].columns.ids
    return [
        [
            int(ids[left[place]]),
            int(ids[right[place]]),
            round(float(old.probability[place]), 4) if met_before else None,
            round(float(new.probability[place]), 4) if met_after else None,
        ]
        for place, met_before, met_after in zip(kept.tolist(), was.tolist(), then.tolist(), strict=True)
    ]


def teaching(side: Side, apart: Collection[Pair]) -> list[Pair]:
    """Pairs of rows in two customers whose answers would teach most, the best first, of different customers; those
    that people kept apart have been answered.
    """
    snapshot, pairs = side
    owner = snapshot.customers
    low, high = DOUBTFUL
    open_ones = (pairs.probability > low) & (pairs.probability < high) & (owner[pairs.left] != owner[pairs.right])
    likely = np.flatnonzero(open_ones)
    chosen = calibration.most_informative(pairs.probability[likely], LOOKED_AT + len(apart))
    rows = [(int(pairs.left[likely[place]]), int(pairs.right[likely[place]])) for place in chosen]
    told = {pair: float(pairs.probability[likely[place]]) for place, pair in zip(chosen, rows, strict=True)}
    asked = [pair for pair in rows if _ends(owner, pair) not in apart]
    ends = [_ends(owner, pair) for pair in asked]
    return [asked[place] for place in calibration.varied([told[pair] for pair in asked], ends, KEPT)]


def _ends(owner: NDArray[Any], pair: Pair) -> Pair:
    one, other = int(owner[pair[0]]), int(owner[pair[1]])
    return min(one, other), max(one, other)


def _compared(side: Side, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of these pairs of rows share a block."""
    snapshot, pairs = side
    size = len(snapshot)
    met: NDArray[np.bool_] = np.isin(coded(left, right, size), coded(pairs.left, pairs.right, size))
    return met


def coded(left: NDArray[Any], right: NDArray[Any], size: int) -> NDArray[np.int64]:
    """Each pair of rows as one number, whichever comes first."""
    one, other = left.astype(np.int64), right.astype(np.int64)
    return np.minimum(one, other) * size + np.maximum(one, other)
