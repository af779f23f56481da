"""The shape of what a customer said: his acts without names, numbers and dates.

Of a thousand customers most said the same things in the same order. The database writes each one's acts as a text in
which only what the fold looks at is left: one word an act, records apart from each other, acts in the order in which
they count. Customers of one shape get one answer, folded once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from consent.rules.folding import COUNTING, Act
from consent.rules.permitting import Permission, Terms, Why, answered

CODES = {act[:3]: act for act in sorted(COUNTING)}
BEGINS, SAME_TIME, LAPSED, GUARDIAN, CHANNEL, ADDRESS, NOT_COVERED = "|", "=", "x", "g", "c", "a", "n"
ONCE = datetime(2000, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)


class Shape(NamedTuple):
    """Words of the acts; where they are about several contact points, which of them each is about, in the order in
    which they first appear; where one names another, its place in the ledger and that of the act that it names.

    A word is three letters of the act and its level, then any of: ``|`` the first act of a record, ``=`` at the same
    time as the one before, ``c`` for the channel alone, ``a`` for one contact point, ``x`` lapsed by now, ``g`` a
    guardian's, ``n`` shown with a text that does not name the recipient.
    """

    words: str = ""
    contacts: tuple[int | None, ...] = ()
    ids: tuple[int, ...] = ()
    names: tuple[int | None, ...] = ()


SILENT = Shape()


def shape_of(
    words: str,
    contacts: Sequence[int | None],
    ids: Sequence[int] | None = None,
    names: Sequence[int | None] | None = None,
) -> tuple[Shape, list[int]]:
    """The shape, and the contact points in the order in which they first appear."""
    seen: dict[int, int] = {}
    for one in contacts:
        if one is not None and one not in seen:
            seen[one] = len(seen)
    numbered = tuple([None if one is None else seen[one] for one in contacts])
    places: tuple[int, ...] = ()
    named: tuple[int | None, ...] = ()
    if ids is not None and names is not None:
        place = {pk: number for number, pk in enumerate(sorted(ids))}
        places = tuple([place[pk] for pk in ids])
        named = tuple([None if one is None else place.get(one) for one in names])
    return Shape(words, numbered, places, named), list(seen)


def acts_of(shape: Shape, channel: str, at: datetime = ONCE) -> list[list[Act]]:
    """Acts, record by record, that fold as those of every customer of this shape do."""
    words = shape.words.split()
    made: list[list[Act]] = []
    moment = at - len(words) * STEP
    for number, word in enumerate(words):
        flags = word[4:]
        if BEGINS in flags:
            made.append([])
        elif SAME_TIME not in flags:
            moment += STEP
        made[-1].append(
            Act(
                id=shape.ids[number] if shape.ids else number,
                act=CODES[word[:3]],
                at=moment,
                channel=channel if CHANNEL in flags else "",
                contact=shape.contacts[number] if shape.contacts else 0 if ADDRESS in flags else None,
                until=at if LAPSED in flags else None,
                names=shape.names[number] if shape.names else None,
                whose="guardian" if GUARDIAN in flags else "person",
                level=int(word[3]),
                covers=NOT_COVERED not in flags,
            )
        )
    return made


@lru_cache(maxsize=20_000)
def folded(
    shape: Shape, terms: tuple[Terms, ...], ages: tuple[Why | None, ...], channel: str, restricted: bool, bound: bool
) -> Permission:
    """The answer for everybody of this shape, its contact points by their numbers in it.

    It depends on nothing else, not even on the time: what has lapsed is in the shape.
    """
    return answered(acts_of(shape, channel), terms, ages, channel, ONCE, restricted=restricted, bound=bound)
