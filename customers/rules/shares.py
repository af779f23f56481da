"""A share counted in a sample, with its interval.

That of Wilson (1927), which Brown, Cai and DasGupta (2001, "Interval Estimation for a Binomial Proportion", Statistical
Science 16) recommend for small samples and shares near nothing or all.
"""

import math

Z = 1.959964  # 95 %, both sides


def interval(hits: int, size: int) -> tuple[float, float]:
    """Between what and what the share lies; of nothing it may be anything."""
    if not size:
        return 0.0, 1.0
    share = hits / size
    middle = (share + Z * Z / (2 * size)) / (1 + Z * Z / size)
    half = Z * math.sqrt(share * (1 - share) / size + Z * Z / (4 * size * size)) / (1 + Z * Z / size)
    low = 0.0 if hits == 0 else max(middle - half, 0.0)
    high = 1.0 if hits == size else min(middle + half, 1.0)
    return low, high
