"""E-mail addresses of the strict ASCII form, in columns."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from customers.types.certain import Certain, listed, values_in
from customers.types.placeholders import (
    EMAIL_DOMAINS,
    EMAIL_NAMES,
    EMAIL_NAMES_ANYWHERE,
    EMAIL_SHARED_DOMAINS,
    EMAIL_SUFFIXES,
)

# Narrower than what one address alone may be: labels of no more than 61 characters.
_PLAIN = r"^[a-z0-9_+\-]+(?:\.[a-z0-9_+\-]+)*@(?:[a-z0-9](?:-?[a-z0-9]){0,30}\.)+[a-z]{2,24}$"
_RESERVED = r"\.(?:arpa|invalid|local|localhost|onion|test)$"
_MAX_LOCAL, _MIN, _MAX = 64, 6, 254


def emails_in_columns(told: pl.Series, kinds: Collection[str]) -> Certain:
    """What becomes of lists of one address, as JSON, where that is certain."""
    told_of = values_in(told, kinds)
    value = told_of["value"].set(~told_of["value"].str.contains("^[!-~]*$"), None).str.to_lowercase()
    lower, name, domain = pl.col("lower"), pl.col("name"), pl.col("domain")
    plain = lower.str.contains(_PLAIN) & ~lower.str.contains(_RESERVED)
    plain &= lower.str.len_bytes().is_between(_MIN, _MAX) & (name.str.len_bytes() <= _MAX_LOCAL)
    shared = domain.is_in(list(EMAIL_SHARED_DOMAINS)) & name.is_in(list(EMAIL_NAMES))
    nobody = domain.is_in(list(EMAIL_DOMAINS)) | name.is_in(list(EMAIL_NAMES_ANYWHERE)) | shared
    for ending in EMAIL_SUFFIXES:
        nobody |= domain.str.ends_with(ending)
    parts = value.str.split_exact("@", 1).struct.rename_fields(["name", "domain"]).struct.unnest()
    frame = parts.with_columns(told_of["kind"], lower=value)
    judged = frame.with_columns(key=pl.when(plain).then(lower), nobody=nobody)
    found = pl.when(pl.col("key").is_not_null() & pl.col("nobody")).then(pl.lit("placeholder:value"))
    return Certain(*judged.select(stored=listed(pl.col("key"), pl.col("kind")), found=found, key="key"))
