"""The evidence of many pairs as JSON, in columns: what `Scorer.told` tells of each, without an object for any line."""

import json
from typing import NamedTuple

import numpy as np
import polars as pl

from matching.engine.bulk.comparing import MISSING
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.scoring import Scorer, Scores
from matching.engine.explaining import ALTERNATIVE, INTERACTION
from matching.engine.vocabulary import LEVELS
from matching.engine.vocabulary import MISSING as NOT_THERE


class Told(NamedTuple):
    """Of each pair, as JSON: weight, probability, and the lines of the evidence (comparison, level, weight)."""

    weight: pl.Series
    probability: pl.Series
    levels: pl.Series


def told_in_columns(scorer: Scorer, scores: Scores) -> Told:
    """The evidence of these pairs; the same as :meth:`Scorer.told` gives."""
    said, model = scorer.evidence(scores), scorer.model
    lines = []
    for place, each in enumerate(model.comparisons):
        names = [*LEVELS[each.kind], NOT_THERE]
        codes = said.levels[:, place].astype(np.int64)
        codes[codes == MISSING] = len(names) - 1
        begin = pl.Series([_begin(each.code, name) for name in names]).gather(codes)
        lines.append(_line(begin, said.sums.lines[:, place]))
    for place, extra in enumerate(model.interactions):
        lines.append(_line(_where(said.held[:, place], extra.code, INTERACTION), said.sums.together[:, place]))
    for place, other in enumerate(model.alternatives):
        weighs = said.sums.corrections[:, place]
        lines.append(_line(_where(weighs != 0, other.code, ALTERNATIVE), weighs))
    inner = pl.concat_str(lines, separator=", ", ignore_nulls=True)
    levels = pl.select(pl.concat_str([pl.lit("["), inner, pl.lit("]")])).to_series()
    return Told(_numbers(said.weight), _numbers(said.probability), levels)


def _where(holds: Ints, code: str, level: str) -> pl.Series:
    return pl.select(pl.when(pl.Series(holds)).then(pl.lit(_begin(code, level)))).to_series()


def _begin(code: str, level: str) -> str:
    return f"[{json.dumps(code)}, {json.dumps(level)}, "


def _line(begin: pl.Series, bits: Ints) -> pl.Series:
    """One line of each pair; null where it has none."""
    return pl.select(pl.concat_str([begin, _numbers(bits), pl.lit("]")])).to_series()


def _numbers(values: Ints) -> pl.Series:
    """Numbers as JSON, each distinct one written once."""
    distinct, number = np.unique(values, return_inverse=True)
    return pl.Series(list(map(repr, distinct.tolist())), dtype=pl.String).gather(number)
