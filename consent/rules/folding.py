"""What one record says about one use: the fold of its acts. What a customer says: the meet over his records.

A question is about a channel and a contact point (either may be none). An act reaches it when the act is about the
whole purpose, or names the same. Of the acts that reach a question:

- one that somebody declared void counts for nothing, and what stood before stands again;
- a denial stands until a later grant that is as narrow as the denial or narrower; at the same time the denial wins;
- the latest grant says whether there is consent: when it has expired or was ended there is no statement;
- *prolonged* moves the end of the consent that it names: somebody was seen who had agreed until nothing is heard of
  him for so long. It gives no consent, and lifts nothing;
- *requested* and *unknown* change nothing.

A purpose may be part of another. No to the whole is no to each of its parts, until a later yes to the part itself (it
is the narrower act) or to the whole; but yes to the whole is yes to none of its parts, since consent is given to one
purpose at a time.

Nothing here looks at another record, so merging and unmerging cannot change what a record says; and the meet is a
minimum, so the order of merges cannot matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

GRANTING = frozenset(("granted", "confirmed", "reaffirmed"))
DENYING = frozenset(("refused", "withdrawn", "objected"))
ENDING = frozenset(("expired", "terminated"))
INVALIDATED, REQUESTED, PROLONGED = "invalidated", "requested", "prolonged"
COUNTING = GRANTING | DENYING | ENDING | {INVALIDATED, REQUESTED}


class State(IntEnum):
    """The meet is the least of them."""

    DENIED = 0
    GRANTED = 1
    NO_STATEMENT = 2


class Because(StrEnum):
    """Why there is no statement."""

    NOTHING_SAID = ""
    PENDING = "pending"
    EXPIRED = "expired"
    ENDED = "ended"


class Act(NamedTuple):
    """One consent event, as the fold needs it. ``at`` is when it counts from, ``id`` its place in the ledger.

    ``level`` is how far above the purpose that is asked about the act was made: 0 is an act about itself, 1 one about
    the purpose that it is part of. ``covers`` is whether the text that was shown named the recipient who asks.
    """

    id: int
    act: str
    at: datetime
    channel: str = ""
    contact: int | None = None
    until: datetime | None = None
    names: int | None = None
    whose: str = "person"
    record: int = 0
    group: str = ""
    carried: bool = False
    level: int = 0
    covers: bool = True


class Standing(NamedTuple):
    """What a record says, and by which act."""

    state: State
    by: Act | None = None
    because: Because = Because.NOTHING_SAID


SILENT = Standing(State.NO_STATEMENT)


def line(parents: Mapping[int, int | None], purpose: int) -> list[int]:
    """A purpose, the one it is part of, the one that is part of, and so on."""
    found = [purpose]
    while (above := parents.get(found[-1])) is not None and above not in found:
        found.append(above)
    return found


def inherited(acts: Sequence[Iterable[Act]]) -> list[Act]:
    """All that counts for a purpose: the acts about it, and about each purpose above, as :func:`line` orders them."""
    return [act._replace(level=level) if level else act for level, found in enumerate(acts) for act in found]


def reaches(act: Act, channel: str, contact: int | None) -> bool:
    """Whether the act is about this channel and contact point."""
    return (not act.channel or act.channel == channel) and (act.contact is None or act.contact == contact)


def lifts(grant: Act, denial: Act) -> bool:
    """Whether the grant came after the denial and is as narrow or narrower."""
    return (
        grant.at > denial.at
        and grant.level <= denial.level
        and (not denial.channel or denial.channel == grant.channel)
        and (denial.contact is None or denial.contact == grant.contact)
    )


def in_force(acts: Iterable[Act], channel: str, contact: int | None) -> list[Act]:
    """The acts that reach the question and were not declared void for it."""
    found = [act for act in acts if reaches(act, channel, contact)]
    voiding = [act for act in found if act.act == INVALIDATED]
    if not voiding:
        return found
    void: set[int | None] = set()
    for act in sorted(voiding, reverse=True):  # by place in the ledger: an invalidation may itself be declared void
        if act.id not in void:
            void.add(act.names)
    return [act for act in found if act.id not in void]


def fold(acts: Sequence[Act], channel: str, contact: int | None, at: datetime) -> Standing:
    """What one record says about a channel and contact point at a time."""
    found = in_force(acts, channel, contact)
    if not found:
        return SILENT
    grants = [act for act in found if act.act in GRANTING]
    denials = [act for act in found if act.act in DENYING and not any(lifts(grant, act) for grant in grants)]
    if denials:
        return Standing(State.DENIED, _latest(denials))
    own = [act for act in grants if not act.level]
    if own:
        return _granted(prolonged(_latest(own), acts), found, at)
    asked = [act for act in found if act.act == REQUESTED and not act.level]
    return Standing(State.NO_STATEMENT, _latest(asked), Because.PENDING) if asked else SILENT


def prolonged(grant: Act, acts: Iterable[Act]) -> Act:
    """The consent with the end that it has by now."""
    if grant.until is None:
        return grant
    ends = [act.until for act in acts if act.act == PROLONGED and act.names == grant.id and act.until is not None]
    return grant._replace(until=max([grant.until, *ends])) if ends else grant


def _granted(grant: Act, found: Iterable[Act], at: datetime) -> Standing:
    for act in found:
        if act.act in ENDING and act.names == grant.id:
            because = Because.EXPIRED if act.act == "expired" else Because.ENDED
            return Standing(State.NO_STATEMENT, act, because)
    if grant.until is not None and grant.until <= at:
        return Standing(State.NO_STATEMENT, grant, Because.EXPIRED)
    return Standing(State.GRANTED, grant)


def _latest(acts: Sequence[Act]) -> Act:
    return max(acts, key=lambda act: (act.at, act.id))


def meet(standings: Iterable[Standing]) -> Standing:
    """What records say together: the least of their states; of equal ones the latest act is named."""
    least: Standing | None = None
    for one in standings:
        if least is None or one.state < least.state or (one.state == least.state and _is_later(one.by, least.by)):
            least = one
    return least or SILENT


def _is_later(one: Act | None, other: Act | None) -> bool:
    if one is None or other is None:
        return other is None and one is not None
    return (one.at, one.id) > (other.at, other.id)


def conflicting(standings: Iterable[Standing]) -> bool:
    """Whether one record grants what another denies."""
    return {State.DENIED, State.GRANTED} <= {standing.state for standing in standings}
