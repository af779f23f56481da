"""Scripts of India read aloud: every consonant has an `a` that is not written, but before another vowel and at the end.

The nine blocks from Devanagari to Malayalam have their letters at the same places.
"""

import re
from functools import lru_cache
from typing import Final

INDIC: Final = re.compile("[\u0900-\u0d7f]")
THAI: Final = re.compile("[\u0e00-\u0e7f]")
_SOUTHERN: Final = 0x0B80  # from here on a last `a` is spoken: Rama, not Ram
_CONSONANTS: Final = dict(
    enumerate(
        "k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h".split(), start=0x15
    )
)
_VOWELS: Final = dict(enumerate("a a i i u u ri li e e e ai o o o au".split(), start=0x05))
_SIGNS: Final = dict(enumerate("a i i u u ri ri e e e ai o o o au".split(), start=0x3E))
_NASALS: Final = {0x01: "n", 0x02: "n"}
_VIRAMA, _DOT, _OTHERS = 0x4D, 0x3C, {0x58: "q", 0x59: "kh", 0x5A: "gh", 0x5B: "z", 0x5C: "r", 0x5D: "rh", 0x5E: "f"}
_DOTTED: Final = {"j": "z", "ph": "f", "k": "q", "d": "r", "dh": "rh"}
_DOUBLED: Final = re.compile("([aiu])\\1+")
_INNER: Final = re.compile("(?<=[aeiou][bcdfghjklmnpqrstvyz])a(?=(?:[bcdfgjklmnpqrstvyz]|[bdgkpt]h|sh|ch)[aeiou])")
_BEFORE: Final = re.compile("([\u0e40-\u0e44])([\u0e01-\u0e2e])")


@lru_cache(maxsize=65_536)
def indic(text: str) -> str:
    """A name in a script of India, in Latin letters."""
    return " ".join(map(_word, text.split()))


def _word(word: str) -> str:
    read, waiting, southern = "", False, False
    for letter in word:
        code = ord(letter)
        place = code & 0x7F
        if not INDIC.match(letter):
            read, waiting = read + letter, False
            continue
        southern = code >= _SOUTHERN
        sound = _CONSONANTS.get(place) or _OTHERS.get(place)
        if sound:
            read, waiting = read + ("a" if waiting else "") + sound, True
        elif place == _DOT:
            read = next((read.removesuffix(old) + new for old, new in _DOTTED.items() if read.endswith(old)), read)
        elif place == _VIRAMA:
            waiting = False
        elif place in _SIGNS:
            read, waiting = read + _SIGNS[place], False
        else:
            read, waiting = read + ("a" if waiting else "") + (_VOWELS.get(place) or _NASALS.get(place, "")), False
    return read + ("a" if waiting and (southern or not read[:-1].strip("aeiou")) else "")


def in_order(text: str) -> str:
    """Thai with each vowel that is written before its consonant behind it, as it is spoken."""
    return _BEFORE.sub(r"\2\1", text)
