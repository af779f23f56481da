"""Colleagues named in a note: ``@name``, at the beginning of a word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
NAMED = re.compile(r"(?<![\w@.])@([\w][\w.+@-]{0,149})")
MOST = 20


def named(text: str) -> list[str]:
    """The names in a text, folded, each once; a full stop behind a name is not part of it."""
    found = (match[1].rstrip(".@-").casefold() for match in NAMED.finditer(text))
    return list(dict.fromkeys(found))[:MOST]


def resolved(names: Iterable[str], people: Mapping[str, T]) -> tuple[Sequence[T], Sequence[str]]:
    """Who is meant, and the names that are nobody's; ``people`` by folded name."""
    asked = list(names)
    return [people[name] for name in asked if name in people], [name for name in asked if name not in people]
