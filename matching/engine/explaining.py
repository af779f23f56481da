"""Explaining: one plain sentence for a pair, and the one thing that would settle it.

Sentences hold codes, never values. The message is English with named gaps; whoever shows it
translates the message, and each code by its own label, and joins them.
"""

from typing import Final, NamedTuple

from matching.engine.evidence import Level, Score
from matching.engine.vocabulary import MISSING

MESSAGES: Final[dict[str, str]] = {
    "same": "Very probably the same: agreement in %(agree)s.",
    "same_but": "Very probably the same: agreement in %(agree)s outweighs a difference in %(differ)s.",
    "perhaps": "Perhaps the same: agreement in %(agree)s, which alone is not enough.",
    "perhaps_but": "Perhaps the same: agreement in %(agree)s, but a difference in %(differ)s.",
    "related": "Probably related, not the same: agreement in no more than %(agree)s.",
    "related_but": "Probably related, not the same: agreement in %(agree)s, but a difference in %(differ)s.",
    "different": "Probably not the same: agreement in %(agree)s says too little.",
    "different_but": "Probably not the same: a difference in %(differ)s outweighs agreement in %(agree)s.",
    "nothing": "Probably not the same: nothing agrees.",
}

ALTERNATIVE: Final = "alternative"
INTERACTION: Final = "interaction"
SURE: Final = 0.95
PERHAPS: Final = 0.3


class Sentence(NamedTuple):
    """A message and, for each of its gaps, the codes of comparisons, the weightiest first."""

    message: str
    parameters: dict[str, tuple[str, ...]]

    def __str__(self) -> str:
        words = {gap: _enumerate(codes) for gap, codes in self.parameters.items()}
        return self.message % words


def sentence(score: Score) -> Sentence:
    """Why this score, in one sentence."""
    found = [each for each in score.levels if each.level not in (MISSING, ALTERNATIVE, INTERACTION)]
    agree = [each for each in sorted(found, key=lambda each: -each.weight) if each.weight > 0][:3]
    differ = [each for each in sorted(found, key=lambda each: each.weight) if each.weight <= -1][:2]
    if not agree:
        return Sentence(MESSAGES["nothing"], {})
    parameters = {"agree": _codes(agree)}
    answer = _answer(score)
    if differ:
        answer, parameters = f"{answer}_but", {**parameters, "differ": _codes(differ)}
    return Sentence(MESSAGES[answer], parameters)


def _answer(score: Score) -> str:
    if score.probability >= SURE:
        return "same"
    if score.probability >= PERHAPS:
        return "perhaps"
    return "related" if score.related else "different"


def _codes(levels: list[Level]) -> tuple[str, ...]:
    return tuple(each.comparison for each in levels)


def _enumerate(codes: tuple[str, ...]) -> str:
    names = [code.replace("_", " ") for code in codes]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
