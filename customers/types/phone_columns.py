"""Phone numbers that tables can read, in columns."""

from __future__ import annotations

from collections.abc import Callable, Collection

import polars as pl

from customers.types.certain import ONE_SIGN, Certain, is_sequence, listed, of_distinct, values_in
from customers.types.placeholders import FICTION

_PLAIN = r"^\+?\(?[0-9][0-9 ()./\-]*$"
_MAX = 60
_MIN_DIGITS, _MAX_DIGITS = 4, 15


def phones_in_columns(
    told: pl.Series,
    kinds: Collection[str],
    read: Callable[[str], str],
    is_valid: Callable[[str], bool],
    *,
    country: str,
    zeros: bool,
) -> Certain:
    """What becomes of lists of one number, as JSON, where that is certain.

    :param country: of whoever dialled them, if it is known.
    :param read: the standard form of a number without anything between its digits; empty where that is not sure.
    :param is_valid: whether a country has given out numbers of the form of an international one that was read so.
    :param zeros: two zeros before a country mean what ``+`` means.
    """
    frame = values_in(told, kinds)
    text = frame["value"]
    digits = text.str.replace_all(r"[ ()./\-]", "")
    plain = text.str.contains(_PLAIN) & (text.str.len_bytes() <= _MAX)
    dialled = text.str.contains("^00[1-9]") & zeros
    plain &= dialled | ~digits.str.starts_with("00")
    digits = pl.select(pl.when(dialled).then("+" + digits.str.slice(2)).otherwise(digits)).to_series()
    digits = digits.set(~plain.fill_null(False), None)
    local = pl.repeat(None, len(digits), dtype=pl.String, eager=True)
    if not country:
        # Nobody said where they are dialled: nothing is asked of them but how many they are.
        national = ~digits.str.starts_with("+")
        local = digits.set(~(national & digits.str.len_bytes().is_between(_MIN_DIGITS, _MAX_DIGITS)), None)
        digits = digits.set(national, None)
    number = pl.select(pl.coalesce(local, of_distinct(digits, lambda each: read(each) or None))).to_series()
    made = frame.select(stored=listed(pl.lit(number), pl.col("kind")))
    key = number.str.strip_chars_start("+")
    return Certain(made["stored"], _doubts(number, key, is_valid), key)


def _doubts(number: pl.Series, key: pl.Series, is_valid: Callable[[str], bool]) -> pl.Series:
    """The codes of what is doubtful about numbers, as ``Phone.checks`` finds it."""
    abroad = number.set(~number.str.starts_with("+"), None)
    place = of_distinct(abroad, lambda each: None if is_valid(each) else "not_valid:value")
    digits, local = pl.col("digits"), pl.col("local")
    same = local.str.contains(ONE_SIGN) & (local.str.len_bytes() > 1)
    nobody = is_sequence(digits) | (local == "1234567") | same | digits.str.contains(FICTION.pattern)
    lacking = pl.when(pl.lit(number.is_not_null() & abroad.is_null())).then(pl.lit("no_country:value"))
    told = [pl.when(nobody).then(pl.lit("placeholder:value")), lacking, pl.lit(place)]
    frame = pl.DataFrame({"digits": key, "local": key.str.tail(7)})
    found = frame.select(found=pl.concat_str(told, separator=",", ignore_nulls=True))["found"]
    return found.set(found == "", None)
