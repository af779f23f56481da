"""What the columns of a card are called: letters for two, easy temporary names where people's names are alike."""

from collections.abc import Collection, Sequence

LETTERS = "ABCDEF"
SHORT = {"Neon": "Ne", "Argon": "Ar", "Krypton": "Kr", "Xenon": "Xe", "Radon": "Rn", "Helium": "He"}
TEMPORARY = tuple(SHORT)


def are_alike(words: Sequence[Collection[str]]) -> bool:
    """Whether two of several names share a word, so that they would be mixed up in a sentence."""
    seen: set[str] = set()
    for name in words:
        own = set(name)
        if seen & own:
            return True
        seen |= own
    return False


def names_of(names: Sequence[str], words: Sequence[Collection[str]]) -> list[str]:
    """How each column is called; empty for a pair, whose columns are called by their letters.

    :param words: the folded words of each name.
    """
    if len(names) < 3:
        return ["" for _name in names]
    if all(names) and not are_alike(words):
        return list(names)
    return [TEMPORARY[place % len(TEMPORARY)] for place in range(len(names))]
