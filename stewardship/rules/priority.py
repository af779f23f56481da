"""Which task first: how unsure we are, times what depends on it, and nothing waits for ever.

Age enters as the moment of opening and never as "now": a task keeps its priority, an older one outranks a newer one by
what the days between them are worth, and no job has to count again.
"""

import math
from datetime import UTC, datetime

ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
A_DAY = 0.1
"""What a day of waiting is worth. The most doubtful pair of two records is worth 1.6, so it is overtaken in 16 days."""

URGENT = {"conflict": 2.0, "stale": 1.5, "over_merge": 1.5, "pin": 1.0}
CLOSE = 0.9
UNSURE = 0.35
MANY_RECORDS = 6


def uncertainty(probability: float | None) -> float:
    """1 for an even chance, 0 when sure either way; unknown counts as a half."""
    if probability is None:
        return 0.5
    bounded = min(max(probability, 0.0), 1.0)
    return 4 * bounded * (1 - bounded)


def impact(records: int) -> float:
    """How much depends on the answer; doubling the records adds one."""
    return math.log2(1 + max(records, 0))


def priority(queue: str, probability: float | None, records: int, opened_at: datetime) -> float:
    """The larger, the earlier in its queue."""
    waited = (opened_at - ANCHOR).total_seconds() / 86_400
    worth = max(uncertainty(probability), 0.05) * impact(records) * URGENT.get(queue, 1.0)
    return round(worth - A_DAY * waited, 6)


def why(queue: str, probability: float | None, records: int) -> str:
    """The code of what weighed most: ``conflict``, ``records:7``, ``close``, ``unsure``, ``open``."""
    if queue != "possible":
        return queue
    if records >= MANY_RECORDS:
        return f"records:{records}"
    if probability is not None and probability >= CLOSE:
        return "close"
    return "unsure" if uncertainty(probability) >= 1 - UNSURE else "open"
