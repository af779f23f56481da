"""Chinese, Japanese and Korean names: where the family name ends, and how both are spelt in Latin letters.

The family name comes first, of one sign but for those that are listed. Korean is spelt by the Revised Romanization, but
for family names, which have spellings of their own; Chinese by Pinyin. Other spellings mostly sound the same. A name
whose first signs are a Japanese family name is read as Japanese; one that may as well be Chinese is read as both.
"""

import re
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from matching.engine.scripts.surnames import AMBIGUOUS, CHINESE, DOUBLE, JAPANESE, JAPANESE_GIVEN, KOREAN

HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
HANGUL: Final = re.compile("[\uac00-\ud7a3]")
KANA: Final = re.compile("[\u3041-\u30ff\u31f0-\u31ff]")
EAST_ASIAN: Final = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_UNDIVIDED: Final = re.compile("^[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3々]{2,6}$")

_INITIALS: Final = "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" ")
_VOWELS: Final = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINALS: Final = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")
_MARKED: Final = {**{sign: f"'{sign}" for sign in "ぁぃぅぇぉゃゅょァィゥェォャュョ"}, "っ": "=", "ッ": "=", "ー": ""}
_SMALL: Final = re.compile("((?:[a-z]{1,2})?[aiueo])'(y?[aiueo])")
_DOUBLE: Final = re.compile("=([a-z])")
_LONG: Final = re.compile("ou(?!e)|oo|uu")


def divided(full: str) -> tuple[str, str]:
    """Given and family name of a name in one piece: the family name is the first word, or what is listed as one."""
    first, *others = full.split() or [""]
    if others or not _UNDIVIDED.match(first):
        return " ".join(others), first
    length = next((size for size in (3, 2) if len(full) > size and full[:size] in JAPANESE), 0)
    if not length:
        length = 2 if full[:2] in DOUBLE and len(full) > 2 else 1
    if length == 1 and len(full) > 3 and HAN.match(full):
        length = 2
    return full[length:], full[:length]


def spellings(given: str, family: str) -> tuple[tuple[str, str], ...]:
    """The ways in which such a name is spelt, each a given and a family name; the commonest first."""
    return tuple(_spellings(_joined(given), _joined(family)))


def given_name(text: str) -> str:
    """The commonest spelling of a given name that stands by itself: one sign alone is read as Chinese."""
    text = _joined(text)
    return _japanese(text) if len(text) > 1 else _spellings(text, "")[0][0]


def family_name(text: str) -> str:
    """The commonest spelling of a family name that stands by itself."""
    return _spellings("", _joined(text))[0][1]


def _joined(text: str) -> str:
    return "".join(text.split()) if EAST_ASIAN.search(text) else text


@lru_cache(maxsize=65_536)
def _spellings(given: str, family: str) -> list[tuple[str, str]]:
    if HANGUL.search(given + family):
        return [("".join(map(_revised, given)), KOREAN.get(family) or "".join(map(_revised, family)))]
    japanese, chinese = (_japanese(given), _japanese(family)), (_pinyin(given), CHINESE.get(family) or _pinyin(family))
    if KANA.search(given + family) or (family in JAPANESE and family not in AMBIGUOUS):
        return [japanese]
    return [chinese, japanese] if family in AMBIGUOUS else [chinese]


def _japanese(text: str) -> str:
    """By the lists; kana by themselves, a long vowel as one letter."""
    if text in JAPANESE:
        return JAPANESE[text]
    if text in JAPANESE_GIVEN:
        return JAPANESE_GIVEN[text]
    if HANGUL.search(text):
        return "".join(map(_revised, text))
    if not KANA.search(text):
        return _pinyin(text)
    sounds = anyascii("".join(_MARKED.get(sign, sign) for sign in text)).lower()
    return _LONG.sub(lambda found: found.group()[0], _DOUBLE.sub(r"\1\1", _SMALL.sub(_small, sounds)))


def _small(found: re.Match[str]) -> str:
    """The sound before a small kana, with its vowel."""
    before, small = found.groups()
    glide = "y" if small.startswith("y") and not before.startswith(("sh", "ch", "j")) else ""
    return f"{before[:-1]}{glide}{small[-1]}"


def _revised(syllable: str) -> str:
    return "".join(_sounds(syllable))


def _sounds(syllable: str) -> tuple[str, str, str]:
    place = ord(syllable) - 0xAC00
    if not 0 <= place < 11_172:
        return anyascii(syllable).lower(), "", ""
    return _INITIALS[place // 588], _VOWELS[place // 28 % 21], _FINALS[place % 28]


def _pinyin(text: str) -> str:
    return "".join(anyascii(sign).lower().strip() for sign in text)
