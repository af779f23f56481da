"""A first look at packed records: which of them could come to the review line at all.

Most records that share a block with another come to nothing. Here their lines are looked at field by field, as far as
it takes to see that: what costs least comes first, and what a field tells is remembered for the next line that says the
same. Names, which cost most, are not looked at. Whoever is left is compared in full.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from matching.engine import packing
from matching.engine.comparing import Compare
from matching.engine.features import (
    Features,
    Ignore,
    telling_emails,
    telling_identifiers,
    telling_phones,
)
from matching.engine.model import Model
from matching.engine.scoring import highest_of, plan_of, weighs_at_most
from matching.engine.vocabulary import MISSING


class _Part:
    """As much of the features of a record as one comparison looks at."""

    __slots__ = (
        *("addresses", "dates", "emails", "identifiers", "name", "phones", "texts", "websites"),
        *("generation", "given", "given_whole", "middle"),
    )
    given: str
    given_whole: str

    def __init__(self, attribute: str, value: Any) -> None:
        setattr(self, attribute, value)

    def leave_out(self, ignore: Ignore) -> None:
        """Keep no contact that is ignored."""
        for attribute, telling in _TELLING.items():
            if hasattr(self, attribute):
                setattr(self, attribute, telling(getattr(self, attribute), ignore))


def _middle(field: str) -> _Part:
    """A middle name beside a given name that is not looked at."""
    made = _Part("middle", field)
    made.given = made.given_whole = ""
    return made


# The field of a line that each kind of comparison looks at, what of the features it is, and how it is read; in the
# order in which they are tried.
_FIELDS: Final[dict[str, tuple[int, str, Callable[[str], Any]]]] = {
    "identifier": (12, "identifiers", packing.read_identifiers),
    "middle_name": (3, "name", _middle),
    "suffix": (7, "name", lambda field: _Part("generation", int(field))),
    "exact": (16, "texts", packing.read_texts),
    "phone": (10, "phones", packing.read_phones),
    "date": (15, "dates", packing.read_dates),
    "email": (9, "emails", packing.read_emails),
    "website": (13, "websites", packing.read_websites),
    "address": (11, "addresses", packing.read_addresses),
    "text": (16, "texts", packing.read_texts),
}
_RANKS: Final = {kind: rank for rank, kind in enumerate(_FIELDS)}


class _Look(NamedTuple):
    """One comparison of a model: the field it reads, and what each level weighs less than the best might."""

    field: int
    part: str
    read: Callable[[str], Any]
    compare: Compare
    attribute: str
    losses: Mapping[str, float]

    def says_nothing(self, mine: Features) -> bool:
        """Whether it is missing with everybody: nothing is known here that it could compare."""
        own = getattr(mine, self.part)
        return not (own.get(self.attribute) if self.part in ("dates", "texts") else own)

    def most(self, mine: Features) -> float:
        """What is lost at most: beside a double given name that agrees a middle name says nothing, and whether it
        does is not looked at.
        """
        double = self.read is _middle and mine.name.given_whole != mine.name.given
        return self.losses[MISSING] if double else math.inf


# Of a part those values that are not ignored.
_TELLING: Final[dict[str, Callable[[Any, Ignore], Any]]] = {
    "emails": telling_emails,
    "phones": telling_phones,
    "identifiers": telling_identifiers,
}


class _Losses(dict[str, float]):
    """What a pair weighs less than it might, by what the field of the other says."""

    def __init__(self, look: _Look, mine: Features, ignore: Ignore | None) -> None:
        self._look, self._mine, self._ignore = look, mine, ignore
        self._most = look.most(mine)

    def __missing__(self, field: str) -> float:
        part = _Part(self._look.part, self._look.read(field))
        if self._ignore is not None:
            part.leave_out(self._ignore)
        level = self._look.compare(self._mine, cast(Features, part), self._look.attribute)
        made = self[field] = min(self._look.losses[level], self._most)
        return made


def hopeful(model: Model, mine: Features, lines: Iterable[str], ignore: Ignore | None = None) -> Iterator[bool]:
    """Of each packed record whether it could reach the review line with this one; not that it does.

    :param ignore: names contacts that say nothing; `mine` is without them already.
    """
    spare, looks = _looks_of(model)
    told = []
    for look in looks:
        if look.says_nothing(mine):
            spare -= look.losses[MISSING]
        else:
            told.append((look.field, _Losses(look, mine, ignore)))
    for line in lines:
        own, left = line.split(packing.FIELD), spare
        for field, losses in told:
            left -= losses[own[field]]
            if left < 0:
                break
        yield left >= 0


# Keyed by identity, as the plans of scoring are.
_LOOKS: dict[int, tuple[Model, float, list[_Look]]] = {}


def _looks_of(model: Model) -> tuple[float, list[_Look]]:
    """What a pair may lose before it falls below the review line, and the looks at it."""
    known = _LOOKS.get(id(model))
    if known is None:
        if len(_LOOKS) > 32:
            _LOOKS.clear()
        plan = plan_of(model)
        known = _LOOKS[id(model)] = (model, plan.highest - plan.enough, list(_looks(model)))
    return known[1], known[2]


def _looks(model: Model) -> Iterator[_Look]:
    chosen = [pair for pair in zip(model.comparisons, plan_of(model).lines, strict=True) if pair[0].kind in _FIELDS]
    for comparison, line in sorted(chosen, key=lambda pair: _RANKS[pair[0].kind]):
        highest = highest_of(line)
        losses = {level: highest - weighs_at_most(line, level) for level in line.found}
        yield _Look(*_FIELDS[comparison.kind], line.compare, line.attribute, losses)
