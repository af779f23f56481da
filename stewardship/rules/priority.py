"""Which task first: how unsure we are, times what depends on it, and nothing waits for ever.

Age enters as the moment of opening and never as "now": a task keeps its priority, an older one outranks a newer one by
what the days between them are worth, and no job has to count again.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
A_DAY = 0.1
"""What a day of waiting is worth. The most doubtful pair of two records is worth 1.6, so it is overtaken in 16 days."""

URGENT = {"conflict": 2.0, "raised": 2.0, "stale": 1.5, "over_merge": 1.5, "pin": 1.0}
DOUBTS = {"weak bridge": "thread", "identifiers": "identifiers"}
CLOSE = 0.9
UNSURE = 0.35
MANY = 6


@dataclass(frozen=True)
class Weight:
    """What a task weighs by: its queue, the scores of its pairs (none: unknown), and how much hangs on the answer.

    ``hanging`` counts consents, open requests and systems that were told: whatever a merge would move or change.
    ``doubt``: what makes one customer doubtful, as matching names it.
    """

    queue: str
    probabilities: tuple[float, ...]
    records: int
    hanging: int = 0
    doubt: str = ""


def uncertainty(probabilities: tuple[float, ...]) -> float:
    """1 for an even chance, 0 when sure either way; of several pairs that of the most doubtful; unknown is a half."""
    bounded = [min(max(one, 0.0), 1.0) for one in probabilities]
    return max((4 * one * (1 - one) for one in bounded), default=0.5)


def impact(records: int, hanging: int = 0) -> float:
    """How much depends on the answer; doubling it adds one."""
    return math.log2(1 + max(records, 0) + max(hanging, 0))


def priority(weight: Weight, opened_at: datetime) -> float:
    """The larger, the earlier in its queue."""
    waited = (opened_at - ANCHOR).total_seconds() / 86_400
    unsure = max(uncertainty(weight.probabilities), 0.05)
    worth = unsure * impact(weight.records, weight.hanging) * URGENT.get(weight.queue, 1.0)
    return round(worth - A_DAY * waited, 6)


def why(weight: Weight) -> str:
    """The code of what weighed most: queue, doubt, ``hanging:9``, ``records:7``, ``close``, ``unsure`` or ``open``."""
    if weight.queue == "over_merge":
        return DOUBTS.get(weight.doubt, weight.queue)
    if weight.queue != "possible":
        return weight.queue
    if weight.hanging >= MANY and weight.hanging > weight.records:
        return f"hanging:{weight.hanging}"
    if weight.records >= MANY:
        return f"records:{weight.records}"
    if max(weight.probabilities, default=0.0) >= CLOSE:
        return "close"
    return "unsure" if uncertainty(weight.probabilities) >= 1 - UNSURE else "open"
