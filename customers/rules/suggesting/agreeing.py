"""When a count is sure enough to suggest by: enough customers, nearly all of whom agree."""

from math import sqrt

LEAST = 5
"""Fewer distinct customers than this say nothing, and would tell what single ones gave."""
SHARE = 0.9
BOUND = 0.5
Z = 1.96


def wilson_lower(agreeing: int, total: int, z: float = Z) -> float:
    """The lower end of the interval in which the true share lies, 0 where nothing was counted.

    Wilson's score interval, E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    J. Am. Stat. Assoc. 22 (1927): (p + z²/2n − z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), here for 95 %.
    """
    if total <= 0:
        return 0.0
    share, square = agreeing / total, z * z
    spread = z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, (share + square / (2 * total) - spread) / (1 + square / total))


def is_sure(agreeing: int, total: int) -> bool:
    """Whether so many of so many are enough: at least five, nine tenths of all, and more likely than not in truth."""
    return agreeing >= LEAST and agreeing >= SHARE * total and wilson_lower(agreeing, total) >= BOUND
