"""Levels that two comparisons show at once (`vocabulary.SHARED`), as names that are exchanged.

They come together or not at all, so what both weigh is one weight, log2(m / u): m is the share of it in the same party,
u that among strangers. Shipped, both comparisons have a part each of a weight for names that are many and long. Where
they are few and short, the names of strangers look exchanged far more often than that: Wei Li and Li Wei. Both parts
are then less, in proportion; they are never more.
"""

import math
from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.engine.mixture import Floats
from matching.engine.model import Model
from matching.engine.patterns import UNKNOWN, Codes, Patterns
from matching.engine.vocabulary import LEVELS, SHARED

USUAL: Final = 0.03  # of the pairs of one party, where nothing else is known
TRUST: Final = 12.0  # pairs for which that counts
SEEN: Final = 5  # pairs drawn blindly that show it, from which on they tell
LEAST: Final = 0.01  # of what is seen in all pairs, the least that is put down to chance
DOUBT: Final = 2.0  # standard deviations of a count: what may be an accident of the draw is none of the strangers'


class Exchanged:
    """How much of their shipped bits the shared levels keep: `part`, from 0 to 1."""

    def __init__(self, model: Model, blind: Patterns, anchored: Collection[str]) -> None:
        self.sides = [
            (place, LEVELS[each.kind].index(level))
            for place, each in enumerate(model.comparisons)
            for level in LEVELS[each.kind]
            if (each.kind, level) in SHARED
        ]
        self.bits = sum(
            level.bits
            for each in model.comparisons
            for level in each.levels
            if (each.kind, level.code) in SHARED and level.bits > 0
        )
        self.part, self.share = 1.0, 0.0
        if self.bits > 0 and not any(model.comparisons[place].code in anchored for place, _level in self.sides):
            known, shown = self._known(blind.codes), self._shown(blind.codes)
            found = float(blind.counts[shown].sum())
            if found >= SEEN:
                self.share = max(found - DOUBT * math.sqrt(found), 0.0) / float(blind.counts[known].sum())

    def learn(self, codes: Codes, same: Floats, pairs: float) -> None:
        """By the pairs that are the same party: `same` says how many of each pattern, `pairs` how many there are."""
        if not self.share:
            return
        shown, known = float(same[self._shown(codes)].sum()), float(same[self._known(codes)].sum())
        usual = (shown + TRUST * USUAL) / (known + TRUST)
        self._told(usual, usual * float(same.sum()) / pairs)

    def powers(self, place: int, size: int) -> Floats:
        """By level of a comparison: to which power its factors are raised."""
        made = np.ones(size)
        made[[level for at, level in self.sides if at == place]] = self.part
        return made

    def _told(self, same: float, explained: float) -> None:
        strangers = max(self.share - explained, LEAST * self.share)
        self.part = max(0.0, min(1.0, math.log2(same / strangers) / self.bits))

    def _shown(self, codes: Codes) -> NDArray[np.bool_]:
        return np.logical_and.reduce([codes[:, place] == level for place, level in self.sides])

    def _known(self, codes: Codes) -> NDArray[np.bool_]:
        return np.logical_and.reduce([codes[:, place] != UNKNOWN for place, _level in self.sides])
