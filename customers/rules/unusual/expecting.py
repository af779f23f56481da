"""What the next figure of a source ought to be, from those of its loads before.

Amounts are compared as logarithms, shares as arcsine of their root, which makes the chance spread of a share of ``n``
rows ``1 / (4 n)`` whatever the share is (Anscombe 1948, "The Transformation of Poisson, Binomial and
Negative-Binomial Data", Biometrika 35). What loads differ by beyond chance (over-dispersion) is the observed spread
less that of chance, as DerSimonian and Laird (1986, "Meta-Analysis in Clinical Trials", Controlled Clinical Trials 7)
take it, with robust spread in the place of theirs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from customers.rules.unusual.spread import deviation, middle, steps

FEWEST = 5
"""From so many loads before on a load is compared; with fewer nothing is said."""
LEAST_AMOUNT = 0.06
"""Amounts that differ by less than this (6 %) between loads count as differing by it."""
LEAST_SHARE = 0.012
"""The same of shares, as arcsines: about one row in eighty where half say it, one in five hundred where few do."""


@dataclass(frozen=True)
class Share:
    """So many of so many rows."""

    hits: int
    rows: int

    @property
    def value(self) -> float:
        return self.hits / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class Bounds:
    """Between what a figure is expected, from how many loads."""

    low: float
    high: float
    loads: int

    def holds(self, figure: float) -> bool:
        """Whether it lies there."""
        return self.low <= figure <= self.high


def amounts(before: Sequence[float], chance: float, accepted: Sequence[float] = ()) -> Bounds | None:
    """Bounds of an amount, such as the number of rows; nothing when there are too few loads before.

    :param accepted: amounts of loads before that lay outside, and of which a person said that they are as they should
        be: the bounds reach around them, too.
    """
    if len(before) < FEWEST:
        return None
    seen = [math.log1p(one) for one in before]
    spread = max(deviation(seen), LEAST_AMOUNT)
    half = steps(chance, len(seen)) * spread * math.sqrt(1 + 1 / len(seen))
    ends = [(middle(seen) - half, middle(seen) + half)]
    near = steps(chance, len(seen)) * LEAST_AMOUNT
    ends += [(math.log1p(one) - near, math.log1p(one) + near) for one in accepted]
    low, high = min(low for low, _high in ends), max(high for _low, high in ends)
    return Bounds(max(math.expm1(low), 0.0), math.expm1(high), len(before))


def shares(before: Sequence[Share], rows: int, chance: float, accepted: Sequence[Share] = ()) -> Bounds | None:
    """Bounds of a share of so many rows; nothing when there are too few loads before, or no rows.

    :param accepted: as in :func:`amounts`.
    """
    known = [one for one in before if one.rows]
    if len(known) < FEWEST or not rows:
        return None
    seen = [_angle(one) for one in known]
    by_chance = middle([_chance_spread(one.rows) for one in known])
    beyond = max(deviation(seen) ** 2 - by_chance, LEAST_SHARE**2)
    new = _chance_spread(rows)
    wide = steps(chance, len(seen))
    half = wide * math.sqrt(beyond + new + (beyond + by_chance) / len(seen))
    near = wide * math.sqrt(LEAST_SHARE**2 + new)
    ends = [(middle(seen) - half, middle(seen) + half)]
    ends += [(_angle(one) - near, _angle(one) + near) for one in accepted if one.rows]
    low, high = min(low for low, _high in ends), max(high for _low, high in ends)
    return Bounds(_share_at(low), _share_at(high), len(known))


def _angle(share: Share) -> float:
    return math.asin(math.sqrt((share.hits + 3 / 8) / (share.rows + 3 / 4)))


def _chance_spread(rows: int) -> float:
    return 1 / (4 * rows + 2)


def _share_at(angle: float) -> float:
    return math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2
