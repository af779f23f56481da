"""Scoring: the levels of a pair become a weight, a probability and its reasons.

The weight starts from the prior and adds the bits of every level. What another explanation, the
household or the namesake, would make of the same levels is then taken off in a line of its own, so
that the lines still add up to the weight and the weight alone gives the probability.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matching.engine.comparing import KINDS, Compare
from matching.engine.evidence import Level, Score
from matching.engine.explaining import sentence
from matching.engine.features import Features
from matching.engine.model import Comparison, Frequencies, LevelWeight, Model, exact
from matching.engine.vocabulary import LABELS, MISSING

__all__ = ["Level", "Score", "score", "score_levels", "sentence"]

RARE_LEVELS = frozenset({"exact", "transliterated"})

Found = tuple[Level, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class _Line:
    """One comparison ready to run: its function and what each of its levels gives."""

    code: str
    compare: Compare
    attribute: str
    found: Mapping[str, Found]
    rarity: float
    frequencies: Frequencies | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A model ready to run."""

    prior: float
    priors: tuple[float, ...]
    related: tuple[bool, ...]
    names: tuple[tuple[str, str], ...]
    lines: tuple[_Line, ...]


def score(model: Model, pairs: Sequence[tuple[Features, Features]]) -> list[Score]:
    """The score of each pair, in order."""
    plan = _plan_of(model)
    return [_weigh(plan, [_find(line, left, right) for line in plan.lines]) for left, right in pairs]


def score_levels(model: Model, levels: Mapping[str, str]) -> Score:
    """The score that these levels give, comparisons left out being missing."""
    plan = _plan_of(model)
    return _weigh(plan, [line.found[levels.get(line.code, MISSING)] for line in plan.lines])


# Keyed by identity, for a model is long to hash; the model is kept, so its id is not given again.
_PLANS: dict[int, tuple[Model, _Plan]] = {}


def _plan_of(model: Model) -> _Plan:
    known = _PLANS.get(id(model))
    if known is None:
        if len(_PLANS) > 32:
            _PLANS.clear()
        known = _PLANS[id(model)] = (model, _plan(model))
    return known[1]


def _plan(model: Model) -> _Plan:
    codes = tuple(each.code for each in model.alternatives)
    return _Plan(
        prior=exact(model.prior),
        priors=tuple(exact(each.prior) for each in model.alternatives),
        related=tuple(each.related for each in model.alternatives),
        names=tuple((each.code, each.label) for each in model.alternatives),
        lines=tuple(_line(model, comparison, codes) for comparison in model.comparisons),
    )


def _line(model: Model, comparison: Comparison, alternatives: tuple[str, ...]) -> _Line:
    found = {level.code: _found(comparison.code, level, alternatives) for level in comparison.levels}
    found[MISSING] = (Level(comparison.code, MISSING, 0.0, LABELS[MISSING]), (0.0,) * len(alternatives))
    frequencies = model.frequencies.get(comparison.attribute) if comparison.rarity else None
    return _Line(
        comparison.code,
        KINDS[comparison.kind],
        comparison.attribute,
        found,
        comparison.rarity,
        frequencies,
    )


def _found(code: str, level: LevelWeight, alternatives: tuple[str, ...]) -> Found:
    under = tuple(exact(level.under.get(each, 0.0)) for each in alternatives)
    return Level(code, level.code, exact(level.bits), LABELS[level.code]), under


def _find(line: _Line, left: Features, right: Features) -> Found:
    level = line.compare(left, right, line.attribute)
    found = line.found[level]
    if line.frequencies is None or level not in RARE_LEVELS:
        return found
    value = _value(left, line.attribute)
    return _rarer(found, exact(line.rarity * line.frequencies.bits(value)))


def _value(features: Features, attribute: str) -> str:
    if attribute == "given_name":
        return features.name.given
    if attribute == "family_name":
        return features.name.family
    return next(iter(features.texts.get(attribute, ())), "")


@lru_cache(maxsize=65_536)
def _rarer(found: Found, bits: float) -> Found:
    """The level with a rarer or commoner value; it weighs on whatever the agreement speaks for."""
    level, under = found
    return level._replace(weight=level.weight + bits), tuple(
        each + min(1.0, max(0.0, each / level.weight)) * bits if each > 0 else each for each in under
    )


def _weigh(plan: _Plan, found: Sequence[Found]) -> Score:
    levels = [each[0] for each in found]
    weight = plan.prior + sum(level.weight for level in levels)
    sums = [prior + sum(each[1][index] for each in found) for index, prior in enumerate(plan.priors)]
    taken = 0.0
    others = 1.0
    related = 0.0
    for index, bits in enumerate(sums):
        odds = 2.0 ** min(bits, 200.0)
        others += odds
        if plan.related[index]:
            related += odds
        correction = -exact(math.log2(others)) - taken
        if correction:
            code, label = plan.names[index]
            levels.append(Level(code, "alternative", correction, label))
            taken += correction
    weight += taken
    probability = 1.0 / (1.0 + 2.0 ** min(-weight, 200.0))
    return Score(
        weight, probability, (1.0 - probability) * related / others, plan.prior, tuple(levels), tuple(sums)
    )
