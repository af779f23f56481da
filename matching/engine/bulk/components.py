"""What pairs tie together, directly or through others: connected components in arrays."""

import numpy as np

from matching.engine.bulk.lists import Ints


def components(count: int, one: Ints, other: Ints) -> Ints:
    """For each of so many nodes the least that pairs tie it to; itself where none does.

    Trees of nodes are hooked to lesser ones and flattened by pointer jumping, over and over until no pair lies between
    two: Shiloach and Vishkin, "An O(log n) Parallel Connectivity Algorithm", 1982.
    """
    root = np.arange(count)
    while True:
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        between = low != high
        if not between.any():
            return root
        one, other = one[between], other[between]
        np.minimum.at(root, high[between], low[between])
        jumped = root[root]
        while not np.array_equal(jumped, root):
            root, jumped = jumped, jumped[jumped]
