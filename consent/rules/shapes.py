"""The shape of what a customer said: his acts without names, numbers and dates.

Of a thousand customers most said the same things in the same order. The database writes the acts on each record as a
text in which only what the fold looks at is left: one word an act, in the order in which they count. Customers of one
shape get one answer, folded once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from consent.rules.folding import COUNTING, Act
from consent.rules.permitting import Permission, Terms, Why, answered

CODES = {act[:3]: act for act in sorted(COUNTING)}
LAPSED, GUARDIAN, CHANNEL, ADDRESS, NOT_COVERED = "x", "g", "c", "a", "n"
ONCE = datetime(2000, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=1)


class Said(NamedTuple):
    """What one record says: words of its acts; for each of them the number of its contact point among the customer's;
    where one names another, for each its own place in the ledger and that of the act that it names.

    A word is three letters of the act and its level, then any of: ``c`` for the channel alone, ``a`` for one contact
    point, ``x`` lapsed by now, ``g`` a guardian's, ``n`` shown with a text that does not name the recipient. Words
    stand in the order in which they count; of those at the same time the denials are last, so nothing lifts them.
    """

    words: str
    contacts: tuple[int | None, ...]
    ids: tuple[int, ...] = ()
    names: tuple[int | None, ...] = ()


Shape = tuple[Said, ...]


def contacts_of(words: str, contact: int | None) -> tuple[int | None, ...]:
    """The contact point of each act, where all that are about one are about the same."""
    return tuple([contact if ADDRESS in word[4:] else None for word in words.split()])


def said(
    words: str,
    contacts: Sequence[int | None],
    ids: Sequence[int] | None,
    names: Sequence[int | None] | None,
    numbers: dict[int, int],
) -> Said:
    """What one record says. ``numbers`` are those of the contact points met so far; new ones get the next."""
    numbered = tuple([None if one is None else numbers.setdefault(one, len(numbers)) for one in contacts])
    if ids is None or names is None:
        return Said(words, numbered)
    place = {pk: number for number, pk in enumerate(sorted(ids))}
    named = tuple([None if one is None else place.get(one) for one in names])
    return Said(words, numbered, tuple([place[pk] for pk in ids]), named)


def acts_of(one: Said, channel: str, at: datetime = ONCE) -> list[Act]:
    """Acts that fold as those of every record of which this is said."""
    words = one.words.split()
    begin = at - len(words) * STEP
    return [
        Act(
            id=one.ids[number] if one.ids else number,
            act=CODES[word[:3]],
            at=begin + number * STEP,
            channel=channel if CHANNEL in word[4:] else "",
            contact=one.contacts[number],
            until=at if LAPSED in word[4:] else None,
            names=one.names[number] if one.names else None,
            whose="guardian" if GUARDIAN in word[4:] else "person",
            level=int(word[3]),
            covers=NOT_COVERED not in word[4:],
        )
        for number, word in enumerate(words)
    ]


@lru_cache(maxsize=20_000)
def folded(
    shape: Shape, terms: tuple[Terms, ...], ages: tuple[Why | None, ...], channel: str, restricted: bool, bound: bool
) -> Permission:
    """The answer for everybody of this shape, its contact points by their numbers in it.

    It depends on nothing else, not even on the time: what has lapsed is in the shape.
    """
    acts = [acts_of(one, channel) for one in shape]
    return answered(acts, terms, ages, channel, ONCE, restricted=restricted, bound=bound)
