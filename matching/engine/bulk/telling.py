"""The evidence of many pairs as JSON, in columns: what `Scorer.told` tells of each, without an object for any line."""

import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl

from matching.engine.bulk.comparing import MISSING
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, Scores
from matching.engine.evidence import is_plain
from matching.engine.explaining import ALTERNATIVE, INTERACTION
from matching.engine.vocabulary import LEVELS
from matching.engine.vocabulary import MISSING as NOT_THERE


class Told(NamedTuple):
    """Of each pair, as JSON: weight, probability, and the lines of the evidence as ``lines_told`` gives them."""

    weight: pl.Series
    probability: pl.Series
    levels: pl.Series


class _Form(NamedTuple):
    """How lines are written."""

    line: Callable[[str, str], str]
    end: str
    between: str
    around: str


_TEXT = _Form(lambda code, level: f"{code}:{level}:", "", " ", '""')
_LISTS = _Form(lambda code, level: f"[{json.dumps(code)}, {json.dumps(level)}, ", "]", ", ", "[]")


def told_in_columns(scorer: Scorer, scores: Scores) -> Told:
    """The evidence of these pairs; the same as :meth:`Scorer.told` gives."""
    said, model = scorer.evidence(scores), scorer.model
    codes = [*(each.code for each in model.comparisons), *(each.code for each in model.interactions)]
    form = _TEXT if all(map(is_plain, [*codes, *(each.code for each in model.alternatives)])) else _LISTS
    lines = []
    for place, each in enumerate(model.comparisons):
        names = [*LEVELS[each.kind], NOT_THERE]
        found = said.levels[:, place].astype(np.int64)
        found[found == MISSING] = len(names) - 1
        begin = pl.Series([form.line(each.code, name) for name in names]).gather(found)
        lines.append(_line(begin, said.sums.lines[:, place], form))
    for place, extra in enumerate(model.interactions):
        begin = _where(said.held[:, place], form.line(extra.code, INTERACTION))
        lines.append(_line(begin, said.sums.together[:, place], form))
    for place, other in enumerate(model.alternatives):
        weighs = said.sums.corrections[:, place]
        lines.append(_line(_where(weighs != 0, form.line(other.code, ALTERNATIVE)), weighs, form))
    inner = pl.concat_str(lines, separator=form.between, ignore_nulls=True)
    levels = pl.select(pl.concat_str([pl.lit(form.around[0]), inner, pl.lit(form.around[1])])).to_series()
    return Told(_numbers(said.weight), _numbers(said.probability), levels)


def _where(holds: Ints, begin: str) -> pl.Series:
    return pl.select(pl.when(pl.Series(holds)).then(pl.lit(begin))).to_series()


def _line(begin: pl.Series, bits: Ints, form: _Form) -> pl.Series:
    """One line of each pair; null where it has none."""
    return pl.select(pl.concat_str([begin, _numbers(bits), pl.lit(form.end)])).to_series()


def _numbers(values: Ints) -> pl.Series:
    """Numbers as JSON, each distinct one written once."""
    distinct, number = np.unique(values, return_inverse=True)
    return pl.Series(list(map(repr, distinct.tolist())), dtype=pl.String).gather(number)
