"""Identifiers of letters and digits alone, in columns."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from customers.types.certain import Certain, is_plain, is_sequence
from customers.types.placeholders import WORDS

_TOLD = r'^\[\{"scheme": "(?<scheme>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)", "value": "(?<value>[^"\\]*)"\}\]$'
_PLAIN = r"^[A-Za-z0-9][A-Za-z0-9 .\-]*$"


def identifiers_in_columns(told: pl.Series, *, checked: Collection[str], max_scheme: int, max_length: int) -> Certain:
    """What becomes of lists of one identifier, as JSON, where that is certain and nothing is doubtful.

    :param checked: schemes with check digits.
    """
    frame = pl.DataFrame({"told": told}).select(pl.col("told").str.extract_groups(_TOLD)).unnest("told")
    scheme, text = pl.col("scheme"), pl.col("value")
    plain = text.str.contains(_PLAIN) & is_plain(text, max_length) & (scheme.str.len_bytes() <= max_scheme)
    known = frame.with_columns(value=pl.when(plain).then(text.str.replace_all(r"[ .\-]", "").str.to_uppercase()))
    lower = text.str.to_lowercase()
    fits = ~(is_sequence(lower) | scheme.is_in(sorted(checked)) | lower.is_in(sorted(WORDS)))
    sure = known.with_columns(value=pl.when(fits).then(text))
    stored = pl.concat_str([pl.lit('[{"scheme": "'), scheme, pl.lit('", "value": "'), text, pl.lit('"}]')])
    made = sure.select(stored=stored, key=pl.concat_str([scheme, pl.lit(":"), lower]), further=lower)
    return Certain(
        made["stored"], pl.repeat(None, len(told), dtype=pl.String, eager=True), made["key"], made["further"]
    )
