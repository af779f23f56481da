"""Deciding: what becomes of a record, given its score with each customer it might be.

In this order: what a person kept apart, or a conflict of exclusive identifiers, is never joined by
the machine; one customer at or above the automatic line, and clearly better than the next, is
linked; between the lines, or with several above, a person is asked; the rest is new. A related
party is an answer of its own and is nobody's question.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from matching.engine.evidence import Score
from matching.engine.model import Model

Kind = Literal["link", "candidate", "new"]
Ground = Literal["automatic", "ambiguous", "review", "forbidden", "conflict", "none"]


class Option(NamedTuple):
    """A customer that the record might be, with its best record.

    `forbidden`: a person said *different*. `stale`: what was seen then has changed since, so the
    question may be asked again. `conflict`: exclusive identifiers differ.
    """

    customer: int
    score: Score
    best_record: int
    forbidden: bool = False
    conflict: bool = False
    stale: bool = False


class Decision(NamedTuple):
    """What to do, on which ground. `candidates` are questions for a person, the best first."""

    kind: Kind
    rule: Ground
    customer: int | None = None
    candidates: tuple[Option, ...] = ()
    related: tuple[Option, ...] = ()


def decide(model: Model, options: Iterable[Option]) -> Decision:
    """The decision for one record over all customers it was compared with."""
    ranked = sorted(options, key=lambda option: (-option.score.weight, option.customer, option.best_record))
    related = tuple(option for option in ranked if _is_related(model, option.score))
    likely = [option for option in ranked if option.score.probability >= model.review]
    questions = tuple(option for option in likely if not option.forbidden or option.stale)
    free = [option for option in likely if not option.forbidden and not option.conflict]
    if free and free[0].score.probability >= model.automatic and free[0] is _best_of(questions):
        if _is_clear(model, free):
            best = free[0]
            rest = tuple(option for option in questions if option is not best)
            return Decision("link", "automatic", best.customer, rest, related)
        return Decision("candidate", "ambiguous", None, questions, related)
    if questions:
        return Decision("candidate", _ground(questions[0]), None, questions, related)
    return Decision("new", "forbidden" if likely else "none", None, (), related)


def _best_of(questions: tuple[Option, ...]) -> Option | None:
    """The best option that nothing forbids: a link must not pass over a better one in conflict."""
    return next((option for option in questions if not option.forbidden), None)


def _is_related(model: Model, score: Score) -> bool:
    return score.probability < model.review and score.related


def _is_clear(model: Model, free: list[Option]) -> bool:
    return len(free) < 2 or free[0].score.weight - free[1].score.weight >= model.margin


def _ground(best: Option) -> Ground:
    if best.forbidden:
        return "forbidden"
    return "conflict" if best.conflict else "review"
