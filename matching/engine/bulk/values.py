"""Functions over columns of texts: for ASCII as expressions, else once for each distinct value."""

from collections.abc import Callable

import numpy as np
import polars as pl

from matching.engine.folding import fold


def is_plain(column: pl.Series) -> pl.Series:
    """Which texts are ASCII."""
    return column.str.len_bytes() == column.str.len_chars()


def of_distinct(column: pl.Series, make: Callable[[str], str]) -> pl.Series:
    """The function of each value, called once for each distinct one."""
    return each_distinct(column, lambda text: (make(text),), "made")["made"]


def each_distinct(column: pl.Series, make: Callable[[str], tuple[str, ...]], *names: str) -> dict[str, pl.Series]:
    """Several texts of each value, made once for each distinct one."""
    column = column.rename("value")
    distinct = column.unique()
    made = [make(text) for text in distinct]
    table = pl.DataFrame(
        {
            "value": distinct,
            **{f"made_{name}": pl.Series([each[n] for each in made], dtype=pl.String) for n, name in enumerate(names)},
        }
    )
    found = pl.DataFrame({"value": column}).join(table, on="value", how="left", maintain_order="left")
    return {name: found[f"made_{name}"].rename(name) for name in names}


def folded(column: pl.Series) -> pl.Series:
    """`fold` of each value; most are plain words already, but for their case."""
    lower = column.str.to_lowercase()
    rest = np.flatnonzero((~column.str.contains(_WORDS)).to_numpy())
    if not len(rest):
        return lower
    return lower.scatter(rest, _folded(column.gather(rest)))


_WORDS = "^(?:[A-Za-z0-9]+(?: [A-Za-z0-9]+)*)?$"


def _folded(column: pl.Series) -> pl.Series:
    letters = column.str.to_lowercase().str.replace_all("['`]", "")
    quick = letters.str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    slow = np.flatnonzero((~is_plain(column)).to_numpy())
    return quick.scatter(slow, of_distinct(column.gather(slow), fold)) if len(slow) else quick


def first_of_equal(frame: pl.DataFrame, *key: str) -> pl.DataFrame:
    """The frame without what one row (`row`, ascending) has again: of equal keys the first."""
    rows = frame["row"].to_numpy()
    again = rows[1:] == rows[:-1]
    if not again.any():
        return frame
    several = np.zeros(len(rows), dtype=bool)
    several[1:] |= again
    several[:-1] |= again
    places = np.flatnonzero(several)
    kept = frame.select("row", *key)[places].with_columns(place=places)
    kept = kept.unique(subset=["row", *key], keep="first", maintain_order=True)
    keep = ~several
    keep[kept["place"].to_numpy()] = True
    return frame.filter(pl.Series(keep))
