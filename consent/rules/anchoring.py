"""Which records a proved address opens. Pure: nothing is read here.

An address alone says who reads a mailbox, not whose record it was written on: families share mailboxes, and addresses
are mistyped. It opens a record only where all records with this address lie in one customer and the address was
verified on one of them, or one more fact fits that only that person gave. What opens is never more than records that
carry the address themselves: what the machine joined beside them stays closed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Ground(StrEnum):
    """What the records with one address allow."""

    NOBODY = "nobody"
    OPEN = "open"
    FACT = "fact"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Carrier:
    """An open record that carries the address: its customer, whether it was verified there, and its facts.

    ``name`` is folded; ``numbers`` are folded customer numbers by which the person may know himself.
    """

    record: int
    customer: int
    verified: bool = False
    birth_date: str = ""
    name: str = ""
    numbers: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Fact:
    """What somebody says to show who he is; a part that he leaves out is empty."""

    birth_date: str = ""
    number: str = ""

    def fits(self, carrier: Carrier) -> bool:
        """Whether all that was said stands on the record, and something was said."""
        said = (not self.birth_date or self.birth_date == carrier.birth_date) and (
            not self.number or self.number in carrier.numbers
        )
        return said and bool(self.birth_date or self.number)


def ground(carriers: Sequence[Carrier]) -> Ground:
    """What is asked of whoever proved the address."""
    if not carriers:
        return Ground.NOBODY
    if len({one.customer for one in carriers}) > 1 or _are_two(carriers):
        return Ground.CONFIRM
    return Ground.OPEN if any(one.verified for one in carriers) else Ground.FACT


def opened(carriers: Sequence[Carrier], fact: Fact | None = None) -> tuple[int, ...]:
    """The records that open, ids in order: those it was verified on (or that the fact fits), and what agrees with one
    of them in name and does not differ in the birth date."""
    found = ground(carriers)
    if found not in (Ground.OPEN, Ground.FACT):
        return ()
    first = [one for one in carriers if (fact.fits(one) if fact is not None else one.verified)]
    return tuple(sorted(one.record for one in carriers if one in first or any(_agree(one, seed) for seed in first)))


def more(carriers: Sequence[Carrier], anchors: Collection[int]) -> tuple[int, ...]:
    """Records that came to carry the address since it was proved, and are plainly of the same person: in the same
    customer, of the same name, and verified there or of the same birth date."""
    own = [one for one in carriers if one.record in anchors]
    return tuple(
        one.record
        for one in carriers
        if one.record not in anchors
        and any(
            one.customer == mine.customer
            and _agree(one, mine)
            and (one.verified or bool(one.birth_date and one.birth_date == mine.birth_date))
            for mine in own
        )
    )


def is_shared(carriers: Sequence[Carrier], anchors: Collection[int]) -> bool:
    """Whether the address stands by now on a record of somebody else than the one it opened: a shared mailbox."""
    own = [one for one in carriers if one.record in anchors]
    others = [one for one in carriers if one.record not in anchors]
    if not own:
        return bool(others) and bool(anchors)
    customers = {one.customer for one in own}
    return any(one.customer not in customers or not any(_agree(one, mine) for mine in own) for one in others)


def _agree(one: Carrier, other: Carrier) -> bool:
    same_day = not (one.birth_date and other.birth_date) or one.birth_date == other.birth_date
    return bool(one.name) and one.name == other.name and same_day


def _are_two(carriers: Sequence[Carrier]) -> bool:
    """Two birth dates under one address are two people, whatever the machine made of them."""
    return len({one.birth_date for one in carriers if one.birth_date}) > 1
