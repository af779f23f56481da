"""A model as arrays: what each level weighs, under each explanation, and how much the comparisons to come can add.

`gains[c][k]` holds for every level what it adds to the weight of *same* alone (k = 0) and to the lead of *same* over
alternative k; the last entry of each is a missing value, which adds nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.lists import Ints
from matching.engine.model import STEP, Comparison, Frequencies, Model, exact
from matching.engine.scoring import RARE_LEVELS
from matching.engine.vocabulary import LEVELS

# Cheap and telling ones first: most pairs fall below the floor before a text is compared.
_ORDER: Final = (
    *("identifier", "date", "suffix", "phone", "exact", "given_name", "family_name", "website", "organisation_name"),
    *("email", "middle_name", "address", "text"),
)


@dataclass(frozen=True)
class Line:
    """One comparison of the model: the bits of its levels, and under each alternative."""

    place: int
    comparison: Comparison
    bits: Ints
    under: Ints
    rare: Ints
    rarities: Ints | None
    commonest: float


@dataclass(frozen=True)
class Plan:
    """The comparisons in the order in which they are run, and the most that each and those after it can add."""

    lines: tuple[Line, ...]
    start: Ints
    most: tuple[Ints, ...]
    rest: tuple[Ints, ...]
    together: float


def plan_of(model: Model, columns: Columns) -> Plan:
    """The model ready to run over these columns."""
    codes = tuple(each.code for each in model.alternatives)
    ranked = sorted(enumerate(model.comparisons), key=lambda each: (_ORDER.index(each[1].kind), each[0]))
    lines = tuple(_line(model, columns, place, comparison, codes) for place, comparison in ranked)
    prior = exact(model.prior)
    start = np.array([prior, *(prior - exact(each.prior) for each in model.alternatives)])
    gains = [_best_gain(line) for line in lines]
    rest = [np.sum(gains[place + 1 :], axis=0) if place + 1 < len(gains) else start * 0 for place in range(len(gains))]
    together = sum(max(0.0, exact(each.bits)) for each in model.interactions)
    return Plan(lines, start, tuple(gains), tuple(rest), together)


def _line(model: Model, columns: Columns, place: int, comparison: Comparison, codes: tuple[str, ...]) -> Line:
    given = {level.code: level for level in comparison.levels}
    known = [given[code] for code in LEVELS[comparison.kind]]
    bits = np.array([*(exact(level.bits) for level in known), 0.0])
    under = np.array([[*(exact(level.under.get(code, 0.0)) for level in known), 0.0] for code in codes])
    rare = np.array([*(code in RARE_LEVELS for code in LEVELS[comparison.kind]), False])
    table = model.frequencies.get(comparison.attribute)
    rarities = _rarities(comparison, table, columns) if table is not None and comparison.rarity else None
    commonest = float(rarities.max(initial=0.0)) if rarities is not None else 0.0
    return Line(place, comparison, bits, under.reshape(len(codes), len(bits)), rare, rarities, commonest)


def _rarities(comparison: Comparison, table: Frequencies, columns: Columns) -> Ints:
    """What a value adds to the exact levels, by its number in the pool; the one entry of a kind that has no table."""
    if comparison.attribute in ("given_name", "family_name"):
        values = columns.names.pool.series
    elif comparison.attribute in columns.texts:
        values = columns.texts[comparison.attribute].pool.series
    elif comparison.attribute == "organisation_name":
        values = columns.spelt[1].series
    else:
        values = pl.Series([""])
    found = np.full(len(values), exact(comparison.rarity * table.bits("")))
    for number in np.flatnonzero(values.is_in(list(table.shares)).to_numpy()).tolist():
        found[number] = exact(comparison.rarity * table.bits(values[number]))
    return found


def _best_gain(line: Line) -> Ints:
    """The most that a comparison can add, to the weight and to each lead."""
    moved = np.where(line.rare & (line.bits > 0), max(0.0, line.commonest), 0.0)
    gains = [line.bits + moved, *(line.bits - under + moved for under in line.under)]
    return np.array([max(0.0, float(each.max())) for each in gains])


def bounds(line: Line) -> Ints:
    """What each level can add at most, to the weight and to each lead; then missing, then undecided."""
    moved = np.where(line.rare & (line.bits > 0), max(0.0, line.commonest), 0.0)
    gains = np.array([line.bits + moved, *(line.bits - under + moved for under in line.under)])
    return np.ascontiguousarray(np.hstack([gains, gains.max(axis=1, keepdims=True)]))


def stepped(bits: Ints) -> Ints:
    """`model.exact` for arrays."""
    found: Ints = np.rint(bits * STEP) / STEP
    return found
