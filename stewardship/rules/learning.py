"""What a person's last answers say about the line above which the machine joins by itself: a proposal, never a deed.

The scores promise how often a pair is one customer. If the answers say otherwise, all scores are off by so many nats;
the most likely shift (towards none, as long as there are few answers) says at which score the promise of the line would
be kept.
"""

import math
from collections.abc import Sequence

LAST = 40
"""So many answers are looked at, and fewer say nothing."""
SPREAD = 1.0
"""How far off scores are by themselves, in nats: answers have to speak against that."""
NOTABLE = 0.01
"""A line that would move by less stays where it is."""
STEPS = 25
FAR = 6.0


def shift(answers: Sequence[tuple[float, bool]]) -> float:
    """By how many nats scores are too low, most likely. :param answers: a score, and whether it was one customer."""
    offsets = [(_logit(score), same) for score, same in answers]
    found = 0.0
    for _step in range(STEPS):
        slope, curve = -found / SPREAD**2, 1 / SPREAD**2
        for offset, same in offsets:
            likely = _share(offset + found)
            slope += same - likely
            curve += likely * (1 - likely)
        found = min(max(found + slope / curve, -FAR), FAR)
    return found


def moved(line: float, answers: Sequence[tuple[float, bool]]) -> float | None:
    """Where a line would lie after these answers; nothing where there are too few of them, or it would stay."""
    if len(answers) < LAST:
        return None
    made = round(_share(_logit(line) - shift(answers)), 3)
    made = min(max(made, 0.5), 0.999)
    return made if abs(made - line) >= NOTABLE else None


def _logit(share: float) -> float:
    bounded = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
