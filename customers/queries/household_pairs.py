"""Pairs of households with a person in common, as one reader may see them: whole, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cmdm import access
from cmdm.models import User
from customers.models import HouseholdPair
from customers.models.household_pair import PairQuerySet
from customers.queries.household_people import people_of
from customers.queries.households import Home, Member, homes

Answer = HouseholdPair.Answer


@dataclass(frozen=True)
class Meeting:
    """Two households side by side, and who is in both.

    ``people``: who stands in them, as an answer names what it saw; ``may``: the reader may answer, or take it back.
    Of two that were joined only the one that goes on has members.
    """

    pair: HouseholdPair
    left: Home
    right: Home
    people: str
    may: bool

    @property
    def homes(self) -> tuple[Home, Home]:
        return self.left, self.right

    @property
    def both(self) -> list[Member]:
        """The members of the first who belong to the second too."""
        there = {one.who.id for one in self.right.members}
        return [one for one in self.left.members if one.who.id in there]

    @property
    def shared(self) -> frozenset[int]:
        return frozenset(one.who.id for one in self.both)

    @property
    def names(self) -> str:
        """Who is in both; of two that were joined all who belong to it now."""
        return ", ".join(one.who.name for one in (self.both or [*self.left.members, *self.right.members]))

    @property
    def joined(self) -> Home:
        """The one that goes on."""
        return self.left if self.left.members else self.right


def pairs(user: User, state: str = "") -> PairQuerySet:
    """The rows of the list: those that wait for an answer, or (``answered``) those that have one."""
    rows = HouseholdPair.objects.select_related("left", "right", "said_by")
    return rows.answered().reachable(user) if state == "answered" else rows.open().visible_to(user)


def meetings(rows: Sequence[HouseholdPair], user: User) -> list[Meeting]:
    """Each of them with both households, in the order given; those of which too little is left to see are left out.

    Five queries.
    """
    ends = [(one.left_id, one.right_id) for one in rows]
    known = homes([home for one in rows for home in (one.left, one.right)], user)
    people = people_of(ends) if rows else {}
    decide = access.scope(user, "decide")
    found = [
        Meeting(
            pair=one,
            left=known[2 * place],
            right=known[2 * place + 1],
            people=people[ends[place]],
            may={*one.left.domains, *one.right.domains} <= decide,
        )
        for place, one in enumerate(rows)
    ]
    return [one for one in found if one.both or (one.pair.answer == Answer.ONE and one.joined.members)]


def meeting(user: User, key: UUID) -> Meeting | None:
    """The pair of a key, answered or not; six queries."""
    rows = HouseholdPair.objects.select_related("left", "right", "said_by").reachable(user).filter(key=key)
    found = meetings(list(rows), user)
    return found[0] if found else None
