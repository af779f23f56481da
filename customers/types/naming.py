"""How names of persons are written: their case, and which part of a full name is which. Plain Python, no Django.

No rule is right for every name; these are right for most names of customers in Europe, the Americas, the Arab world
and East Asia, and a record whose source gives the parts separately never comes here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from customers.types.folding import fold

PARTICLES = frozenset(
    {
        *"van von der den de del della dela di da do dos das du des le la ter ten te zu zum zur vom af av".split(),
        *"bin ibn bint binti abu al el".split(),
    }
)
# These are given names too: read as particles only where the writer kept them small.
_DOUBTFUL = frozenset("al el abu bin di da della la le te ten zu".split())
SUFFIXES = frozenset("jr sr jnr snr jun sen junior senior ii iii iv phd md esq".split())
_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix"})
_TITLES = frozenset(
    {
        *"mr mrs ms miss mx dr prof professor sir rev herr frau hr fr".split(),
        *"mme mlle monsieur madame sr sra srta dott ing".split(),
    }
)

# Arabic and Hebrew words fold to their consonants: Omar (عمر) is no Mr.
_ABJADS = re.compile("[\u0590-\u05ff\u0600-\u06ff]")
_ARABIC_PARTICLES = frozenset("ابو أبو بو آل".split())
# One name in several words: Abdul Rahman, Abd al-Rahman, Salah al-Din, Nour Eddine.
_SERVANTS = frozenset("abd abdul abdel abdal abdoul abdou abdu abdur abdus".split())
_ARTICLES = frozenset("al el ul ur er ar ad ed ud".split())
_FAITH = frozenset("din deen dine eddin eddine uddin uddeen aldin eldin eldeen addin".split())

_HAN_RANGES = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_CJK = re.compile(f"^[{_HAN_RANGES}\uac00-\ud7af\u3040-\u30ff]+$")
_HAN = re.compile(f"^[{_HAN_RANGES}]+")
_HANGUL = re.compile("^[\uac00-\ud7af]+$")
_KATAKANA = re.compile("^[\u30a0-\u30ff]+$")
_MIDDLE_DOTS = re.compile("[・·•]")
_COMPOUND_FAMILIES = frozenset(
    {
        *"欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 宇文 长孙".split(),
        *"長孫 司徒 东方 東方 남궁 황보 제갈 선우 독고 사공 서문 동방".split(),
    }
)
_NICKNAME_MARKS = re.compile('["“”„«»()]')
_PIECES = re.compile(r"([\s\-‐.'’ʼ]+)")


class FullName(NamedTuple):
    """The parts of a full name; empty where the name has none."""

    given: str
    middle: str
    family: str
    suffix: str


def split_full_name(text: str) -> FullName:
    """The parts of "First Middle Last, Jr.", "Last, First", "van der Berg, Jan", 山田太郎 …"""
    words = " ".join(_NICKNAME_MARKS.sub(" ", text).split())
    east = _split_east_asian(words)
    if east:
        return east
    sections = [section.split() for section in words.split(",") if section.strip()]
    if not sections:
        return FullName("", "", "", "")
    sections, endings = _without_suffixes(sections)
    suffix = " ".join(endings)
    if len(sections) > 1:
        return _split_inverted(sections, suffix)
    return _split_western(sections[0], suffix)


def proper_case(text: str) -> str:
    """Title case for a name that is all capitals or all small; any other name as it is."""
    if not (text.isupper() or text.islower()):
        return text
    words = text.split(" ")
    last = len(words) - 1
    small = [index < last and _plain(word) in PARTICLES for index, word in enumerate(words)]
    return " ".join(
        _lower(word) if small[index] else _cased_word(word, alone=last == 0) for index, word in enumerate(words)
    )


def _cased_word(word: str, *, alone: bool) -> str:
    if not alone and _plain(word) in _ROMAN:
        return word.upper()
    pieces = _PIECES.split(word)
    return "".join(piece if index % 2 else _cased_piece(piece, pieces[:index]) for index, piece in enumerate(pieces))


def _cased_piece(piece: str, before: list[str]) -> str:
    small = _lower(piece)
    if not small:
        return piece
    follows_apostrophe = bool(before) and before[-1] in {"'", "’", "ʼ"}
    # O'Brien and D'Angelo, but Sa'id and Women's.
    if follows_apostrophe and (len(before[-2]) > 1 or len(small) < 2):
        return small
    if small.startswith("mc") and len(small) > 3:
        return "Mc" + small[2].title() + small[3:]
    return small[0].title() + small[1:]


def _lower(text: str) -> str:
    # Python makes two characters of the Turkish dotted capital.
    return text.replace("İ", "i").lower()


def _plain(word: str) -> str:
    return "" if _ABJADS.search(word) else fold(word).replace(" ", "")


def _without_suffixes(sections: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """Take Jr., III, PhD … off: a section of its own, or the last words of the first section."""
    kept = [sections[0]]
    suffixes: list[str] = []
    for section in sections[1:]:
        if any(_plain(word) not in SUFFIXES for word in section):
            kept.append(section)
        else:
            suffixes.extend(section)
    for section in kept:
        ending: list[str] = []
        while (
            len(section) > 1 and _plain(section[-1]) in SUFFIXES and not (len(section) == 2 and _is_title(section[0]))
        ):
            ending.insert(0, section.pop())
        suffixes = ending + suffixes
    return kept, suffixes


def _is_title(word: str) -> bool:
    return _plain(word) in _TITLES


def _without_titles(words: list[str]) -> tuple[list[str], bool]:
    start = 0
    while start < len(words) - 1 and _is_title(words[start]):
        start += 1
    return words[start:], start > 0


def _split_inverted(sections: list[list[str]], suffix: str) -> FullName:
    family = sections[0]
    given, _titled = _without_titles([word for section in sections[1:] for word in section])
    # "Berg, Jan van der": the particles belong before the family name.
    end = len(given)
    while end > 1 and _plain(given[end - 1]) in PARTICLES:
        end -= 1
    family = given[end:] + family
    return FullName(given[0], " ".join(given[1:end]), " ".join(family), suffix)


def _split_western(words: list[str], suffix: str) -> FullName:
    words, titled = _without_titles(words)
    words = _bound(words)
    if len(words) == 1:
        return FullName("", "", words[0], suffix) if titled else FullName(words[0], "", "", suffix)
    unmindful = words == [word.upper() for word in words] or words == [word.lower() for word in words]
    if _starts_with_family(words, unmindful=unmindful):
        return FullName("", "", " ".join(words), suffix)
    start = len(words) - 1
    for index in range(1, len(words) - 1):
        if _is_particle(words[index], unmindful=unmindful):
            start = index
            break
    return FullName(words[0], " ".join(words[1:start]), " ".join(words[start:]), suffix)


def _bound(words: list[str]) -> list[str]:
    """Words that are one name as one: a servant of God with his attribute, whoever is somebody of the faith."""
    bound: list[str] = []
    place = 0
    while place < len(words):
        end = place + 1
        article = int(place + 2 < len(words) and _plain(words[place + 1]) in _ARTICLES)
        following = words[place + 1 + article] if place + 1 + article < len(words) else ""
        servant, faith = _plain(words[place]) in _SERVANTS, _plain(following) in _FAITH
        certain = following and (words[place] == "عبد" or following == "الدين")
        # Abdul Smith has a family name.
        if certain or (following and (servant or faith) and (place or place + 2 + article < len(words))):
            end = place + 2 + article
        bound.append(" ".join(words[place:end]))
        place = end
    return bound


def _starts_with_family(words: list[str], *, unmindful: bool) -> bool:
    """ "von Trapp" and "VAN DER BERG" have no given name; "Van Morrison" and "VAN MORRISON" have."""
    if not _is_particle(words[0], unmindful=unmindful):
        return False
    followed = len(words) > 2 and _is_particle(words[1], unmindful=unmindful)
    return followed or (words[0].islower() and not unmindful)


def _is_particle(word: str, *, unmindful: bool) -> bool:
    plain = _plain(word)
    if word in _ARABIC_PARTICLES:
        return True
    return plain in PARTICLES and (plain not in _DOUBTFUL or unmindful or word.islower())


def _split_east_asian(text: str) -> FullName | None:
    if _MIDDLE_DOTS.search(text) and _KATAKANA.match(_MIDDLE_DOTS.sub("", text).replace(" ", "")):
        # A foreign name in katakana keeps the foreign order.
        return _split_western(_MIDDLE_DOTS.sub(" ", text).split(), "")
    compact = text.replace(" ", "").replace(",", "")
    if not _CJK.match(compact):
        return None
    words = text.replace(",", " ").split()
    if len(words) > 1:
        return FullName(" ".join(words[1:]), "", words[0], "")
    length = _family_length(compact)
    return FullName(compact[length:], "", compact[:length], "")


def _family_length(name: str) -> int:
    if len(name) < 2 or _KATAKANA.match(name):
        return 0
    if name[:2] in _COMPOUND_FAMILIES and len(name) > 2:
        return 2
    if _HANGUL.match(name):
        return 1
    han = _HAN.match(name)
    if han and len(han.group()) < len(name):
        # Kanji followed by kana: 山田はなこ.
        return len(han.group())
    # Four characters are most often Japanese, two and two; fewer are most often Chinese, one and the rest.
    return 2 if len(name) >= 4 else 1
