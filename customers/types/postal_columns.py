"""Postal codes that have the form of their country already, in columns."""

from __future__ import annotations

import polars as pl

from customers.types.postal import BLANK_BEFORE_LAST, rules


def usual_form(code: pl.Expr, country: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether codes (capitals, digits, single blanks) have the form of a country, and how it writes them."""
    last = BLANK_BEFORE_LAST.get(country)
    if not last:
        return _fits(code, country), code
    bare = code.str.replace_all("[ -]", "")
    spaced = pl.concat_str(
        [bare.str.head(bare.str.len_bytes().cast(pl.Int64) - last), pl.lit(" "), bare.str.tail(last)]
    )
    return _fits(code, country) & _fits(spaced, country) & (bare.str.len_bytes() > last), spaced


def _fits(code: pl.Expr, country: str) -> pl.Expr:
    fits = pl.lit(value=True)
    for form in rules(country).postal_codes:
        fits &= code.str.contains(f"^(?:{form.pattern})")
    return fits
