"""Distances between texts, the same in either order, and the best level of many values."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

from matching.engine.features import Features
from matching.engine.names import sound
from matching.engine.vocabulary import LEVELS, MISSING

T = TypeVar("T")
Compare = Callable[[Features, Features, str], str]

NEAR: Final = 0.92
ALIKE: Final = 0.84

_ORDER: Final = {
    kind: {level: index for index, level in enumerate((*levels, MISSING))} for kind, levels in LEVELS.items()
}


def similarity(one: str, other: str) -> float:
    """Jaro-Winkler, the same in either order."""
    return _similarity(one, other) if one <= other else _similarity(other, one)


def distance(one: str, other: str) -> int:
    """Edits between two short texts, an exchange of neighbours being one; 2 also where there are more."""
    if abs(len(one) - len(other)) > 1:
        return 2
    # One edit leaves what is before it or what is behind it: half of the rest at least.
    half = (min(len(one), len(other)) - 2) // 2
    if half > 0 and one[:half] != other[:half] and one[-half:] != other[-half:]:
        return 2
    return _distance(one, other) if one <= other else _distance(other, one)


@lru_cache(maxsize=262_144)
def _similarity(one: str, other: str) -> float:
    return jaro_winkler_similarity(one, other)


@lru_cache(maxsize=65_536)
def _distance(one: str, other: str) -> int:
    return damerau_levenshtein_distance(one, other)


def near(one: str, other: str) -> str:
    """How close two names are that are not equal: near, alike or different."""
    if min(len(one), len(other)) > 3 and distance(one, other) <= 1:
        return "near"
    close = similarity(one, other)
    if close >= NEAR and abs(len(one) - len(other)) <= 2:
        return "near"
    return "alike" if close >= ALIKE or sound(one) == sound(other) else "different"


def best(ones: Sequence[T], others: Sequence[T], kind: str, level: Callable[[T, T], str]) -> str:
    """The best level over all pairs of values; missing when either side has none to compare."""
    if not ones or not others:
        return MISSING
    if len(ones) == 1 and len(others) == 1:
        return level(ones[0], others[0])
    order = _ORDER[kind]
    return min((level(one, other) for one in ones for other in others), key=order.__getitem__)
