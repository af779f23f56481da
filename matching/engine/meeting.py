"""Meeting: of many records of one party, few pairs that still show how all of them hang together.

Within a key every record is compared with the next one only: a chain holds together what belongs together, and costs as
many comparisons as there are records. Rare keys come first, as they say most; where the limit cuts, the commonest go.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, product

from matching.engine.features import Features
from matching.engine.keys import Key, keys
from matching.engine.model import Model

Pair = tuple[int, int]


def meeting(model: Model, features: Sequence[Features], most: int) -> list[Pair]:
    """At most so many pairs of places, the lower first: neighbours under a key."""
    blocks: dict[Key, list[int]] = defaultdict(list)
    for place, one in enumerate(features):
        for key in keys(model, one):
            blocks[key].append(place)
    found: dict[Pair, None] = {}
    for _key, places in sorted(blocks.items(), key=lambda block: (len(block[1]), block[0])):
        for pair in pairwise(places):
            if len(found) == most:
                return list(found)
            found[pair] = None
    return list(found)


def across(ones: Sequence[int], others: Sequence[int], most: int) -> list[Pair]:
    """Pairs across two sides, of either side as many as make at most `most`, evenly from its first to its last."""
    width = max(int(most**0.5), 1)
    sides = [sorted(side)[:: -(-len(side) // width)] for side in (ones, others)]
    return [(min(one, other), max(one, other)) for one, other in product(*sides)]
