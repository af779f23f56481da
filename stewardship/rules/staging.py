"""Two pairs of eyes: what an answer is in its round, whether it acts, and whose answer is wanted next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Stage = Literal["first", "second", "lead"]


@dataclass(frozen=True)
class Due:
    """What policy asks of an answer: that a second person answers too, and that a reason is given."""

    second: bool = False
    reason: bool = False


@dataclass(frozen=True)
class Given:
    """What an answer comes to: two that are equal agree."""

    decision: str
    partition: Mapping[str, Any]


class Step(NamedTuple):
    """What an answer is: its role, whether it acts, and the stage of its task when it does not."""

    role: str
    acts: bool
    stage: Stage


def step(stage: str, given: Given, earlier: Sequence[Given], *, second: bool) -> Step:
    """The step that an answer is.

    :param earlier: the answers of this round before, oldest first. :param second: policy wants a second person.
    """
    if stage == "lead":
        return Step("lead", acts=True, stage="lead")
    if stage == "second":
        if earlier and agree(given, earlier[0]):
            return Step("second", acts=True, stage="second")
        return Step("second", acts=False, stage="lead")
    if second:
        return Step("first", acts=False, stage="second")
    return Step("decision", acts=True, stage="first")


def agree(one: Given, other: Given) -> bool:
    """Same decision, same groups, same relations, in whatever order they were named."""
    return one.decision == other.decision and _shape(one.partition) == _shape(other.partition)


def _shape(partition: Mapping[str, Any]) -> tuple[Any, ...]:
    groups = sorted(sorted(group) for group in partition.get("groups", ()))
    related = sorted((min(a, b), max(a, b), kind) for a, b, kind in partition.get("related", ()))
    return groups, related, sorted(partition.get("leaving", ()))
