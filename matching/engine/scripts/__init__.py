"""Names in scripts whose letters do not say by themselves how a name is spelt in Latin ones."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from matching.engine.scripts import abjads, east_asia, indic

__all__ = ["FAMILY", "GIVEN", "SEVERAL", "read_aloud", "spellings"]

GIVEN: Final = "given"
FAMILY: Final = "family"
SEVERAL: Final = east_asia.EAST_ASIAN
"""Letters of names that may be spelt in several ways."""

Read = Callable[[str], str]
_EITHER: Final[tuple[tuple[re.Pattern[str], Read], ...]] = (
    (abjads.ARABIC, abjads.arabic),
    (abjads.HEBREW, abjads.hebrew),
    (indic.INDIC, indic.indic),
    (indic.THAI, indic.in_order),
)


@lru_cache(maxsize=65_536)
def read_aloud(text: str, part: str) -> str:
    """A given or family name with what of it stands in such a script as it is mostly spelt in Latin letters."""
    if text.isascii():
        return text
    if SEVERAL.search(text):
        return east_asia.given_name(text) if part == GIVEN else east_asia.family_name(text)
    for letters, read in _EITHER:
        if letters.search(text):
            text = read(text)
    return text


def spellings(given: str, family: str) -> tuple[tuple[str, str], ...]:
    """The further ways in which a given and a family name are spelt in Latin letters, if there are any."""
    if not SEVERAL.search(given + family):
        return ()
    return tuple(
        each
        for each in east_asia.spellings(given, family)
        if each != (read_aloud(given, GIVEN), read_aloud(family, FAMILY))
    )
