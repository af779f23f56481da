"""Figures of a model for people: curves over the automatic line, calibration, the distribution of weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import calibration
from matching.rules.charts import BAR

Array = NDArray[Any]
LINES = [round(0.5 + 0.02 * step, 2) for step in range(22)] + [0.95, 0.96, 0.97, 0.98, 0.99]
BINS = 10
LOWEST, HIGHEST = -20, 18


def over_lines(probabilities: Array, missed: float = 0.0) -> list[dict[str, Any]]:
    """Expected precision and recall at every automatic line, with intervals and the pairs it would join.

    :param missed: true pairs that are thought not to be compared.
    """
    return [quality(calibration.expected(probabilities, line, missed=missed)) for line in sorted(set(LINES))]


def quality(found: calibration.Quality) -> dict[str, Any]:
    """As JSON."""
    return {
        "line": found.threshold,
        "pairs": round(found.pairs),
        "precision": _estimate(found.precision),
        "recall": _estimate(found.recall),
    }


def _estimate(found: calibration.Estimate) -> list[float]:
    return [round(found.value, 5), round(found.low, 5), round(found.high, 5)]


def labelled(probabilities: Array, labels: Sequence[bool], line: float) -> dict[str, Any]:
    """Precision and recall by what people said, as JSON."""
    return quality(calibration.measured(probabilities, labels, line))


def calibrated(probabilities: Array, labels: Sequence[bool]) -> dict[str, Any]:
    """The calibration curve by what people said, each point with its interval, and the expected calibration error."""
    bins = calibration.curve(probabilities, labels, bins=BINS)
    points = [
        {
            "low": each.low,
            "high": each.high,
            "pairs": each.count,
            "mean": round(each.mean, 5),
            "true": round(each.true, 5),
            "interval": _estimate(calibration.interval(each.true, each.count))[1:],
        }
        for each in bins
    ]
    return {"points": points, "error": round(calibration.error(bins), 5)}


def weigh(bars: Array, weights: Array, probabilities: Array) -> None:
    """Add pairs to the distribution: row 0 counts all, row 1 those expected to be the same."""
    places = np.clip(np.floor(weights / BAR), LOWEST // BAR, HIGHEST // BAR).astype(np.int64) - LOWEST // BAR
    bars[0] += np.bincount(places, minlength=bars.shape[1])
    bars[1] += np.bincount(places, weights=probabilities, minlength=bars.shape[1])


def no_bars() -> Array:
    """An empty distribution."""
    return np.zeros((2, HIGHEST // BAR - LOWEST // BAR + 1))


def distribution(bars: Array) -> list[Mapping[str, float]]:
    """Pairs by weight in bits, as JSON; empty bars are left out."""
    return [
        {"low": LOWEST + BAR * place, "pairs": float(count), "same": round(float(same), 1)}
        for place, (count, same) in enumerate(bars.T)
        if count
    ]
