"""Names and dates that are written plainly, in columns."""

from __future__ import annotations

import polars as pl

from customers.types.certain import ONE_SIGN, Certain, folded
from customers.types.placeholders import DATES, PERSONS, WORDS

_TEXT = r'^"([^"\\]*)"$'
_NAME = "^[A-Z][a-z]+(?:[ -][A-Z][a-z]+)*$"  # of which the case is not touched
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_NOBODY = sorted(PERSONS | WORDS)


def names_in_columns(told: pl.Series, max_length: int) -> Certain:
    """What becomes of names, as JSON, where that is certain and nothing is doubtful."""
    text = told.str.extract(_TEXT)
    text = text.set(~(text.str.contains(_NAME) & (text.str.len_bytes() <= max_length)), None)
    key = pl.DataFrame({"text": text}).select(folded(pl.col("text"))).to_series()
    return _certain(told, ~(key.is_in(_NOBODY) | key.str.contains(ONE_SIGN)), key)


def dates_in_columns(told: pl.Series, earliest: str, latest: str) -> Certain:
    """What becomes of days, as JSON, where that is certain and nothing is doubtful."""
    text = told.str.extract(_TEXT)
    fits = text.str.contains(_DAY) & text.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return _certain(told, fits & (text >= earliest) & (text <= latest) & ~text.is_in(sorted(DATES)), text)


def _certain(told: pl.Series, fits: pl.Series, key: pl.Series) -> Certain:
    odd = ~fits.fill_null(value=False)
    return Certain(told.set(odd, None), pl.repeat(None, len(told), dtype=pl.String, eager=True), key.set(odd, None))
