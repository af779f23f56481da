"""Which key does what on a card, and what a steward may change about it."""

from collections.abc import Mapping

DEEDS: Mapping[str, str] = {
    "same": "s",
    "different": "d",
    "related": "r",
    "unsure": "f",
    "skip": "n",
    "undo": "u",
    "strength": "l",
    "reason": "c",
    "rows": "a",
    "script": "t",
    "blind": "b",
    "graph": "g",
    "table": "v",
    "before": "[",
    "after": "]",
    "leave": "x",
    "kin": "h",
    "down": "j",
    "up": "k",
}
"""What can be laid on another key, with the key that it has by default."""

FIXED = frozenset({"/", "?", "enter", "escape", *"123456789"})
"""Keys that mean the same on every page."""


def keys_of(chosen: Mapping[str, str]) -> dict[str, str]:
    """The key of every deed; a choice that is no single free key does not count."""
    return {deed: chosen[deed] if is_usable(chosen.get(deed, "")) else key for deed, key in DEEDS.items()}


def is_usable(key: str) -> bool:
    """One visible character that means nothing else."""
    return len(key) == 1 and key.isprintable() and not key.isspace() and key == key.lower() and key not in FIXED


def clashing(keys: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of deeds that lie on one key."""
    found: dict[str, str] = {}
    clashes = []
    for deed, key in keys.items():
        if key in found:
            clashes.append((found[key], deed))
        found.setdefault(key, deed)
    return clashes


def remapped(keys: Mapping[str, str]) -> dict[str, str]:
    """By pressed key, the default key whose deed it does; a default key that was given up does nothing."""
    moved = {deed: key for deed, key in keys.items() if key != DEEDS[deed]}
    made = {DEEDS[deed]: "" for deed in moved}
    return made | {key: DEEDS[deed] for deed, key in moved.items()}
