"""What becomes of many values at once, as far as that is certain; the type's reading of one value stays the judge.

A column form takes values that came as text, the only one of their attribute each, and says of every one what reading
it alone would make of it, or nothing. What is left goes to the type one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from customers.types.placeholders import RUNS, SHORTEST_RUN

if TYPE_CHECKING:
    from customers.types.faults import Finding

_TOLD = r'^\[\{(?:"kind": "(?<kind>[a-z]+)", )?"value": "(?<value>[^"\\]*)"\}\]$'
ONE_SIGN = f"^(?:{'|'.join(f'{sign}+' for sign in ascii_lowercase + digits)})$"  # one sign, however often
_PRINTABLE = "^[!-~](?:[ -~]*[!-~])?$"

_PARTS_OF_RUNS = sorted(
    {run[begin:end] for run in RUNS for begin in range(len(run)) for end in range(begin + SHORTEST_RUN, len(run) + 1)}
)


class Certain(NamedTuple):
    """Of each value: what is stored, as JSON without any sign that JSON escapes; codes of findings (:func:`codes`); its
    key, and a further one under which it is looked for. Or nulls.
    """

    stored: pl.Series
    found: pl.Series
    key: pl.Series
    further: pl.Series | None = None


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


def is_sequence(text: pl.Expr) -> pl.Expr:
    """Whether a text of small letters and digits is all one sign, or a run such as 12345."""
    return text.is_in(_PARTS_OF_RUNS) | (text.str.contains(ONE_SIGN) & (text.str.len_bytes() >= SHORTEST_RUN))


def folded(text: pl.Expr) -> pl.Expr:
    """What folding makes of ASCII text."""
    lower = text.str.to_lowercase().str.replace_all("['`]", "")
    return lower.str.replace_all("[^a-z0-9]+", " ").str.strip_chars(" ")


def of_distinct(texts: pl.Series, read: Callable[[str], str | None]) -> pl.Series:
    """What is read from each text, each distinct one once."""
    if texts.null_count() == len(texts):
        return texts
    distinct = texts.drop_nulls().unique()
    frame = pl.DataFrame(
        {"text": distinct, "read": pl.Series([read(text) for text in distinct.to_list()], dtype=pl.String)}
    )
    return pl.DataFrame({"text": texts}).join(frame, on="text", how="left", maintain_order="left")["read"]


def listed(value: pl.Expr, kind: pl.Expr) -> pl.Expr:
    """A list of one contact point as it is stored; null where its value is."""
    told = pl.concat_str([pl.lit(', "kind": "'), kind, pl.lit('"')]).fill_null("")
    return pl.concat_str([pl.lit('[{"value": "'), value, pl.lit('"'), told, pl.lit("}]")])
