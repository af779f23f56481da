"""Folding: the form of a text in which equal means "would be taken for the same by a reader". Plain Python, no Django.

Every equality and search key is built on it. Transliteration comes before anything phonetic: the phonetic algorithms
know A to Z only and give nothing for "Иван".
"""

import re
import unicodedata
from functools import lru_cache
from string import ascii_letters, digits

import jellyfish
from anyascii import anyascii

_APOSTROPHES = re.compile("['’‘ʼ`´]")
# Of ASCII: letters small, digits as they are, apostrophes nothing, all else a blank.
_FOLDED: dict[int, str | None] = dict.fromkeys(range(128), " ")
_FOLDED |= {ord(sign): sign.lower() for sign in ascii_letters + digits} | dict.fromkeys(map(ord, "'`"))
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LOOKALIKE_SCRIPTS = re.compile("[\u0370-\u052f]")
# Greek and Cyrillic letters by the Latin letter they look like: read so only inside a word that holds Latin letters
# too.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυ",
    "ABESIJKMHOPCTYXaesijopcyxdqwABEZHIKMNOPTYXovu",
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower-case a to z, 0 to 9 and single spaces: NFKC, look-alikes, transliteration, case folding. Empty when
    nothing is left."""
    if not text.isascii():
        composed = unicodedata.normalize("NFKC", text)
        if _LOOKALIKE_SCRIPTS.search(composed):
            composed = _WORD.sub(_without_lookalikes, composed)
        text = anyascii(_APOSTROPHES.sub("", composed))
    return " ".join(text.translate(_FOLDED).split())


def tokens(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    return tuple(fold(text).split())


@lru_cache(maxsize=65_536)
def phonetic(text: str) -> str:
    """How a text sounds to an English ear, word by word; empty when it holds no letters."""
    return " ".join(code for code in map(jellyfish.metaphone, tokens(text)) if code)


def mixed_script(text: str) -> bool:
    """Does one word mix Latin with Greek or Cyrillic letters? Then it is likely to look like another word."""
    if text.isascii():
        return False
    return any(_is_mixed(word) for word in _WORD.findall(text))


def _is_mixed(word: str) -> bool:
    return bool(_LATIN.search(word) and _LOOKALIKE_SCRIPTS.search(word))


def _without_lookalikes(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOKALIKES) if _is_mixed(word) else word
