"""Two versions of a text, word by word: what stayed, what went, what came."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

KEPT, GONE, CAME = "kept", "gone", "came"
_WORDS = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)


class Piece(NamedTuple):
    """A stretch of text and what became of it."""

    fate: str
    text: str


def compared(before: str, after: str) -> list[Piece]:
    """The pieces in order: joined they give the text before (without what came) or after (without what went)."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(KEPT, "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece(GONE, "".join(old[a:b])))
        if d > c:
            pieces.append(Piece(CAME, "".join(new[c:d])))
    return pieces
