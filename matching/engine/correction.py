"""Correction: what people decided moves the weights, a little for few answers, more for many.

The model's own weight w is the offset of a logistic regression on the levels and on pairs of levels:

    log2 odds(same) = w + δ_0 + Σ_c δ_c,level(c) + Σ δ_(level, level')

fitted by penalised likelihood, -log L + ½ Σ λ δ² (ridge, Hoerl & Kennard 1970; le Cessie & van Houwelingen 1992), so
with no answers every δ is nought and the model stays as it is. Pairs are asked about because of their scores, which
are in the regression: that choice does not bias it (Anderson 1972). Corrections add to the bits of the same party, to
the prior, and as `Interaction`s: a model of the same format, that can be compared with the old one line by line.

Interactions are taken in only where a score test after the plain levels finds them wanting (Rao 1948). Whether the
whole was worth it is told by cross-validation; where it was not, the model comes back unchanged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.engine.calibration import curve, error
from matching.engine.model import WEIGHT_LIMIT, Comparison, Interaction, Model, exact
from matching.engine.scoring import score_levels
from matching.engine.vocabulary import MISSING

Floats = NDArray[np.float64]
Side = tuple[str, str]

FEWEST: Final = 20  # answers, and a few of either kind
FEW: Final = 3
PENALTY: Final = 1.0  # in natural units: a level moves by about one of them (1.4 bits) where answers are plenty
PENALTY_TOGETHER: Final = 2.0
MOST_TOGETHER: Final = 16
SEEN_TOGETHER: Final = 8
WANTING: Final = 2.6  # standard errors: one in a hundred by chance
FOLDS: Final = 5
ROUNDS: Final = 30
LEAST_BITS: Final = 0.05
LN2: Final = float(np.log(2.0))


@dataclass(frozen=True)
class Labelled:
    """A decided pair: the level of each comparison, what was decided, and for how many pairs it stands."""

    levels: Mapping[str, str]
    same: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Corrected:
    """The corrected model, or the same one, and the account; the model carries the account with it."""

    model: Model
    report: dict[str, Any]


def learn(model: Model, labelled: Sequence[Labelled]) -> Corrected:
    """Correct the model by decided pairs; "related" counts as not the same, "unsure" must be left out."""
    same = sum(each.same for each in labelled)
    told: dict[str, Any] = {"labels": len(labelled), "same": same}
    if len(labelled) < FEWEST or min(same, len(labelled) - same) < FEW:
        return Corrected(model, {**told, "fault": "few_labels"})
    design = _Design(model, labelled)
    before, after = design.validated()
    told |= {"loss_before": before[0], "loss_after": after[0], "error_before": before[1], "error_after": after[1]}
    if after[0] >= before[0]:
        return Corrected(model, {**told, "fault": "no_gain"})
    together, moved = design.fit(np.ones(len(labelled), dtype=bool))
    corrected, changes = _applied(model, design, together, moved)
    report = {**told, "fault": "", **changes}
    return Corrected(replace(corrected, trained={**model.trained, "correction": report}), report)


def _applied(
    model: Model, design: "_Design", together: Sequence[tuple[Side, Side]], moved: Floats
) -> tuple[Model, dict[str, Any]]:
    bits = {side: float(moved[1 + place]) / LN2 for place, side in enumerate(design.sides)}
    joint = {pair: float(moved[1 + len(bits) + place]) / LN2 for place, pair in enumerate(together)}
    bits = {side: value for side, value in bits.items() if abs(value) >= LEAST_BITS}
    joint = {pair: value for pair, value in joint.items() if abs(value) >= LEAST_BITS}
    first = float(moved[0]) / LN2
    known = {(each.one, each.other): each.bits for each in model.interactions}
    summed = {pair: _within(known.get(pair, 0.0) + joint.get(pair, 0.0)) for pair in {**known, **joint}}
    corrected = replace(
        model,
        prior=_within(model.prior + first),
        comparisons=tuple(_moved(each, bits) for each in model.comparisons),
        interactions=tuple(Interaction(*pair, value) for pair, value in sorted(summed.items())),
    )
    changes = {
        "prior": round(first, 3),
        "levels": [[*side, round(value, 3)] for side, value in sorted(bits.items())],
        "interactions": [[*one, *other, round(value, 3)] for (one, other), value in sorted(joint.items())],
    }
    return corrected, changes


def _moved(comparison: Comparison, bits: Mapping[Side, float]) -> Comparison:
    levels = (
        replace(level, bits=_within(level.bits + bits.get((comparison.code, level.code), 0.0)))
        for level in comparison.levels
    )
    return replace(comparison, levels=tuple(levels))


def _within(bits: float) -> float:
    return exact(max(-WEIGHT_LIMIT, min(WEIGHT_LIMIT, bits)))


class _Design:
    """The decided pairs as numbers: the offset, a column for each level that occurs, and the answers."""

    def __init__(self, model: Model, labelled: Sequence[Labelled]) -> None:
        self.codes = [each.code for each in model.comparisons]
        rows = [self._sides(each.levels) for each in labelled]
        self.sides = sorted({side for row in rows for side in row})
        self.offset = np.array([score_levels(model, dict(row)).weight * LN2 for row in rows])
        self.truth = np.array([each.same for each in labelled], dtype=np.float64)
        self.weight = np.array([each.weight for each in labelled], dtype=np.float64)
        self.plain = self._columns(rows)
        self.known = frozenset((each.one, each.other) for each in model.interactions)

    def _sides(self, levels: Mapping[str, str]) -> list[Side]:
        return [(code, levels[code]) for code in self.codes if levels.get(code, MISSING) != MISSING]

    def _columns(self, rows: Sequence[Iterable[Side]]) -> Floats:
        places = {side: place for place, side in enumerate(self.sides, start=1)}
        made = np.zeros((len(rows), len(self.sides) + 1))
        made[:, 0] = 1.0
        for number, row in enumerate(rows):
            made[number, [places[side] for side in row]] = 1.0
        return made

    def fit(self, chosen: NDArray[np.bool_]) -> tuple[list[tuple[Side, Side]], Floats]:
        """The pairs of levels taken in, and all coefficients: the first one, the levels', the pairs'."""
        penalty = np.full(self.plain.shape[1], PENALTY)
        moved = self._newton(self.plain[chosen], chosen, penalty)
        together = self._wanting(chosen, moved)
        if not together:
            return [], moved
        columns = np.concatenate([self.plain, self._joint(together)], axis=1)
        penalty = np.append(penalty, np.full(len(together), PENALTY_TOGETHER))
        return together, self._newton(columns[chosen], chosen, penalty)

    def validated(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Log loss in bits and calibration error, as the model is and as corrected by the other folds."""
        logit = self.offset.copy()
        fold = np.arange(len(self.truth)) % FOLDS
        for held in range(FOLDS):
            together, moved = self.fit(fold != held)
            columns = np.concatenate([self.plain, self._joint(together)], axis=1)
            logit[fold == held] += columns[fold == held] @ moved
        return self._judged(self.offset), self._judged(logit)

    def _judged(self, logit: Floats) -> tuple[float, float]:
        p = _chance(logit)
        right = np.where(self.truth > 0, p, 1 - p)
        loss = float((-np.log2(np.maximum(right, 1e-9)) * self.weight).sum() / self.weight.sum())
        return round(loss, 5), round(error(curve(p, self.truth, weights=self.weight, bins=10)), 5)

    def _newton(self, columns: Floats, chosen: NDArray[np.bool_], penalty: Floats) -> Floats:
        """Newton's steps to the maximum of the penalised likelihood, which is strictly concave.

        A step that makes things worse is halved: far from even odds the curve is so flat that whole steps overshoot.
        """
        offset, truth, weight = self.offset[chosen], self.truth[chosen], self.weight[chosen]
        moved = np.zeros(columns.shape[1])

        def cost(at: Floats) -> float:
            logit = offset + columns @ at
            return float((weight * (np.logaddexp(0.0, logit) - truth * logit)).sum() + (penalty * at**2).sum() / 2)

        for _round in range(ROUNDS):
            p = _chance(offset + columns @ moved)
            slope = columns.T @ (weight * (truth - p)) - penalty * moved
            bend = (columns * (weight * p * (1 - p))[:, None]).T @ columns + np.diag(penalty)
            step = np.linalg.solve(bend, slope)
            step = step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
            while cost(moved + step) > cost(moved) + 1e-12 and np.abs(step).max() > 1e-9:
                step = step / 2
            moved = moved + step
            if np.abs(step).max() < 1e-7:
                break
        return moved

    def _joint(self, together: Sequence[tuple[Side, Side]]) -> Floats:
        places = {side: place for place, side in enumerate(self.sides, start=1)}
        made = np.zeros((len(self.plain), len(together)))
        for number, (one, other) in enumerate(together):
            made[:, number] = self.plain[:, places[one]] * self.plain[:, places[other]]
        return made

    def _wanting(self, chosen: NDArray[np.bool_], moved: Floats) -> list[tuple[Side, Side]]:
        """The pairs of levels whose answers lie furthest from what their levels alone foretell."""
        columns, weight = self.plain[chosen], self.weight[chosen]
        p = _chance(self.offset[chosen] + columns @ moved)
        left, spread = weight * (self.truth[chosen] - p), weight**2 * p * (1 - p)
        seen, astray = columns.T @ columns, (columns * left[:, None]).T @ columns
        sure = (columns * spread[:, None]).T @ columns
        found = []
        for one, other in combinations(range(len(self.sides)), 2):
            pair, (a, b) = (self.sides[one], self.sides[other]), (one + 1, other + 1)
            if pair[0][0] == pair[1][0] or (seen[a, b] < SEEN_TOGETHER and pair not in self.known):
                continue
            score = abs(astray[a, b]) / np.sqrt(sure[a, b] + 0.25)
            if score >= WANTING:
                found.append((-score, pair))
        return sorted(pair for _score, pair in sorted(found)[:MOST_TOGETHER])


def _chance(logit: Floats) -> Floats:
    made: Floats = 1.0 / (1.0 + np.exp(-np.clip(logit, -60.0, 60.0)))
    return made
