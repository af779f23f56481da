"""Matching many: the same keys, levels and weights as for one pair, in arrays.

`columns` holds every record's features as numbers into pools of distinct values; it gives each record's exact
features back. `keys` and `blocking` find the pairs, `comparing` and `scoring` weigh them. Where numba is at hand one
compiled kernel (`fused`) compares pair by pair and drops what cannot reach the floor; else numpy decides what equality
decides and the reference scorer does the rest. Whatever the kernel cannot decide exactly goes to the reference scorer,
once a bound has shown that it still matters.
"""
