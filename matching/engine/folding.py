"""Folding: the one form in which names and addresses are compared.

The rule is the same as that of the attribute types: NFKC, transliterate to ASCII, casefold, keep
letters and digits, one space between words.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NOT_DIGITS = re.compile(r"\D+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The words of a text in lower-case ASCII."""
    if not text.isascii():
        text = anyascii(unicodedata.normalize("NFKC", text))
    return _SEPARATORS.sub(" ", text.casefold()).strip()


def plain(text: str) -> str:
    """The text as written, but for case, composition and outer spaces."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def joined(text: str) -> str:
    """The folded text without its spaces."""
    return fold(text).replace(" ", "")


def digits(text: str) -> str:
    """Only the digits, of any script."""
    return _NOT_DIGITS.sub("", text if text.isascii() else anyascii(text))
