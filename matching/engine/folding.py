"""Folding: the one form in which names and addresses are compared.

NFKC, transliterate to ASCII, casefold, keep letters and digits, one space between words. An apostrophe
divides no word, neither that of O'Hare nor that which stands for a soft sign (Il'in).
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_APOSTROPHES = re.compile("['’‘ʼ`´]")
# The short u of Belarusian, which Russian and Ukrainian write as the v that it stands for.
_LETTERS = str.maketrans("ўЎ", "вВ")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NOT_DIGITS = re.compile(r"\D+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The words of a text in lower-case ASCII."""
    if not text.isascii():
        text = anyascii(_APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).translate(_LETTERS)))
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", text).casefold()).strip()


def plain(text: str) -> str:
    """The text as written, but for case, composition, and one space where there are several or separators."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def joined(text: str) -> str:
    """The folded text without its spaces."""
    return fold(text).replace(" ", "")


def digits(text: str) -> str:
    """Only the digits, of any script."""
    return _NOT_DIGITS.sub("", text if text.isascii() else anyascii(text))
