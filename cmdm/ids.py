"""Identifiers that the hub hands out."""

import os
import time
import uuid

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered random identifier (RFC 9562, version 7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = int.from_bytes(os.urandom(16), "big")
    value = (value & ((1 << 80) - 1)) | (milliseconds << 80)
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(3 << 62)) | (2 << 62)
    return uuid.UUID(int=value)


def customer_number(pk: int) -> str:
    """What people see and say for a customer: ``C-00042-KM``; two check letters catch a mistyped or swapped digit.

    The letters are the number, weighted by place, modulo 24 twice (24 letters: no I, no O).
    """
    digits = f"{pk:05d}"
    first = sum((place + 2) * int(digit) for place, digit in enumerate(reversed(digits))) % 24
    second = (pk * 17 + 5) % 23
    return f"C-{digits}-{_LETTERS[first]}{_LETTERS[second]}"
