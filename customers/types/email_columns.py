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
    lower = pl.col("value").str.to_lowercase()
    name, domain = lower.str.extract("^([^@]*)@"), lower.str.extract("@(.*)$")
    plain = lower.str.contains(_PLAIN) & pl.col("value").str.contains("^[!-~]*$") & ~lower.str.contains(_RESERVED)
    plain &= lower.str.len_bytes().is_between(_MIN, _MAX) & (name.str.len_bytes() <= _MAX_LOCAL)
    shared = domain.is_in(list(EMAIL_SHARED_DOMAINS)) & name.is_in(list(EMAIL_NAMES))
    nobody = domain.is_in(list(EMAIL_DOMAINS)) | name.is_in(list(EMAIL_NAMES_ANYWHERE)) | shared
    for ending in EMAIL_SUFFIXES:
        nobody |= domain.str.ends_with(ending)
    key = pl.when(plain).then(lower)
    made = values_in(told, kinds).select(
        stored=listed(key, pl.col("kind")), found=pl.when(plain & nobody).then(pl.lit("placeholder:value")), key=key
    )
    return Certain(*made)
