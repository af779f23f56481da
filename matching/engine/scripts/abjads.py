"""Arabic and Hebrew letters read aloud: consonants are written, and only some of the vowels.

A word of the list reads as it is mostly spelt in Latin letters; of any other the consonants are read, with an `a`
between two of them, which is enough for its sound.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

ARABIC: Final = re.compile("[\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f]")
HEBREW: Final = re.compile("[\u05d0-\u05ea]")
_MARKS: Final = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f]")
_ALIKE: Final = str.maketrans("کیہھةىأإآٱےۀ", "كيهههياااايه")
_FINAL: Final = str.maketrans("ךםןףץ", "כמנפצ")
_ARTICLE: Final = "ال"
_SERVANT: Final = "عبد"
_FAITH: Final = "الدين"
VOWELS: Final = "aeiou"

_CONSONANTS: Final = {
    **dict(
        zip(
            "بپتجدرزسصضطظفڤقكگلمنهحعيوء",
            [*"b p t j d r z s s d t z f v q k g l m n h h a y w".split(), ""],
            strict=True,
        )
    ),
    **dict(zip("ثچخذژشغ", "th ch kh dh zh sh gh".split(), strict=True)),
    **dict(zip("ٹڈڑںټډړڼ", "t d r n t d r n".split(), strict=True)),
    "ا": "a",
    "ئ": "i",
    "ؤ": "u",
}
_PERSIAN: Final = {**_CONSONANTS, "ض": "z", "ث": "s", "ذ": "z", "و": "v"}
_PERSIAN_LETTERS: Final = re.compile("[پچژگکی]")
_HEBREW: Final = dict(
    zip("אבגדהוזחטיכלמנסעפצקרשת", "a b g d h v z h t y k l m n s a p tz k r sh t".split(), strict=True)
)
_MATRES: Final = {"و": "u", "ي": "i", "ו": "o", "י": "i"}
_GLIDING: Final = "ي"  # Ansarian, Ziad
_OPEN: Final = "اאעع"
_SILENT_AT_END: Final = "هה"


def _list_of(name: str) -> Mapping[str, str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {word: latin for latin, *words in pairs for word in words}


_LISTED: Final = {**_list_of("arabic.txt"), **_list_of("hebrew.txt")}


@lru_cache(maxsize=65_536)
def arabic(text: str) -> str:
    """A name in Arabic letters, Persian and Urdu ones among them, in Latin letters."""
    letters = _PERSIAN if _PERSIAN_LETTERS.search(text) else _CONSONANTS
    words = _MARKS.sub("", text).translate(_ALIKE).split()
    read: list[str] = []
    place = 0
    while place < len(words):
        word, place = words[place], place + 1
        if word == _SERVANT and place < len(words):
            word, place = word + words[place], place + 1
        ending = ""
        if place < len(words) and words[place] == _FAITH:
            ending, place = "eddin", place + 1
        read.append(_arabic_word(word, letters) + ending)
    return " ".join(read)


def _arabic_word(word: str, letters: Mapping[str, str]) -> str:
    listed = _LISTED.get(word) or _of_two(word)
    if listed:
        return listed
    if word.startswith(_SERVANT) and len(word) > 5:
        return "abdul" + _arabic_word(word.removeprefix(_SERVANT).removeprefix(_ARTICLE), letters)
    if word.startswith(_ARTICLE) and len(word) > 4:
        return "al " + _arabic_word(word.removeprefix(_ARTICLE), letters)
    return spoken(word, letters)


def _of_two(word: str) -> str:
    """Two listed words written in one, as Persian given names are; empty where it is not."""
    halves = ((word[:place], word[place:]) for place in range(len(word) - 3, 2, -1))
    return next((_LISTED[one] + _LISTED[other] for one, other in halves if one in _LISTED and other in _LISTED), "")


@lru_cache(maxsize=65_536)
def hebrew(text: str) -> str:
    """A name in Hebrew letters, in Latin letters."""
    words = re.split(r"[\s\u05be-]+", _MARKS.sub("", text).strip())
    return " ".join(_LISTED.get(word) or _hebrew_word(word) for word in words)


def _hebrew_word(word: str) -> str:
    ends_soft = word.endswith("ף")
    if word.endswith("ביץ"):
        return spoken(word.removesuffix("ביץ").translate(_FINAL), _HEBREW) + "vitz"
    read = spoken(word.translate(_FINAL).replace("וו", "ו"), _HEBREW)
    return read[:-1] + "f" if ends_soft and read.endswith("p") else read


def spoken(word: str, letters: Mapping[str, str]) -> str:
    """The letters of a word with what vowels they tell, and an `a` where two consonants would meet."""
    read = ""
    for place, letter in enumerate(word):
        told = letters.get(letter, letter if letter.isascii() else "")
        following = word[place + 1 : place + 2]
        closed = bool(read) and read[-1] not in VOWELS
        if letter in _MATRES and closed and (letter in _GLIDING or not following or following not in _OPEN):
            told = _MATRES[letter]
        elif letter in _SILENT_AT_END and place and not following:
            told = "" if read.endswith("a") else "a"
        elif told and closed and told[0] not in VOWELS:
            told = "a" + told
        read += "" if told == "a" and read.endswith("a") else told
    return read
