"""Scoring: the levels of a pair become a weight, a probability and its reasons.

The weight starts from the prior and adds the bits of every level. What another explanation, the
household or the namesake, would make of the same levels is then taken off in a line of its own, so
that the lines still add up to the weight and the weight alone gives the probability.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from matching.engine.comparing import Compare, compare_of
from matching.engine.evidence import Level, Score
from matching.engine.explaining import ALTERNATIVE, INTERACTION, sentence
from matching.engine.features import Features
from matching.engine.model import STEP, Comparison, Frequencies, LevelWeight, Model, exact
from matching.engine.vocabulary import LABELS, LEVELS, MISSING, UNRELATED

__all__ = ["Level", "Score", "called", "counterfactual", "might_settle", "score", "score_levels", "sentence"]

NAME_PARTS = {"given_name": "given", "family_name": "family"}
RARE_LEVELS = frozenset({"exact", "transliterated"})

# What is compared first where only pairs that come to something are wanted: what tells much at little cost.
FIRST = ("phone", "identifier", "date", "address", "email", "website", "given_name", "organisation_name")
LIMIT = 200.0  # bits beyond which a float would overflow and nobody would care

Found = tuple[Level, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison ready to run: its function and what each of its levels gives.

    ``least`` and ``most``: what the commonest and the rarest value add to an exact level.
    """

    code: str
    compare: Compare
    attribute: str
    found: Mapping[str, Found]
    rarities: Mapping[str, float]
    unseen: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """A model ready to run.

    ``order`` has the lines as :func:`near` tries them, each with its place and what none of its levels weighs more
    than. No pair weighs more than ``highest``; one that does not come to ``enough`` is below the review line.
    """

    prior: float
    priors: tuple[float, ...]
    related: tuple[bool, ...]
    names: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    interactions: tuple[tuple[int, str, int, str, Level], ...]
    order: tuple[tuple[int, Line, float], ...]
    highest: float
    enough: float


def score(model: Model, pairs: Sequence[tuple[Features, Features]]) -> list[Score]:
    """The score of each pair, in order."""
    plan = plan_of(model)
    return [_weigh(plan, [_find(line, left, right) for line in plan.lines]) for left, right in pairs]


def near(model: Model, pairs: Sequence[tuple[Features, Features]]) -> list[Score | None]:
    """The score of each pair that reaches the review line, None for the others; in order.

    A pair is given up as soon as it could not come to the line if all else agreed.
    """
    plan = plan_of(model)
    return [_near(plan, left, right, model.review) for left, right in pairs]


def _near(plan: _Plan, left: Features, right: Features, review: float) -> Score | None:
    bound, found = plan.highest, dict[int, Found]()
    for place, line, highest in plan.order:
        found[place] = one = _find(line, left, right)
        bound += one[0].weight - highest
        if bound < plan.enough:
            return None
    told = _weigh(plan, [found[place] for place in range(len(found))])
    return told if told.probability >= review else None


def score_levels(model: Model, levels: Mapping[str, str]) -> Score:
    """The score that these levels give, comparisons left out being missing."""
    plan = plan_of(model)
    return _weigh(plan, [line.found[levels.get(line.code, MISSING)] for line in plan.lines])


def counterfactual(model: Model, found: Score) -> str | None:
    """The comparison that alone, were it at its best level, would make the pair automatic whatever the value; or None.

    One that is missing comes before one that differs, for it can be asked for.
    """
    if found.probability >= model.automatic:
        return None
    return max(_settled(model, found, least=True), default=(False, 0.0, None))[2]


def might_settle(model: Model, found: Score) -> frozenset[str]:
    """The comparisons of which one, at its best level with its most telling value, would make the pair automatic."""
    if found.probability >= model.automatic:
        return frozenset()
    return frozenset(code for _missing, _weight, code in _settled(model, found, least=False))


def _settled(model: Model, found: Score, *, least: bool) -> Iterator[tuple[bool, float, str]]:
    """Of each comparison that would: whether it is missing, the weight that the pair would have, its code."""
    plan = plan_of(model)
    lines = [_again(line, level) for line, level in zip(plan.lines, found.levels, strict=False)]
    for index, (line, comparison) in enumerate(zip(plan.lines, model.comparisons, strict=True)):
        best = _rarer(line.found[LEVELS[comparison.kind][0]], line.least if least else line.most)
        again = _weigh(plan, [*lines[:index], best, *lines[index + 1 :]])
        if again.probability >= model.automatic:
            yield lines[index][0].level == MISSING, again.weight, line.code


def called(model: Model, found: Score) -> str:
    """What a pair that is not the same is called: the code of its likeliest alternative, or `UNRELATED`."""
    named = [(bits, each.code) for each, bits in zip(model.alternatives, found.sums, strict=True)]
    best = max(named, key=lambda each: each[0], default=(0.0, ""))
    return best[1] if best[0] > 0 else UNRELATED


def _again(line: Line, level: Level) -> Found:
    """What a level that was found weighs, its rarity included."""
    found = line.found[level.level]
    return _rarer(found, level.weight - found[0].weight) if level.level in RARE_LEVELS else found


# Keyed by identity, for a model is long to hash; the model is kept, so its id is not given again.
_PLANS: dict[int, tuple[Model, _Plan]] = {}


def plan_of(model: Model) -> _Plan:
    """The model ready to run; the same for the same instance."""
    known = _PLANS.get(id(model))
    if known is None:
        if len(_PLANS) > 32:
            _PLANS.clear()
        known = _PLANS[id(model)] = (model, _plan(model))
    return known[1]


def _plan(model: Model) -> _Plan:
    codes = tuple(each.code for each in model.alternatives)
    lines = tuple(_line(model, comparison, codes) for comparison in model.comparisons)
    interactions = tuple(_interactions(model))
    ranks = [FIRST.index(one.kind) if one.kind in FIRST else len(FIRST) for one in model.comparisons]
    highest = [highest_of(line) for line in lines]
    prior = exact(model.prior)
    return _Plan(
        prior=prior,
        priors=tuple(exact(each.prior) for each in model.alternatives),
        related=tuple(each.related for each in model.alternatives),
        names=tuple((each.code, each.label) for each in model.alternatives),
        lines=lines,
        interactions=interactions,
        order=tuple((each, lines[each], highest[each]) for each in sorted(range(len(lines)), key=ranks.__getitem__)),
        # Other explanations only take off.
        highest=prior + sum(highest) + sum(max(0.0, each[4].weight) for each in interactions),
        enough=math.log2(model.review / (1.0 - model.review)) - 1 / STEP,
    )


def _interactions(model: Model) -> Iterator[tuple[int, str, int, str, Level]]:
    """Each interaction with the places of its comparisons."""
    places = {each.code: place for place, each in enumerate(model.comparisons)}
    for each in model.interactions:
        line = Level(each.code, INTERACTION, exact(each.bits), "together")
        yield places[each.one[0]], each.one[1], places[each.other[0]], each.other[1], line


def _line(model: Model, comparison: Comparison, alternatives: tuple[str, ...]) -> Line:
    found = {level.code: _found(comparison.code, level, alternatives) for level in comparison.levels}
    found[MISSING] = (Level(comparison.code, MISSING, 0.0, LABELS[MISSING]), (0.0,) * len(alternatives))
    rarities, unseen = _rarities(comparison, model.frequencies.get(comparison.attribute))
    bits = [*rarities.values(), unseen]
    compare = compare_of(model, comparison)
    return Line(comparison.code, compare, comparison.attribute, found, rarities, unseen, min(bits), max(bits))


def highest_of(line: Line) -> float:
    """What no level of a comparison weighs more than."""
    return max(weighs_at_most(line, level) for level in line.found)


def weighs_at_most(line: Line, level: str) -> float:
    """What a level weighs with the rarest value."""
    weight = line.found[level][0].weight
    return weight + max(0.0, line.most) if level in RARE_LEVELS and weight > 0 else weight


def _rarities(comparison: Comparison, table: Frequencies | None) -> tuple[Mapping[str, float], float]:
    """What a value adds to the exact levels: of each value in the table, and of all others."""
    if table is None:
        return {}, 0.0
    bits = {value: exact(comparison.rarity * table.bits(value)) for value in table.shares}
    return bits, exact(comparison.rarity * table.bits(""))


def _found(code: str, level: LevelWeight, alternatives: tuple[str, ...]) -> Found:
    under = tuple(exact(level.under.get(each, 0.0)) for each in alternatives)
    return Level(code, level.code, exact(level.bits), LABELS[level.code]), under


def _find(line: Line, left: Features, right: Features) -> Found:
    level = line.compare(left, right, line.attribute)
    found = line.found[level]
    if level not in RARE_LEVELS or not (line.rarities or line.unseen):
        return found
    return _rarer(found, line.rarities.get(_value(left, right, line.attribute), line.unseen))


def _value(left: Features, right: Features, attribute: str) -> str:
    """What both agree on; where they spell it differently, the same one in either order."""
    if attribute in NAME_PARTS:
        return agreed_name(left, right, NAME_PARTS[attribute])
    if attribute == "organisation_name":
        return min({*spelt(left)}.intersection(spelt(right)), default="")
    common = set(left.texts.get(attribute, ())).intersection(right.texts.get(attribute, ()))
    return min(common, default="")


def agreed_name(left: Features, right: Features, part: str) -> str:
    """The part of a name that both agree on; of several names, one that both bear."""
    if not left.others and not right.others:
        return min(getattr(left.name, part), getattr(right.name, part))
    ours, theirs = ([getattr(name, part) for name in each.names] for each in (left, right))
    return min(set(ours).intersection(theirs) - {""}, default=min(ours[0], theirs[0]))


def spelt(features: Features) -> list[str]:
    """The names of an organisation without spaces."""
    return [each.whole.replace(" ", "") for each in features.organisations]


@lru_cache(maxsize=65_536)
def _rarer(found: Found, bits: float) -> Found:
    """The level with a rarer or commoner value, which weighs on whatever the agreement speaks for."""
    level, under = found
    if level.weight <= 0:
        return found
    shares = (max(0.0, min(1.0, each / level.weight)) for each in under)
    moved = tuple(each + exact(share * bits) for each, share in zip(under, shares, strict=True))
    return level._replace(weight=level.weight + bits), moved


def _weigh(plan: _Plan, found: Sequence[Found]) -> Score:
    levels = []
    weight = plan.prior
    sums = list(plan.priors)
    for level, under in found:
        levels.append(level)
        if level.level != MISSING:
            weight += level.weight
            for index, bits in enumerate(under):
                sums[index] += bits
    for one, first, other, second, line in plan.interactions:
        if levels[one].level == first and levels[other].level == second:
            levels.append(line)
            weight += line.weight
    others, related = 1.0, 0.0
    for index, bits in enumerate(sums):
        before = exact(math.log2(others))
        odds = 2.0 ** min(bits, LIMIT)
        others += odds
        if plan.related[index]:
            related += odds
        correction = before - exact(math.log2(others))
        if correction:
            code, label = plan.names[index]
            levels.append(Level(code, ALTERNATIVE, correction, label))
            weight += correction
    probability = 1.0 / (1.0 + 2.0 ** min(-weight, LIMIT))
    household = (1.0 - probability) * related / others
    return Score(weight, probability, household, plan.prior, tuple(levels), tuple(sums))
