"""Names that are exchanged weigh what the records tell of strangers whose names look so."""

from dataclasses import replace

import numpy as np
import pytest

from matching.engine.exchanging import Exchanged
from matching.engine.patterns import Patterns
from matching.engine.training import train
from matching.engine.vocabulary import LEVELS
from tests.matching.engine.parties import PERSONS
from tests.matching.engine.test_training import MADE, SAME, of

CODES = tuple(each.code for each in PERSONS.comparisons)
SWAPPED = [LEVELS[kind].index("swapped") for kind in ("given_name", "family_name")]
OTHER = [LEVELS[kind].index("different") for kind in ("given_name", "family_name")]
MISSING = [-1] * (len(CODES) - 2)
BITS = 14.0


def pairs(exchanged: int, others: int) -> Patterns:
    codes = np.array([[*SWAPPED, *MISSING], [*OTHER, *MISSING]], dtype=np.int8)
    return Patterns(CODES, codes, np.array([exchanged, others]))


def learned(drawn: int, same: int, of_same: int, *, anchored=()) -> float:
    """The part that is kept, of so many blind pairs in 100,000 and so many of the same party in ten million."""
    found = Exchanged(PERSONS, pairs(drawn, 100_000 - drawn), anchored)
    found.learn(pairs(1, 1).codes, np.array([same, of_same - same], dtype=float), 1e7)
    return found.part


def test_what_a_draw_hardly_shows_weighs_as_shipped():
    assert learned(0, 60, 2_000) == learned(4, 60, 2_000) == 1


def test_where_strangers_look_exchanged_it_weighs_less():
    chance = (100 - 2 * 10) / 100_000 - 60 / 1e7  # what may be an accident of the draw is left out
    share = (60 + 12 * 0.03) / 2_012
    assert learned(100, 60, 2_000) == pytest.approx(np.log2(share / chance) / BITS, rel=0.01)


def test_what_one_party_explains_is_not_put_down_to_strangers():
    """One in five of a hub full of duplicates is exchanged: so are that many of all pairs."""
    assert learned(60, 6_000, 30_000) == 1


def test_it_never_speaks_against_the_same_party():
    assert learned(50_000, 0, 2_000) == 0


def test_a_comparison_that_contradicts_itself_leaves_both_as_shipped():
    assert learned(100, 60, 2_000, anchored={"family_name"}) == 1


def test_both_comparisons_lose_in_proportion_under_every_explanation():
    made, counted = of(MADE, SAME)
    drawn = counted.random
    shown = np.array([[*SWAPPED, *MISSING]], dtype=np.int8)
    assert drawn.comparisons == CODES
    many = Patterns(CODES, np.concatenate([drawn.codes, shown]), np.append(drawn.counts, 2_000))
    model = train(PERSONS, made, replace(counted, random=many)).model
    again = train(PERSONS, made, counted).model
    told = [[{level.code: level for level in each.comparisons[place].levels}["swapped"] for place in (0, 1)]
            for each in (model, again, PERSONS)]  # fmt: skip
    assert told[1] == told[2]
    part = told[0][0].bits / told[2][0].bits
    assert part < 0.9
    for less, shipped in zip(told[0], told[2], strict=True):
        assert less.bits == pytest.approx(part * shipped.bits, abs=0.002)
        for name, bits in shipped.under.items():
            assert less.under[name] == pytest.approx(part * bits, abs=0.002)
