"""Identifiers that the hub hands out."""

import os
import time
import uuid
from collections.abc import Sequence

import numpy as np
import polars as pl

_SAID = 0xF << 76 | 3 << 62  # the bits that say version and variant
_VERSION = 7 << 76 | 2 << 62
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered random identifier (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits."""
    return uuids7(1)[0]


def uuids7(count: int) -> list[uuid.UUID]:
    """As many of them, made at once."""
    begin = time.time_ns() // 1_000_000 << 80
    noise = os.urandom(10 * count)
    found = (int.from_bytes(noise[start : start + 10], "big") for start in range(0, 10 * count, 10))
    return [uuid.UUID(int=begin | (one & ~_SAID) | _VERSION) for one in found]


def uuid7_texts(count: int) -> list[str]:
    """As many of them as they are written, which takes a quarter of the time."""
    begin = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{begin[:8]}-{begin[8:]}-7"
    noise = os.urandom(10 * count).hex()
    found = (noise[start : start + 19] for start in range(0, 20 * count, 20))
    return [f"{begin}{one[:3]}-{_VARIANT[one[3]]}{one[4:7]}-{one[7:]}" for one in found]


def customer_number(pk: int) -> str:
    """What people see and say for a customer: ``C-00042-KM``; two check letters catch a mistyped or swapped digit.

    The letters are the number, weighted by place, modulo 24 twice (24 letters: no I, no O).
    """
    digits = f"{pk:05d}"
    first = sum((place + 2) * int(digit) for place, digit in enumerate(reversed(digits))) % 24
    second = (pk * 17 + 5) % 23
    return f"C-{digits}-{_LETTERS[first]}{_LETTERS[second]}"


def customer_numbers(pks: Sequence[int]) -> pl.Series:
    """The number of each, as :func:`customer_number` makes it."""
    numbers = np.asarray(pks, dtype=np.int64)
    first, rest, place = np.zeros(len(numbers), dtype=np.int64), numbers.copy(), 2
    while rest.any():
        first += place * (rest % 10)
        rest //= 10
        place += 1
    letters = pl.Series(list(_LETTERS))
    checks = [letters.gather(each) for each in (first % 24, (numbers * 17 + 5) % 23)]
    digits = pl.Series(numbers, dtype=pl.Int64).cast(pl.String).str.zfill(5)
    return pl.select(pl.concat_str([pl.lit("C-"), digits, pl.lit("-"), *checks])).to_series()
