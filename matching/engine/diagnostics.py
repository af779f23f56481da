"""Diagnostics: what training could not learn, why, what that means, and what was kept instead."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from matching.engine.anchoring import Fitted
from matching.engine.faults import MESSAGES
from matching.engine.model import Model
from matching.engine.totals import Totals
from matching.engine.trusting import MOST, per_record
from matching.engine.vocabulary import LEVELS


@dataclass(frozen=True)
class Diagnosis:
    """One parameter that was not learned, or not as expected; an empty `level` or `explanation` means all."""

    fault: str
    comparison: str = ""
    level: str = ""
    explanation: str = ""
    pairs: int = 0

    @property
    def message(self) -> str:
        return MESSAGES[self.fault] % {"pairs": self.pairs, "levels": f"{self.level} ({self.pairs})"}

    def to_dict(self) -> dict[str, Any]:
        """For the report of the model."""
        return {name: value for name, value in asdict(self).items() if value != ""}


def diagnose(
    model: Model, fitted: Fitted, totals: Totals, kept: Collection[str] = (), *, fewest: int
) -> list[Diagnosis]:
    """Everything that the reader of a trained model should know; `kept` comparisons contradicted themselves."""
    mass = fitted.mixture.mass
    if mass[0] < fewest:
        return [Diagnosis("few_pairs", pairs=round(float(mass[0])))]
    if per_record(fitted, totals) > MOST:
        return [Diagnosis("crowded", pairs=round(2 * per_record(fitted, totals)))]
    found = [
        Diagnosis("no_support", explanation=each.code)
        for number, each in enumerate(model.alternatives, start=1)
        if mass[number] < 1
    ]
    for place, comparison in enumerate(model.comparisons):
        seen = fitted.seen[place][0]
        if comparison.code in kept:
            found.append(Diagnosis("contradicts", comparison.code, pairs=round(float(seen.sum()))))
            continue
        if not seen.sum() >= 1:
            found.append(Diagnosis("never_compared", comparison.code))
            continue
        found += _levels(model, fitted, place)
    return found


def _levels(model: Model, fitted: Fitted, place: int) -> list[Diagnosis]:
    comparison = model.comparisons[place]
    seen, spread = fitted.seen[place][0], fitted.spreads[place]
    chances = fitted.mixture.chances[place]
    bits = np.log2(np.maximum(chances[0], 1e-12) / np.maximum(chances[-1], 1e-12))
    found = []
    for level, code in enumerate(LEVELS[comparison.kind]):
        pairs = round(float(seen[level]))
        if pairs < 5:
            found.append(Diagnosis("few_seen", comparison.code, code, pairs=pairs))
        elif not spread.believed[level]:
            found.append(Diagnosis("chance_unseen", comparison.code, code, pairs=pairs))
        if code == "different" and bits[level] > 0:
            found.append(Diagnosis("against_order", comparison.code, code, pairs=pairs))
    return found
