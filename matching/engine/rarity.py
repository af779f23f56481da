"""Rarity: how common a value is, learned from the records.

Two records that agree on the value v agree by chance with p(v)², while the same party agrees with m · p(v), so the
agreement weighs m / p(v): against the average level, whose chance is u = Σ p(v)², that is log2(u / p(v)) bits more
(Newcombe et al. 1959; Winkler 2000). The tables hold only values that are common enough to make a difference of less
than `RARITY_LIMIT` bits; whatever is not in them counts as rare. Few records cannot tell a share below
one in their number; what they do tell is the sum, u = Σ p(v)² over the table + (1 - Σ p(v)) · q, so where q is less,
that is the share of what is not in the table.
"""

from collections.abc import Mapping
from typing import Final

from matching.engine.model import RARITY_LIMIT, Frequencies
from matching.engine.totals import OFTEN

HOLDERS: Final = 200  # fewer records with a value cannot tell common from rare
ENTRIES: Final = 20_000
COMMON_WORD: Final = 0.001  # share of the names from which on a word tells less


def learned(counts: Mapping[str, int], holders: int, typical: float, others: float = 0.0) -> Frequencies | None:
    """The table of an attribute; None where there are too few holders. `typical` is the u of the exact level.

    `others` is how many further records of its party a record agrees with. A value that n records have is shared by
    chance with those of the other n - 1 that are not of one party; few records of one value are mostly one party's.
    """
    if holders < HOLDERS or not 0 < typical <= 1:
        return None
    unseen = max(typical * 2.0**-RARITY_LIMIT, 1 / holders)
    found = {value: (n - 1 - others * (1 + 2 / n)) / holders for value, n in counts.items() if n > OFTEN}
    shares = {value: share for value, share in found.items() if share > unseen}
    kept = sorted(shares, key=lambda value: (-shares[value], value))[:ENTRIES]
    table = {value: shares[value] for value in kept}
    left = (typical - sum(share**2 for share in table.values())) / max(1 - sum(table.values()), 1 / holders)
    unseen = min(1.0, unseen, max(typical * 2.0**-RARITY_LIMIT, left))
    return Frequencies(typical=typical, unseen=unseen, shares=table)


def words(counts: Mapping[str, int], holders: int) -> Frequencies | None:
    """The words of organisations' names that many bear."""
    if holders < HOLDERS:
        return None
    shares = {
        word: count / holders for word, count in counts.items() if count / holders >= COMMON_WORD and count > OFTEN
    }
    kept = sorted(shares, key=lambda word: (-shares[word], word))[:ENTRIES]
    return Frequencies(typical=COMMON_WORD, unseen=COMMON_WORD, shares={word: shares[word] for word in kept})
