"""The account of a training: counts, levels, calibration, diagnostics; JSON, kept with the model."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from matching.engine.anchoring import Fitted
from matching.engine.calibration import Bin, curve, error
from matching.engine.diagnostics import Diagnosis
from matching.engine.mixture import Floats
from matching.engine.model import Model
from matching.engine.patterns import Patterns
from matching.engine.totals import Totals
from matching.engine.vocabulary import LEVELS

FORMAT: Final = 1


def report(
    model: Model, fitted: Fitted, patterns: Patterns, totals: Totals, diagnoses: Sequence[Diagnosis]
) -> dict[str, Any]:
    """What `Model.trained` holds."""
    shares = fitted.mixture.shares(patterns.codes)
    same, counts = shares[:, 0], patterns.counts.astype(np.float64)
    bins = curve(same, _fit_of_bins(fitted, patterns), weights=counts)
    names = ["same", *(each.code for each in model.alternatives), "stranger"]
    expected = (shares * counts[:, None]).sum(axis=0)
    return {
        "format": FORMAT,
        "records": totals.all_records,
        "drawn": totals.records,
        "pairs": patterns.pairs,
        "patterns": len(patterns.codes),
        "iterations": fitted.iterations,
        "expected": {name: round(float(count), 1) for name, count in zip(names, expected, strict=True)},
        "calibration": [_bin(each) for each in bins],
        "calibration_error": round(error(bins), 5),
        "weights": _histogram(same, counts),
        "levels": _levels(model, fitted),
        "diagnostics": [each.to_dict() for each in diagnoses],
    }


def _fit_of_bins(fitted: Fitted, patterns: Patterns) -> Floats:
    """The share of the same party in each pattern as the counts tell it, without labels.

    A pattern seen n times where λ pairs are expected of all explanations together has n - λ too many. Those that
    strangers, whose number is known, do not explain are put down to the same party in its share of the rest:
    an estimate of how far the probabilities stray, which sees a bad fit but no wrong anchor.
    """
    expected = fitted.mixture.expected(patterns.codes)
    counts = np.maximum(patterns.counts.astype(np.float64), 1.0)
    strangers = np.minimum(expected[:, -1], counts)
    others = np.maximum(expected[:, :-1].sum(axis=1), 1e-300)
    told: Floats = (counts - strangers) * (expected[:, 0] / others) / counts
    # A pattern that blocking shows but in part has fewer strangers than all pairs have: the fit says nothing of it.
    whole = expected[:, -1] <= counts
    made: Floats = np.where(whole, told, fitted.mixture.shares(patterns.codes)[:, 0])
    return made


def _bin(each: Bin) -> dict[str, float]:
    return {
        "low": round(each.low, 4),
        "high": round(each.high, 4),
        "pairs": round(each.count, 1),
        "mean": round(each.mean, 5),
        "true": round(each.true, 5),
    }


def _histogram(same: Floats, counts: Floats) -> list[dict[str, float]]:
    """Pairs by weight in bits, two bits a bar, and how many of them are expected to be the same party."""
    clipped = np.clip(same, 1e-9, 1 - 1e-9)
    bars = np.clip(np.floor(np.log2(clipped / (1 - clipped)) / 2), -10, 9).astype(np.int64)
    return [
        {
            "low": int(bar) * 2,
            "pairs": float(counts[bars == bar].sum()),
            "same": round(float((counts * same)[bars == bar].sum()), 1),
        }
        for bar in np.unique(bars)
    ]


def _levels(model: Model, fitted: Fitted) -> list[dict[str, Any]]:
    """m and u of every level, and the pairs of the same party that show it."""
    return [
        {
            "comparison": comparison.code,
            "level": code,
            "m": float(f"{fitted.mixture.chances[place][0][level]:.4g}"),
            "u": float(f"{fitted.mixture.chances[place][-1][level]:.4g}"),
            "pairs": round(float(fitted.seen[place][0][level]), 1),
        }
        for place, comparison in enumerate(model.comparisons)
        for level, code in enumerate(LEVELS[comparison.kind])
    ]
