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
    """`fold` of each value."""
    letters = column.str.to_lowercase().str.replace_all("['`]", "")
    quick = letters.str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    slow = np.flatnonzero((~is_plain(column)).to_numpy())
    return quick.scatter(slow, of_distinct(column.gather(slow), fold)) if len(slow) else quick
