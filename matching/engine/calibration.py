"""Calibration: whether probabilities mean what they say, and what they tell about precision and recall.

Of all pairs scored near p, a share p should be the same party. The *calibration curve* sets the mean probability of
each bin against the share found; the *expected calibration error* is Σ_b n_b / n · |mean_b - share_b| (Naeini, Cooper
& Hauskrecht 2015). Pairs below `LEAST`, of which there are as many as blocking happens to make, say nothing and are
left out.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

BINS: Final = 20
LEAST: Final = 0.001
AGAIN: Final = 0.5
NORMAL: Final = 1.96  # two-sided 95 %


@dataclass(frozen=True)
class Bin:
    """Pairs whose probability lies from `low` to `high`: how many, their mean probability, the share that is true."""

    low: float
    high: float
    count: float
    mean: float
    true: float


@dataclass(frozen=True)
class Estimate:
    """A share, and the interval that holds it in 95 of 100 cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """What is expected of all pairs at or above a threshold."""

    threshold: float
    pairs: float
    precision: Estimate
    recall: Estimate


def curve(
    probabilities: ArrayLike, truth: ArrayLike, *, weights: ArrayLike | None = None, bins: int = BINS
) -> tuple[Bin, ...]:
    """The calibration curve: empty bins are left out. `truth` is true or false, or a share; `weights` count pairs."""
    p = np.asarray(probabilities, dtype=np.float64)
    t = np.asarray(truth, dtype=np.float64)
    w = np.ones_like(p) if weights is None else np.asarray(weights, dtype=np.float64)
    kept = p >= LEAST
    p, t, w = p[kept], t[kept], w[kept]
    places = np.minimum((p * bins).astype(np.int64), bins - 1)
    made = []
    for place in np.unique(places):
        here = places == place
        count = float(w[here].sum())
        if count > 0:
            mean, true = float((p * w)[here].sum()) / count, float((t * w)[here].sum()) / count
            made.append(Bin(int(place) / bins, (int(place) + 1) / bins, count, mean, true))
    return tuple(made)


def error(bins: Sequence[Bin]) -> float:
    """The expected calibration error of a curve; 0 where there is nothing."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.mean - each.true) for each in bins) / total if total else 0.0


def interval(share: float, size: float) -> Estimate:
    """Wilson's interval for a share of `size` cases (Wilson 1927)."""
    if size <= 0:
        return Estimate(share, 0.0, 1.0)
    spread = NORMAL**2 / size
    middle = (share + spread / 2) / (1 + spread)
    half = NORMAL / (1 + spread) * math.sqrt(share * (1 - share) / size + spread / (4 * size))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def expected(
    probabilities: ArrayLike, threshold: float, *, weights: ArrayLike | None = None, missed: float = 0.0
) -> Quality:
    """Precision and recall at a threshold, from the probabilities alone.

    With p_i the probability of pair i: precision = Σ_{i linked} p_i / linked, recall = Σ_{i linked} p_i / (Σ p_i +
    missed), `missed` being the true pairs that blocking is thought not to find. The count of true pairs is a sum of
    independent draws, so its variance is Σ p_i (1 - p_i); the interval takes the probabilities as right.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    w = np.ones_like(p) if weights is None else np.asarray(weights, dtype=np.float64)
    linked = p >= threshold
    count, true = float(w[linked].sum()), float((p * w)[linked].sum())
    among, left = float((p * (1 - p) * w)[linked].sum()), float((p * (1 - p) * w)[~linked].sum())
    total = float((p * w).sum()) + missed
    precision = _normal(true / count, math.sqrt(among) / count) if count else Estimate(1.0, 0.0, 1.0)
    if total <= 0:
        return Quality(threshold, count, precision, Estimate(1.0, 0.0, 1.0))
    share = true / total
    deviation = math.sqrt((1 - share) ** 2 * among + share**2 * left) / total
    return Quality(threshold, count, precision, _normal(share, deviation))


def measured(
    probabilities: ArrayLike, labels: ArrayLike, threshold: float, *, weights: ArrayLike | None = None
) -> Quality:
    """Precision and recall at a threshold from labelled pairs.

    `weights` undo a choice of pairs that was not even: a pair that was chosen for labelling with the chance c stands
    for 1/c pairs (Horvitz & Thompson 1952). The intervals are Wilson's for the effective number of pairs, (Σw)² / Σw²
    (Kish 1965).
    """
    p, t = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=bool)
    w = np.ones_like(p) if weights is None else np.asarray(weights, dtype=np.float64)
    linked = p >= threshold
    both = float(w[linked & t].sum())
    return Quality(
        threshold,
        float(w[linked].sum()),
        _share(both, w[linked]),
        _share(both, w[t]),
    )


def most_informative(probabilities: ArrayLike, count: int, *, groups: Sequence[object] | None = None) -> list[int]:
    """The places of the pairs whose labels would teach most, the best first: those nearest to even odds.

    Entropy is the sampling of uncertainty (Lewis & Gale 1994). With `groups`, such as the pattern of a pair, pairs of
    one group take turns with those of others, so that no pattern is asked about over and over.
    """
    p = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-12, 1 - 1e-12)
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    order = [int(place) for place in np.lexsort((np.arange(len(p)), -entropy))]
    if groups is None:
        return order[:count]
    turn: dict[object, int] = {}
    turns = {}
    for place in order:
        turns[place] = turn[groups[place]] = turn.get(groups[place], -1) + 1
    return sorted(order, key=lambda place: turns[place])[:count]


def _normal(share: float, deviation: float) -> Estimate:
    half = NORMAL * deviation
    return Estimate(share, max(0.0, share - half), min(1.0, share + half))


def _share(part: float, weights: Floats) -> Estimate:
    total = float(weights.sum())
    if total <= 0:
        return Estimate(1.0, 0.0, 1.0)
    return interval(min(1.0, part / total), total**2 / float((weights**2).sum()))


def varied(probabilities: ArrayLike, ends: Sequence[tuple[int, int]], count: int) -> list[int]:
    """The places of the pairs whose labels would teach most together, the best first.

    What an answer tells of a party, the next answer about it need not tell again: a pair's entropy counts `AGAIN` times
    for every pair that was chosen before and has one of its ends. It only falls, so a pair that is still ahead when its
    turn comes is the best (the lazy greedy algorithm, Minoux 1978).
    """
    p = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-12, 1 - 1e-12)
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    waiting = [(-float(worth), place) for place, worth in enumerate(entropy)]
    heapq.heapify(waiting)
    met: dict[int, int] = {}
    chosen: list[int] = []
    while waiting and len(chosen) < count:
        worth, place = heapq.heappop(waiting)
        now = -float(entropy[place]) * AGAIN ** sum(met.get(end, 0) for end in ends[place])
        if now > worth and waiting and now > waiting[0][0]:
            heapq.heappush(waiting, (now, place))
            continue
        chosen.append(place)
        for end in ends[place]:
            met[end] = met.get(end, 0) + 1
    return chosen
