"""The mixture: every pair has one of a few explanations, each with chances of its own for every level.

Given its explanation k, the comparisons of a pair are taken as independent (Fellegi & Sunter, "A Theory for Record
Linkage", 1969), so the pairs with the pattern γ that k explains are expected to be

    λ_k(γ) = n_k · Π_c m_k,c(γ_c)          a missing level has the factor 1

and the chance that k explains such a pair is λ_k / Σ_j λ_j. Explanation 0 is the same party, the last one strangers,
those between are the alternatives of the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.patterns import Codes

Floats = NDArray[np.float64]

TINY = 1e-300


@dataclass
class Mixture:
    """`mass` is the expected pairs of each explanation, `chances[c][k, l]` the chance of level l of comparison c."""

    mass: Floats
    chances: list[Floats]

    def expected(self, codes: Codes) -> Floats:
        """λ: one row a pattern, one column an explanation."""
        logs = np.tile(np.log(np.maximum(self.mass, TINY)), (len(codes), 1))
        for place, chances in enumerate(self.chances):
            # The column after the last level stands for missing: code -1.
            padded = np.concatenate([np.log(np.maximum(chances.T, TINY)), np.zeros((1, len(chances)))])
            logs += padded[codes[:, place]]
        made: Floats = np.exp(logs)
        return made

    def shares(self, codes: Codes) -> Floats:
        """How likely each explanation is, by pattern."""
        expected = np.maximum(self.expected(codes), TINY)
        made: Floats = expected / expected.sum(axis=1, keepdims=True)
        return made


def level_counts(codes: Codes, weights: Floats, levels: Sequence[int]) -> list[Floats]:
    """By comparison: how much weight (one column an explanation) lies on each level; [explanations, levels]."""
    made: list[Floats] = []
    explanations = np.arange(weights.shape[1])
    flat = np.ascontiguousarray(weights).ravel()
    for place, size in enumerate(levels):
        # All explanations in one pass; what is missing is counted before the first level.
        cells = (codes[:, place, None].astype(np.int64) + 1) * len(explanations) + explanations
        counts = np.bincount(cells.ravel(), flat, (size + 1) * len(explanations)).astype(np.float64)
        made.append(counts.reshape(size + 1, -1)[1:].T)
    return made


def normalised(weights: Floats) -> Floats:
    """Chances in the proportion of the weights."""
    made: Floats = weights / max(float(weights.sum()), TINY)
    return made
