"""Values that a source did send and that could not be read: other ways to write them, by clear rules alone.

The attribute's type is the judge: only what it reads, and in a single way, is a suggestion.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import jellyfish

MENDED = "mended"
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|\bat\b)\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\{dot\})\s*", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}\.?:?|\([^\d)]*\)")
_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")
_SEPARATED = re.compile(r"\d+")
SHORTEST_NAME = 5  # shorter names are one letter from another too easily


def email(text: str) -> Sequence[str]:
    """Without what stands around an address, and with the signs that were spelt out or mistyped."""
    bare = text.strip().removeprefix("mailto:").strip(" .,;:<>\"'()")
    spelt = _DOT.sub(".", _AT.sub("@", bare))
    joined = re.sub(r"\s+", "", spelt)
    local, at, domain = joined.rpartition("@")
    return [spelt, joined, f"{local}{at}{domain.replace(',', '.')}", joined.replace("@@", "@").replace("..", ".")]


def phone(text: str) -> Sequence[str]:
    """Without words around a number, and with the letter O read as zero between digits."""
    bare = _WORDS.sub(" ", text).strip(" .,;:-/")
    return [bare, re.sub(r"(?<=[\d ])[oO](?=[\d ])", "0", text).strip()]


def date(text: str) -> Sequence[str]:
    """Its three numbers in every order, as year, month and day."""
    numbers = _SEPARATED.findall(text)
    years = [place for place, number in enumerate(numbers) if len(number) == 4]
    if len(numbers) != 3 or len(years) != 1:
        return []
    year = numbers.pop(years[0])
    return [f"{year}-{month:0>2}-{day:0>2}" for month, day in (numbers, numbers[::-1])]


def country(text: str, names: Iterable[str]) -> Sequence[str]:
    """Without what stands in brackets; and the names that are one letter off, by the distance of Damerau (1964)."""
    bare = _BRACKETS.sub(" ", text).strip(" .,;")
    folded = bare.casefold()
    if len(folded) < SHORTEST_NAME:
        return [bare]
    near = {name for name in names if jellyfish.damerau_levenshtein_distance(folded, name.casefold()) == 1}
    return [bare, *sorted(near)]


WAYS: dict[str, Callable[[str], Sequence[str]]] = {"email": email, "phone": phone, "date": date}
