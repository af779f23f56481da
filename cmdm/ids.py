"""Identifiers that the hub hands out."""

import os
import time
import uuid

_SAID = 0xF << 76 | 3 << 62  # the bits that say version and variant
_VERSION = 7 << 76 | 2 << 62
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


def customer_number(pk: int) -> str:
    """What people see and say for a customer: ``C-00042-KM``; two check letters catch a mistyped or swapped digit.

    The letters are the number, weighted by place, modulo 24 twice (24 letters: no I, no O).
    """
    digits = f"{pk:05d}"
    first = sum((place + 2) * int(digit) for place, digit in enumerate(reversed(digits))) % 24
    second = (pk * 17 + 5) % 23
    return f"C-{digits}-{_LETTERS[first]}{_LETTERS[second]}"
