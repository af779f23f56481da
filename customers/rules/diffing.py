"""Which parts of a value the other side lacks: what the eye should find first when two values stand side by side.

Marking follows the kind of comparison. Names, streets and texts are marked by character when at least 0.7 alike, else
as a whole; an e-mail's local part and domain apart; a phone from the first digit that differs; dates and codes as a
whole. Case, spacing and composed or decomposed letters are noise; nothing is marked against an empty value.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

ALIKE = 0.7
LONGEST = 400


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool


def pieces(value: str, other: str, comparison: str = "text") -> tuple[Piece, ...]:
    """``value`` cut into marked and unmarked pieces, as seen from ``other``. The texts always add up to ``value``."""
    value = unicodedata.normalize("NFC", value)
    other = unicodedata.normalize("NFC", other)
    if not value or not other or _folded(value) == _folded(other):
        return _joined([Piece(value, False)])
    return _joined(RULES.get(comparison, _whole)(value, other))


def _whole(value: str, other: str) -> list[Piece]:
    return [Piece(value, True)]


def _by_character(value: str, other: str) -> list[Piece]:
    if _folded(value) == _folded(other):
        return [Piece(value, False)]
    mine, theirs = _letters(value), _letters(other)
    if max(len(mine), len(theirs)) > LONGEST:
        return _whole(value, other)
    matcher = SequenceMatcher(None, [_folded(x) for x in mine], [_folded(x) for x in theirs], autojunk=False)
    if matcher.ratio() < ALIKE:
        return _whole(value, other)
    return [
        Piece("".join(mine[start:end]), tag != "equal")
        for tag, start, end, _, _ in matcher.get_opcodes()
        if end > start
    ]


def _email(value: str, other: str) -> list[Piece]:
    local, at, domain = value.rpartition("@")
    other_local, other_at, other_domain = other.rpartition("@")
    if not at or not other_at:
        return _by_character(value, other)
    return [*_by_character(local, other_local), Piece(at, False), *_by_character(domain, other_domain)]


def _phone(value: str, other: str) -> list[Piece]:
    theirs = [letter for letter in other if letter.isdigit()]
    seen = 0
    for place, letter in enumerate(value):
        if not letter.isdigit():
            continue
        if seen >= len(theirs) or letter != theirs[seen]:
            return [Piece(value[:place], False), Piece(value[place:], True)]
        seen += 1
    return [Piece(value, False)]


RULES: dict[str, Callable[[str, str], list[Piece]]] = {
    "name": _by_character,
    "organisation": _by_character,
    "address": _by_character,
    "identifier": _by_character,
    "text": _by_character,
    "email": _email,
    "phone": _phone,
    "date": _whole,
    "exact": _whole,
}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()) or text


def _letters(text: str) -> list[str]:
    """What a reader takes for one letter: a character with the combining marks that follow it."""
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.category(character) in ("Mn", "Me", "Mc"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _joined(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one kind together; a letter left alone between two marks belongs to them, or marks turn to dust."""
    runs = list(_runs(found))
    for place in range(1, len(runs) - 1):
        before, lone, after = runs[place - 1 : place + 2]
        if before.marked and after.marked and len(lone.text) == 1 and lone.text.isalnum():
            runs[place] = Piece(lone.text, True)
    return tuple(_runs(runs))


def _runs(found: Sequence[Piece]) -> Iterator[Piece]:
    for marked, same in groupby((piece for piece in found if piece.text), key=lambda piece: piece.marked):
        yield Piece("".join(piece.text for piece in same), marked)
