"""Addresses made ready for comparing: house, street, postcode and city as one thing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from matching.engine.folding import fold, joined
from matching.engine.lexicon import BESIDE, NUMBER_SIGNS, ORDINALS, STREET_KINDS, STREETS, UNITS

_HOUSE: Final = re.compile(r"^\d{1,5}[a-z]?$")
_SHORT: Final = re.compile(r"^\d{1,3}[a-z]?$")
_POSTCODE: Final = re.compile(r"^\d{4,6}$")
_GERMAN: Final = re.compile(r"(?<=[a-z]{3})(?:strasse|str)$")


@dataclass(frozen=True, slots=True)
class Address:
    """One address. `street` holds its words without their kind; `words` also those of the place."""

    house: str
    street: str
    words: frozenset[str]
    postcode: str
    city: str

    @property
    def empty(self) -> bool:
        return not (self.street or self.postcode or self.city)


def address(parts: Mapping[str, str]) -> Address:
    """Read the parts as stored; a whole address in one line gives up its postcode."""
    line = parts.get("line1") or parts.get("line2") or ""
    return _read(line, parts.get("house", ""), parts.get("postal_code", ""), parts.get("city", ""))


# The records of one block are compared again and again; reading them anew took longer than comparing.
@lru_cache(maxsize=16_384)
def _read(line: str, number: str, code: str, city: str) -> Address:
    segments = [words_in(segment) for segment in line.split(",")]
    streets = _with_numbers([words for words in segments if words])
    chosen = next((words for words in streets if _has_house(words)), streets[0] if streets else [])
    house = fold(number) or next((word for word in chosen if _HOUSE.match(word)), "")
    named = [word for word in chosen if word != house and not _POSTCODE.match(word)]
    postcode = joined(code)
    if not postcode:
        codes = [word for words in streets for word in words if _POSTCODE.match(word) and word != house]
        postcode = codes[-1] if codes else ""
    telling = [word for word in named if word not in STREET_KINDS]
    return Address(
        house=house,
        street=" ".join(telling or named),
        words=frozenset(word for words in streets for word in words if word not in STREET_KINDS),
        postcode=postcode,
        city=fold(city),
    )


def _with_numbers(segments: list[list[str]]) -> list[list[str]]:
    """A number between commas goes to its street: `12, rue de Rivoli`, `Via Roma, 12`."""
    made: list[list[str]] = []
    alone: list[str] = []
    for words in segments:
        if len(words) == 1 and _SHORT.match(words[0]):
            if made and not _has_number(made[-1]):
                made[-1] = [*made[-1], *words]
            else:
                alone += words
        else:
            made.append(words if _has_number(words) else [*alone, *words])
            alone = alone if _has_number(words) else []
    return [*made, alone] if alone else made


def _has_number(words: list[str]) -> bool:
    """Whether there is a house number; that of `Street 128` is the street's name."""
    of_street = len(words) > 1 and words[0] in STREET_KINDS and _HOUSE.match(words[1])
    return any(_HOUSE.match(word) for word in (words[2:] if of_street else words))


def _has_house(words: list[str]) -> bool:
    """A number and a name; `01-11` alone is a flat on a floor."""
    return _has_number(words) and not all(map(_HOUSE.match, words))


def words_in(segment: str) -> list[str]:
    """The folded words of one part between commas, without flat and floor."""
    words = [ORDINALS.get(word, word) for word in fold(segment).split()]
    end = next((place for place, word in enumerate(words) if place > 1 and word in BESIDE), len(words))
    words = words[:end]
    if len(words) > 1 and words[0] in NUMBER_SIGNS and _HOUSE.match(words[1]):
        words = words[1:]
    kept: list[str] = []
    skip = False
    for index, word in enumerate(words):
        if skip:
            skip = False
        elif word in UNITS:
            skip = index + 1 < len(words) and len(words[index + 1]) < 5
        else:
            ending = _GERMAN.sub("st", word)
            kept.append(STREETS.get(ending, ending))
    return kept
