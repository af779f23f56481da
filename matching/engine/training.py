"""Training: a model learns its weights from unlabelled pairs.

`train` takes the shipped model (or any other), the patterns of the candidate pairs and the totals of the records, and
gives a model of the same format: bits log2(m / u), under each alternative log2(m_alternative / u), priors log2 of the
expected pairs of an explanation to those of strangers, learned rarities. What cannot be learned keeps the weight that
it had, and the report says so. Nothing here fails for want of data: with few fields or few records the result is the
model that came in, sized.

A pair that is compared is likelier one party than its levels say: errors gather in few records, so what is right is
right together, and strangers are counted among all pairs, of which blocking compares those that are alike. `TOGETHER`
is what this comes to near the automatic line, measured on some fifty labelled files of persons and organisations.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from matching.engine import rarity
from matching.engine.anchoring import Fitted
from matching.engine.defaults import widened
from matching.engine.diagnostics import Diagnosis, diagnose
from matching.engine.model import Comparison, Frequencies, LevelWeight, Model, exact
from matching.engine.patterns import Patterns
from matching.engine.reporting import report
from matching.engine.scoring import RARE_LEVELS
from matching.engine.totals import COUNTED, Totals
from matching.engine.trusting import MOST, per_record, trusted_fit
from matching.engine.vocabulary import LEVELS, SHARED, WORDS

FEWEST: Final = 300  # pairs of the same party from which on there is something to learn
HIGHEST: Final = 24.0  # bits beyond which no agreement is believed
LOWEST: Final = -9.0  # one pair in five hundred of the same party differs in anything, by blunder
TOGETHER: Final = 0.7  # bits by which independent levels belittle a pair of one party that is compared


@dataclass(frozen=True)
class Trained:
    """The learned model and the account of how it was learned; the model carries the account with it."""

    model: Model
    report: dict[str, Any]


def knowing(model: Model, words: tuple[Mapping[str, int], int]) -> Model:
    """The model with what words tell in the names of these organisations: pairs are compared by it before training.

    :param words: in how many names each word stands, and how many names there are.
    """
    table = rarity.words(*words) if model.party_type == "organisation" else None
    return model if table is None else replace(model, frequencies={**model.frequencies, WORDS: table})


def train(model: Model, patterns: Patterns, totals: Totals) -> Trained:
    """Learn the weights of the model from the patterns of its candidate pairs."""
    sized = widened(model, totals.all_records)
    seen = patterns.for_model(sized)
    fitted, kept = trusted_fit(sized, seen, totals)
    enough = fitted.mixture.mass[0] >= FEWEST and per_record(fitted, totals) <= MOST
    found = diagnose(sized, fitted, totals, kept, fewest=FEWEST)
    learned = _learned(sized, fitted, totals, kept) if enough else sized
    account = report(learned, fitted, seen, totals, found)
    return Trained(replace(learned, trained=account), account)


def _learned(model: Model, fitted: Fitted, totals: Totals, kept: Collection[str]) -> Model:
    mass = fitted.mixture.mass
    strangers = float(mass[-1])
    names = [each.code for each in model.alternatives]
    return replace(
        model,
        prior=exact(math.log2(float(mass[0]) / strangers) + TOGETHER),
        alternatives=tuple(
            replace(each, prior=exact(math.log2(float(mass[number]) / strangers)))
            for number, each in enumerate(model.alternatives, start=1)
        ),
        comparisons=tuple(
            each if each.code in kept else _comparison(each, fitted, place, names)
            for place, each in enumerate(model.comparisons)
        ),
        frequencies=_frequencies(model, fitted, totals),
    )


def _comparison(comparison: Comparison, fitted: Fitted, place: int, names: list[str]) -> Comparison:
    """The learned levels; one that was seen neither in the same party nor among strangers keeps all its bits."""
    chances = fitted.mixture.chances[place]
    strangers, known = chances[-1], fitted.spreads[place].believed
    weights = {each.code: each for each in comparison.levels}
    for level, code in enumerate(LEVELS[comparison.kind]):
        if (comparison.kind, code) in SHARED:
            weights[code] = _lessened(weights[code], fitted.exchanged)
            continue
        if not known[level] and fitted.seen[place][0][level] < 1:
            continue
        bits = [_bits(float(row[level]), float(strangers[level])) for row in chances[:-1]]
        weights[code] = LevelWeight(code, bits[0], dict(zip(names, bits[1:], strict=True)))
    return replace(comparison, levels=tuple(weights[each.code] for each in comparison.levels))


def _lessened(level: LevelWeight, part: float) -> LevelWeight:
    under = {name: exact(bits * part) for name, bits in level.under.items()}
    return LevelWeight(level.code, exact(level.bits * part), under)


def _bits(same: float, stranger: float) -> float:
    return exact(max(LOWEST, min(HIGHEST, math.log2(max(same, 1e-12) / max(stranger, 1e-12)))))


def _frequencies(model: Model, fitted: Fitted, totals: Totals) -> Mapping[str, Frequencies]:
    tables = dict(model.frequencies)
    for place, comparison in enumerate(model.comparisons):
        code = comparison.code
        if code not in COUNTED or code not in totals.shares:
            continue
        # A value that both spell or write otherwise is the same in the tables.
        rare = [level for level, name in enumerate(LEVELS[comparison.kind]) if name in RARE_LEVELS]
        agreeing, typical = (float(fitted.mixture.chances[place][row][rare].sum()) for row in (0, -1))
        others = 2 * agreeing * float(fitted.mixture.mass[0]) / max(totals.records, 1)
        table = rarity.learned(totals.shares[code], totals.holders.get(code, 0), typical, others)
        if table is not None:
            tables[comparison.attribute] = table
    if WORDS in totals.shares:
        table = rarity.words(totals.shares[WORDS], totals.holders.get(WORDS, 0))
        if table is not None:
            tables[WORDS] = table
    return tables


__all__ = ["Diagnosis", "Trained", "train"]
