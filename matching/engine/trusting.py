"""Trusting: what of a fit may be believed, and what keeps the weights that it had.

Where few values are in use, or one is made of another (a mailbox of the name), pairs of strangers agree in several
comparisons at once, and the search may take them for one party. It then contradicts what a party is:

- a value that is only alike is more usual in one party than the very same value, where nothing but errors makes it so;
- a name, a birth date or an identifier differs more often than it agrees;
- a value that differs speaks *for* one party;
- a record has more others of its party than systems ever hold.

A comparison that contradicts itself is anchored at its shipped bits and the others are learned again without it; where
the whole is implausible nothing of it is taken.
"""

from collections.abc import Collection
from typing import Final

import numpy as np

from matching.engine.anchoring import Fitted, fit
from matching.engine.mixture import Floats
from matching.engine.model import Comparison, Model
from matching.engine.patterns import Patterns
from matching.engine.totals import Totals
from matching.engine.vocabulary import LEVELS

ROUNDS: Final = 4
MOST: Final = 4.0  # pairs of one party for each record: nine records of everybody
SEEN: Final = 20  # pairs on which a contradiction must rest
WRITTEN: Final = frozenset(
    ("email", "phone", "date", "identifier")
)  # what one party has in one spelling, but for errors
LASTING: Final = frozenset(("given_name", "family_name", "date", "identifier"))  # what one party rarely changes


def trusted_fit(model: Model, patterns: Patterns, totals: Totals) -> tuple[Fitted, frozenset[str]]:
    """The fit, and the comparisons (codes) that were anchored because they contradicted themselves."""
    kept: frozenset[str] = frozenset()
    fitted = fit(model, patterns, totals)
    for _ in range(ROUNDS):
        found = contradictory(model, fitted, kept)
        if not found:
            break
        kept |= found
        fitted = fit(model, patterns, totals, anchored=kept)
    return fitted, kept


def contradictory(model: Model, fitted: Fitted, kept: Collection[str]) -> frozenset[str]:
    """The learned comparisons whose chances cannot be those of one party."""
    places = enumerate(model.comparisons)
    return frozenset(
        each.code
        for place, each in places
        if each.code not in kept and _contradicts(each, fitted.seen[place][0], fitted.mixture.chances[place])
    )


def per_record(fitted: Fitted, totals: Totals) -> float:
    """How many pairs of one party there are for each record; of a draw, as many as there would be among all."""
    found = float(fitted.mixture.mass[0]) / max(totals.records, 1)
    return found * totals.all_records / max(totals.records, 1)


def _contradicts(comparison: Comparison, seen: Floats, chances: Floats) -> bool:
    if seen.sum() < SEEN:
        return False
    levels = LEVELS[comparison.kind]
    same, stranger = chances[0], chances[-1]
    last = levels.index("different") if "different" in levels else len(levels) - 1
    differs = seen[last] >= SEEN
    if differs and same[last] > stranger[last]:
        return True
    if differs and comparison.kind in LASTING and same[last] > float(np.delete(same, last).sum()):
        return True
    if comparison.kind not in WRITTEN:
        return False
    alike = [place for place, level in enumerate(levels) if level not in ("different", "role", "partial") and place]
    return any(seen[place] >= SEEN and same[place] > same[0] for place in alike)
