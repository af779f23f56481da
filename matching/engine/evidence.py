"""Evidence: what a comparison of two records found. Levels and weights, never values."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

_PLAIN = re.compile(r"[^\s:\"\\]+", re.ASCII)  # what stands between the signs of a text, and in JSON as it is


class Level(NamedTuple):
    """One line of the evidence: a comparison or an alternative, its level and its weight in bits."""

    comparison: str
    level: str
    weight: float
    label: str


class Score(NamedTuple):
    """The result for a pair. `prior` and the weights of `levels` add up to `weight` exactly.

    `same`, `household` and `other` are shares that add up to one; `household` stands for every
    alternative that is an answer of its own. `sums` are the bits of each alternative, in the
    model's order.
    """

    weight: float
    probability: float
    household: float
    prior: float
    levels: tuple[Level, ...]
    sums: tuple[float, ...]

    @property
    def same(self) -> float:
        return self.probability

    @property
    def other(self) -> float:
        return max(0.0, 1.0 - self.probability - self.household)

    @property
    def related(self) -> bool:
        """The likeliest answer is a related party, as another person of the household."""
        return self.household >= 0.5


def is_plain(name: str) -> bool:
    """Whether a code can stand in the text of :func:`lines_told`."""
    return name.isascii() and name.isprintable() and _PLAIN.fullmatch(name) is not None


def lines_told(lines: Iterable[Sequence[Any]]) -> Any:
    """Lines (comparison, level, weight) as they are kept: one text, ``email:same:7.25 gender:other:-3.5``.

    As lists they take three times as much. They stay lists where a code would not be read back out of the text.
    """
    kept = [list(line) for line in lines]
    if not kept or not all(_fits(line) for line in kept):
        return kept
    return " ".join([f"{comparison}:{level}:{weight!r}" for comparison, level, weight in kept])


def lines_of(told: Any) -> Any:
    """The lines that were kept, in either form, as lists.

    :raises ValueError: a text that holds none.
    """
    if not isinstance(told, str):
        return told
    found = [line.split(":") for line in told.split(" ")]
    return [[comparison, level, float(weight)] for comparison, level, weight in found]


def _fits(line: Sequence[Any]) -> bool:
    if len(line) != 3 or type(line[2]) is not float:
        return False
    return all(isinstance(name, str) and is_plain(name) for name in line[:2])
