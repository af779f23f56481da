"""The middle and the spread of few numbers, some of which may be wild.

Median and median absolute deviation: half of the numbers may be anything before the answer is (Hampel 1974, "The
Influence Curve and Its Role in Robust Estimation", Journal of the American Statistical Association 69). Of few numbers
the deviation comes out too small; the factors that mend it are those of Croux and Rousseeuw (1992, "Time-Efficient
Algorithms for Two Highly Robust Estimators of Scale", COMPSTAT 1).
"""

from collections.abc import Sequence
from statistics import NormalDist, median

NORMAL = 1.4826
"""The deviation of normal numbers is their median absolute deviation times this."""
_FEW = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}


def middle(numbers: Sequence[float]) -> float:
    """Their median."""
    return float(median(numbers))


def deviation(numbers: Sequence[float]) -> float:
    """Their standard deviation, were they normal but for some; of one number it is nothing."""
    count = len(numbers)
    if count < 2:
        return 0.0
    centre = median(numbers)
    away = float(median(abs(one - centre) for one in numbers))
    return NORMAL * _FEW.get(count, count / (count - 0.8)) * away


def steps(chance: float, seen: int) -> float:
    """How many deviations a new number lies from the middle with this chance, to either side, after so many seen.

    Student's quantile with ``seen - 1`` degrees of freedom, by the expansion of Abramowitz and Stegun (1964), 26.7.5:
    few numbers tell little, so the bounds are wide.

    :raises ValueError: fewer than two were seen, or the chance is none.
    """
    if seen < 2 or not 0 < chance < 1:
        raise ValueError("Two numbers and a chance between 0 and 1 are the least.")
    free = seen - 1
    z = NormalDist().inv_cdf(1 - chance / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / free**power for power, term in enumerate(terms, start=1))
