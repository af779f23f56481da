"""Names made ready: of persons, with their short forms, and of organisations, without legal forms."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from jellyfish import metaphone

from matching.engine.folding import fold, plain
from matching.engine.lexicon import (
    ABBREVIATIONS,
    GENERATIONS,
    LEGAL_FORMS,
    LEGAL_PHRASES,
    LONGEST_PHRASE,
    ORGANISATION_WORDS,
    PARTICLES,
    TITLES,
)
from matching.engine.nicknames import full_names
from matching.engine.scripts import FAMILY, GIVEN, SEVERAL, read_aloud, spellings
from matching.engine.scripts.east_asia import divided
from matching.engine.scripts.romanised import family_first, joined, one_spelling

# Between the given and the family name of foreigners, who keep their order.
_DOTS: Final = re.compile("[\u30fb\u00b7\u2022\uff65]")
# One name in two words: servant of the Merciful.
_SERVANT: Final = re.compile("^abd(?:[aeu]l|oul|ou|u|ur|us)?$")
_FAITH: Final = re.compile("^(?:[aeiu][ldn]|[aeu])?d(?:in|een|ine|ien)$")
# Between two names of one organisation: that of the register, and that above the door or of former days.
_OTHERWISE: Final = re.compile(
    r"(?<!\w)(?:t/as?|t\.a\.|trading as|d/b/a|d\.b\.a\.|dba|doing business as|also known as|a/k/a|formerly known as"
    r"|formerly|f/k/a|vormals|ehemals|handelnd unter|anciennement|antes denominada)(?!\w)",
    re.IGNORECASE,
)
_ARTICLES: Final = frozenset({"al", "el", "ul", "ur", "er", "ar"})


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name, folded. `given` is the first given name; further ones count as middle names."""

    given: str
    given_whole: str
    given_written: str
    full_names: frozenset[str]
    middle: str
    family: str
    family_written: str
    family_parts: tuple[str, ...]
    generation: int


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """The words of an organisation's name without its legal form, each with what it tells."""

    whole: str
    words: tuple[str, ...]
    weights: Mapping[str, float]
    acronym: str


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """How a folded name sounds, in whichever spelling of East Asia; itself when it has no letters to sound."""
    spelt = one_spelling(name)
    return metaphone(spelt) or spelt


@lru_cache(maxsize=65_536)
def foreign(written: str) -> bool:
    """Whether a name is written in other letters than Latin ones."""
    return not written.isascii() and any(
        letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in written
    )


def split_full(full: str) -> tuple[str, str]:
    """Given and family name of a name in one piece."""
    full = unicodedata.normalize("NFKC", full).strip()
    if "," in full:
        family, _, given = full.partition(",")
        return given, family
    if SEVERAL.search(full) and not _DOTS.search(full):
        return divided(full)
    words = [word for word in _DOTS.sub(" ", full).split() if fold(word)]
    end = len(words)
    while end > 1 and fold(words[end - 1]) in GENERATIONS:
        end -= 1
    start = max(end - 1, 0)
    while start > 1 and fold(words[start - 1]) in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


@lru_cache(maxsize=16_384)
def person_name(given: str, middle: str, family: str, suffix: str, full: str) -> PersonName:
    """The name made ready for comparing; parts that are absent are empty."""
    given, family = _divided(given, family, full)
    written_given, written_family = given, family
    if full and not full.isascii() and given.isascii() and family.isascii():
        written_given = written_family = full
    given_words, first = _without_generation(fold(read_aloud(given, GIVEN)))
    family_words, second = _without_generation(fold(read_aloud(family, FAMILY)))
    while len(given_words) > 1 and given_words[0] in TITLES:
        given_words = given_words[1:]
    given_words = _compounded(given_words)
    family_words = _compounded(family_words)
    middle_words = fold(read_aloud(middle, GIVEN)).split()
    if family_words and given_words and family_first([*given_words, *middle_words], family_words):
        given_words, family_words, middle_words = [*given_words[1:], *middle_words, *family_words], given_words[:1], []
    if len(family_words) == 1 and joined([*given_words, *middle_words], family_words[0]):
        given_words, middle_words = ["".join([*given_words, *middle_words])], []
    parts = tuple(word for word in family_words if len(word) > 1 and word not in PARTICLES)
    if family_words[:1] == ["al"] and not family.isascii():
        # Alharbi and Elsayed are written in one as often as not.
        parts = (*parts, "el" + "".join(family_words[1:]))
    head = given_words[0] if given_words else ""
    return PersonName(
        given=head,
        given_whole="".join(given_words),
        given_written=plain(written_given),
        full_names=full_names(head) if head else frozenset(),
        middle=" ".join([*given_words[1:], *middle_words]),
        family="".join(family_words),
        family_written=plain(written_family),
        family_parts=() if parts == ("".join(family_words),) else parts,
        generation=GENERATIONS.get(fold(suffix), 0) or first or second,
    )


def spelt_otherwise(given: str, middle: str, family: str, suffix: str, full: str) -> tuple[PersonName, ...]:
    """The same name in the further spellings of its script."""
    given, family = _divided(given, family, full)
    return tuple(
        replace(
            person_name(given_spelt, middle, family_spelt, suffix, ""),
            given_written=plain(given),
            family_written=plain(family),
        )
        for given_spelt, family_spelt in spellings(given, family)
    )


def _divided(given: str, family: str, full: str) -> tuple[str, str]:
    """Given and family name, what is absent out of the full one."""
    if not full or (given and family):
        return given, family
    from_full = split_full(full)
    return given or from_full[0], family or from_full[1]


def _compounded(words: list[str]) -> list[str]:
    """Abd al-Rahman, Abdul Rahman and Abdulrahman as one word, and so Salah al-Din and Nour Eddine."""
    if len(words) > 1 and _SERVANT.match(words[0]):
        place = 2 if words[1] in _ARTICLES and len(words) > 2 else 1
        words = [("abdel" if words[0] == "abdel" else "abdul") + words[place], *words[place + 1 :]]
    for end in (2, 3):
        if len(words) >= end and _FAITH.match("".join(words[1:end])):
            return [words[0] + "eddin", *words[end:]]
    return words


def with_given(family: PersonName, other: PersonName) -> PersonName:
    """A family name with the given name of another."""
    return replace(
        other,
        family=family.family,
        family_written=family.family_written,
        family_parts=family.family_parts,
    )


def _without_generation(name: str) -> tuple[list[str], int]:
    """The words of a folded name, and its Junior or Senior as a number (0: none)."""
    words = name.split()
    if len(words) > 1 and words[-1] in GENERATIONS:
        return words[:-1], GENERATIONS[words[-1]]
    if len(words) > 1 and words[-1] == "i":
        return words[:-1], 1
    return words, 0


def _spelt(words: list[str]) -> list[str]:
    """Words of single letters that are a legal form together as one: S.A., B.V., L.L.C."""
    start = len(words)
    while start > 0 and len(words[start - 1]) == 1:
        start -= 1
    ending = "".join(words[start:])
    return [*words[:start], ending] if ending in LEGAL_FORMS and 0 < start < len(words) - 1 else words


def _without_forms(words: list[str]) -> list[str]:
    """The words that are left without legal forms, written out or short; what remains may show another."""
    words = _spelt(words)
    kept: list[str] = []
    place = 0
    while place < len(words):
        longest = min(LONGEST_PHRASE, len(words) - place)
        found = (length for length in range(longest, 1, -1) if tuple(words[place : place + length]) in LEGAL_PHRASES)
        length = next(found, int(words[place] in LEGAL_FORMS))
        if not length:
            kept.append(words[place])
        place += length or 1
    return words if not kept or kept == words else _without_forms(kept)


def organisation_names(text: str) -> list[str]:
    """The names in a text, written one after the other: X trading as Y."""
    return [each for each in _OTHERWISE.split(text) if each.strip()]


@lru_cache(maxsize=16_384)
def organisation_name(text: str) -> OrganisationName | None:
    """The name made ready for comparing; None when nothing is left of it."""
    words = _without_forms(fold(text.replace("'", "")).split())
    telling = [ABBREVIATIONS.get(word, word) for word in words]
    if not telling:
        return None
    initials = [word for word in telling if ORGANISATION_WORDS.get(word, 1.0) > 0.1]
    return OrganisationName(
        whole=" ".join(telling),
        words=tuple(dict.fromkeys(telling)),
        weights={word: ORGANISATION_WORDS.get(word, 1.0) for word in telling},
        acronym="".join(word[0] for word in initials) if len(initials) > 2 else "",
    )
