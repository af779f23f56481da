"""Which policies fit an answer, and what they want of it.

A policy fits where all its conditions hold. One person alone decides unless a policy that fits wants a second; of a
policy with a share below one, only tasks whose draw lies under it. The draw is given, so the same task in the same
round is always drawn alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass

PARTITION = "partition"
SAME, DIFFERENT, RELATED, UNSURE = "same", "different", "related", "unsure"
ANSWERS = (SAME, DIFFERENT, RELATED, UNSURE)


@dataclass(frozen=True)
class Policy:
    """The conditions and wishes of one policy."""

    domain: int | None = None
    low: float = 0.0
    high: float = 1.0
    decision: str = ""
    sensitive: bool = False
    contradictory: bool = False
    second_person: bool = True
    share: float = 1.0
    reason_required: bool = False


@dataclass(frozen=True)
class Answered:
    """What policies ask of an answer; ``kinds`` are what it says of some pair of its customers."""

    domains: frozenset[int]
    score: float | None
    kinds: frozenset[str]
    sensitive: bool = False
    contradictory: bool = False


def kinds(decision: str) -> frozenset[str]:
    """What an answer says of some pair. Parting a group joins some of it and keeps some apart."""
    return frozenset([SAME, DIFFERENT]) if decision == PARTITION else frozenset([decision])


def fits(policy: Policy, answered: Answered) -> bool:
    """Whether all conditions that are set hold; what has no score fits only where no band is set."""
    in_band = (policy.low, policy.high) == (0.0, 1.0)
    if answered.score is not None:
        in_band = policy.low <= answered.score <= policy.high
    # "Not sure" changes nothing, so it needs nobody beside it unless a policy names it.
    told = policy.decision in answered.kinds if policy.decision else answered.kinds != {UNSURE}
    return (
        in_band
        and told
        and (policy.domain is None or policy.domain in answered.domains)
        and (answered.sensitive or not policy.sensitive)
        and (answered.contradictory or not policy.contradictory)
    )


def wants_second(policies: Iterable[Policy], answered: Answered, draw: float) -> bool:
    """Whether a second person answers; ``draw`` lies in [0, 1) and belongs to the task and its round."""
    return any(one.second_person and draw < one.share and fits(one, answered) for one in policies)


def wants_reason(policies: Iterable[Policy], answered: Answered) -> bool:
    """Whether the answer must say why."""
    return any(one.reason_required and fits(one, answered) for one in policies)
