"""The numbers of many customers at once."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from cmdm.ids import LETTERS


def customer_numbers(pks: Sequence[int]) -> pl.Series:
    """The number of each, as :func:`cmdm.ids.customer_number` makes it."""
    numbers = np.asarray(pks, dtype=np.int64)
    first, rest, place = np.zeros(len(numbers), dtype=np.int64), numbers.copy(), 2
    while rest.any():
        first += place * (rest % 10)
        rest //= 10
        place += 1
    letters = pl.Series(list(LETTERS))
    checks = [letters.gather(each) for each in (first % 24, (numbers * 17 + 5) % 23)]
    digits = pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(5)
    return pl.select(pl.concat_str([pl.lit("C-"), digits, pl.lit("-"), *checks])).to_series()
