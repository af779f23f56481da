"""What becomes of many values at once, as far as that is certain; the type's reading of one value stays the judge.

A column form takes values that came as text, the only one of their record each, and says of every one what reading it
alone would make of it, or nothing. What is left goes to the type one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from customers.types.faults import Finding

_TOLD = r'^\[\{(?:"kind": "(?<kind>[a-z]+)", )?"value": "(?<value>[^"\\]*)"\}\]$'
_PRINTABLE = "^[!-~](?:[ -~]*[!-~])?$"


class Certain(NamedTuple):
    """Of each value: the list that is stored, as JSON; codes of findings (:func:`codes`); its key. Or three nulls."""

    stored: pl.Series
    found: pl.Series
    key: pl.Series


def codes(findings: Iterable[Finding]) -> str | None:
    """Findings as one text: ``code:part`` each, between commas; none where there are none."""
    return ",".join([f"{one.code}:{one.part or ''}" for one in findings]) or None


def values_in(told: pl.Series, kinds: Collection[str]) -> pl.DataFrame:
    """``value`` and ``kind`` of lists of one contact point, as JSON; both null where it is another or unusual list."""
    frame = pl.DataFrame({"told": told}).select(pl.col("told").str.extract_groups(_TOLD)).unnest("told")
    fits = pl.col("value").is_not_null() & (pl.col("kind").is_null() | pl.col("kind").is_in(list(kinds)))
    return frame.select(pl.when(fits).then("value"), pl.when(fits).then("kind"))


def is_plain(text: pl.Expr, max_length: int) -> pl.Expr:
    """Whether the edge takes a text just as it is: ASCII without controls, single blanks, none at its ends."""
    return text.str.contains(_PRINTABLE) & ~text.str.contains("  ", literal=True) & (text.str.len_bytes() <= max_length)


def folded(text: pl.Expr) -> pl.Expr:
    """What folding makes of ASCII text."""
    lower = text.str.to_lowercase().str.replace_all("['`]", "")
    return lower.str.replace_all("[^a-z0-9]+", " ").str.strip_chars(" ")


def of_distinct(texts: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """What is read from each text, each distinct one once."""
    distinct = texts.drop_nulls().unique()
    frame = pl.DataFrame(
        {"text": distinct, "read": pl.Series([read(text) for text in distinct.to_list()], dtype=pl.String)}
    )
    return pl.DataFrame({"text": texts}).join(frame, on="text", how="left", maintain_order="left")["read"]


def listed(value: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """A list of one contact point as it is stored; null where its value is."""
    told = pl.concat_str([pl.lit(', "kind": "'), kind, pl.lit('"')]).fill_null("")
    return pl.concat_str([pl.lit('[{"value": "'), value, pl.lit('"'), told, pl.lit("}]")])
