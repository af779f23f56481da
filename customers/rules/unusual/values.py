"""Single values out of the ordinary: contacts that too many share, birth dates out of bounds or piled up, no names."""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

from customers.types.folding import fold
from customers.types.placeholders import is_placeholder_name

LEVEL = 0.01
"""With about this chance anything at all is told of a domain in which nothing is wrong."""
LEAST = 10
"""A value that fewer share is never told."""
OLDEST = 120
DAYS = 365
SEASON = 2.0
"""In the season of births a day may have so many times its share of the year."""

SHARED = "shared"
EARLY, LATE, PILE = "born_early", "born_late", "born_pile"
DIGITS, REPEATED, KEYBOARD, TEST = "name_digits", "name_repeated", "name_keyboard", "name_test"
RULES = (SHARED, EARLY, LATE, PILE, DIGITS, REPEATED, KEYBOARD, TEST)

_SUPPOSED = 50
"""So many values of one customer each are supposed to be there beside those that are: few values tell little."""
_ROWS = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "yxcvbnm", "zxcvbnm", "wxcvbn")
_SHORTEST, _ANYWHERE = 4, 5  # "Wert" and "Trew" are families


def sharing_bound(counts: Mapping[int, int]) -> int:
    """From how many customers on a value is shared by more than is usual.

    Each further customer of a value comes with one and the same chance (the geometric distribution). It is estimated
    with everything from ``LEAST`` on cut off there, so that no wild value moves it.

    :param counts: how many values so many customers have.
    """
    values = sum(counts.values()) + _SUPPOSED
    more = sum(values_ * (min(count, LEAST) - 1) for count, values_ in counts.items())
    ends = sum(values_ for count, values_ in counts.items() if count < LEAST) + _SUPPOSED
    if not more:
        return LEAST
    chance = more / (more + ends)
    return max(LEAST, 1 + math.ceil(math.log(LEVEL / values) / math.log(chance)))


def out_of_bounds(day: str, today: str) -> str:
    """The rule by which a birth date (ISO) cannot be right; nothing where it can. ``today`` is ISO, too."""
    if day > today:
        return LATE
    oldest = f"{int(today[:4]) - OLDEST:04}{today[4:]}"
    return EARLY if day < oldest else ""


def piles(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Birth dates (ISO) that come far more often than chance lets a day of their year, with the most it would let.

    The first of January is left out: it stands for a year of which no day is known. The bound of the binomial
    distribution is Chernoff's (1952, "A Measure of Asymptotic Efficiency for Tests of a Hypothesis", Annals of
    Mathematical Statistics 23), for all days together.
    """
    known = {day: count for day, count in counts.items() if day[4:] != "-01-01"}
    years: dict[str, int] = {}
    for day, count in known.items():
        years[day[:4]] = years.get(day[:4], 0) + count
    chance = LEVEL / max(len(known), 1)
    bounds = {year: binomial_bound(count, SEASON / DAYS, chance) for year, count in years.items()}
    for day, count in sorted(known.items()):
        if count >= LEAST and count > bounds[day[:4]]:
            yield day, bounds[day[:4]]


def binomial_bound(tries: int, share: float, chance: float) -> int:
    """The most hits that so many tries have, but for this chance at most."""
    hits, limit = math.ceil(tries * share), -math.log(chance)
    while hits < tries and tries * _divergence((hits + 1) / tries, share) < limit:
        hits += 1
    return hits


def _divergence(seen: float, share: float) -> float:
    if seen <= share:
        return 0.0
    rest = (1 - seen) * math.log((1 - seen) / (1 - share)) if seen < 1 else 0.0
    return seen * math.log(seen / share) + rest


@lru_cache(maxsize=65_536)
def no_name(text: str) -> str:
    """The rule by which a given or family name is none; nothing where it may be one."""
    compact = "".join(letter for letter in fold(text) if letter.isalnum())
    if not compact:
        return ""
    if 2 * sum(letter.isdigit() for letter in compact) > len(compact):
        return DIGITS
    if len(compact) >= 3 and len(set(compact)) == 1:
        return REPEATED
    if _is_keyed(compact):
        return KEYBOARD
    return TEST if is_placeholder_name(text) else ""


def _is_keyed(compact: str) -> bool:
    """All of it is pieces of the rows of a keyboard, from the beginning of a row or long ones."""
    rest = compact
    while rest:
        piece = max((_piece(rest, row) for row in (*_ROWS, *(row[::-1] for row in _ROWS))), default=0)
        if not piece:
            return False
        rest = rest[piece:]
    return True


def _piece(text: str, row: str) -> int:
    for length in range(min(len(text), len(row)), _SHORTEST - 1, -1):
        if (row.startswith(text[:length]) and row in _ROWS) or (length >= _ANYWHERE and text[:length] in row):
            return length
    return 0
