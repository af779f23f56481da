"""Figures about quality, each with its interval.

Shares have the interval of Wilson; agreement is Cohen's kappa (1960) with the standard error that he gives.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from customers.rules.shares import Z, interval


@dataclass(frozen=True)
class Estimate:
    """A share and what it was counted from; nothing counted: anything is possible."""

    right: int
    answers: int

    @property
    def mean(self) -> float | None:
        return self.right / self.answers if self.answers else None

    @property
    def low(self) -> float:
        return self._ends[0]

    @property
    def high(self) -> float:
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        return interval(self.right, self.answers)


def needed(precision: float) -> int:
    """How many answers without an error it takes until the lower bound can reach the target."""
    if precision >= 1:
        raise ValueError("No sample shows that nothing is ever wrong.")
    return math.ceil(Z * Z * precision / (1 - precision))


def counts_from(precision: float, minimum: int) -> int:
    """From how many answers on the lower bound is held against the target: before, a clean sample would fail, too."""
    return max(minimum, needed(precision))


def is_too_low(found: Estimate, *, precision: float, minimum: int) -> bool:
    """Whether the machine is to stop joining: the lower bound lies under the target though a clean sample's would not.

    What is surely too bad (the upper bound, too, lies under it) counts from the owner's minimum on.
    """
    if found.answers < minimum:
        return False
    if found.high < precision:
        return True
    return found.answers >= counts_from(precision, minimum) and found.low < precision


FEWEST = 10
"""Of so many pairs of answers agreement beyond chance is told."""


@dataclass(frozen=True)
class Agreement:
    """How far two answers to one task agree beyond chance."""

    pairs: int
    agreed: int
    kappa: float | None
    low: float | None = None
    high: float | None = None


def agreement(table: Mapping[tuple[str, str], int]) -> Agreement:
    """Cohen's kappa of first and second answers, counted by (first, second).

    None where chance explains all, and of few pairs: their interval would be narrower than it ought to be.
    """
    pairs = sum(table.values())
    agreed = sum(count for (one, other), count in table.items() if one == other)
    if not pairs:
        return Agreement(0, 0, None)
    said = {word for pair in table for word in pair}
    firsts = {word: sum(count for (one, _), count in table.items() if one == word) / pairs for word in said}
    seconds = {word: sum(count for (_, other), count in table.items() if other == word) / pairs for word in said}
    expected = sum(firsts[word] * seconds[word] for word in said)
    observed = agreed / pairs
    if expected >= 1 or pairs < FEWEST:
        return Agreement(pairs, agreed, None)
    kappa = (observed - expected) / (1 - expected)
    half = Z * math.sqrt(observed * (1 - observed) / (pairs * (1 - expected) ** 2))
    return Agreement(pairs, agreed, kappa, max(kappa - half, -1.0), min(kappa + half, 1.0))
