"""Evidence: what a comparison of two records found. Levels and weights, never values."""

from typing import NamedTuple


class Level(NamedTuple):
    """One line of the evidence: a comparison or an alternative, its level and its weight in bits."""

    comparison: str
    level: str
    weight: float
    label: str


class Score(NamedTuple):
    """The result for a pair. `prior` and the weights of `levels` add up to `weight` exactly.

    `same`, `household` and `other` are shares that add up to one; `household` stands for every
    alternative that is an answer of its own. `sums` are the bits of each alternative, in the
    model's order.
    """

    weight: float
    probability: float
    household: float
    prior: float
    levels: tuple[Level, ...]
    sums: tuple[float, ...]

    @property
    def same(self) -> float:
        return self.probability

    @property
    def other(self) -> float:
        return max(0.0, 1.0 - self.probability - self.household)

    @property
    def related(self) -> bool:
        """The likeliest answer is a related party, as another person of the household."""
        return self.household >= 0.5
