"""Phone numbers that tables can read, in columns."""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from customers.types.certain import Certain, listed, of_distinct, values_in

_PLAIN = r"^\+?\(?[0-9][0-9 ()./\-]*$"
_MAX = 60
_MIN_DIGITS, _MAX_DIGITS = 4, 15


def phones_in_columns(
    told: pl.Series, kinds: Collection[str], read: Callable[[str], str], check: Callable[[str], str | None]
) -> Certain:
    """What becomes of lists of one number, as JSON, where that is certain.

    :param read: the standard form of a number without anything between its digits; empty where that is not sure.
    :param check: the codes of what is doubtful about a standard form.
    """
    frame = values_in(told, kinds)
    text = frame["value"]
    digits = text.str.replace_all(r"[ ()./\-]", "")
    # Two zeros may be dialled before a country.
    plain = text.str.contains(_PLAIN) & ~digits.str.starts_with("00") & (text.str.len_bytes() <= _MAX)
    number = of_distinct(digits.set(~plain.fill_null(False), None), lambda each: read(each) or None)
    made = frame.select(stored=listed(pl.lit(number), pl.col("kind")))
    return Certain(made["stored"], of_distinct(number, check), number.str.strip_chars_start("+"))
