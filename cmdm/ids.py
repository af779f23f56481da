"""Identifiers that the hub hands out."""

import os
import time
import uuid

_SAID = 0xF << 76 | 3 << 62  # the bits that say version and variant
_VERSION = 7 << 76 | 2 << 62
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


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
    return f"C-{digits}-{LETTERS[first]}{LETTERS[second]}"


def household_number(pk: int) -> str:
    """The same for a household: ``H-00042-KM``."""
    return "H" + customer_number(pk)[1:]
