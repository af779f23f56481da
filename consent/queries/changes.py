"""Whose answers change when records come to lie together differently, or when somebody acts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.queries.material import Material
from consent.rules.permitting import Facts, Permission

Groups = Mapping[int, Collection[int]]
"""Records by the customer in which they lie, or would lie."""
NOBODY = Facts()


@dataclass(frozen=True)
class Change:
    """An answer that became another: may this purpose use this contact point (none: the purpose itself) or not."""

    customer: int
    purpose: str
    channel: str
    contact: int | None
    allowed: bool


def changes(
    before: Material,
    after: Material,
    was: Groups,
    becomes: Groups,
    facts: Mapping[int, Facts],
    at: datetime,
    was_at: datetime | None = None,
) -> list[Change]:
    """What the customers of ``becomes`` may be told or not, differently from the customers whose records they hold.

    :param was_at: the moment for which ``before`` is asked, where time alone has changed the answer.
    """
    found = []
    for customer, records in becomes.items():
        sources = [one for one, theirs in was.items() if set(theirs) & set(records)]
        for purpose in sorted(after.purposes):
            for channel in after.purposes[purpose].channels or ("",):
                old = [
                    before.judged(purpose, channel, was_at or at, was[one], facts.get(one, NOBODY)) for one in sources
                ]
                new = after.judged(purpose, channel, at, records, facts.get(customer, NOBODY))
                named = _named(after, purpose, records) | _named(before, purpose, records)
                found += [
                    Change(customer, purpose, channel, contact, allowed)
                    for contact, allowed in _turned(old, new, named)
                ]
    return found


def _named(known: Material, purpose: str, records: Collection[int]) -> set[int]:
    """The contact points that acts on these records name."""
    asked = known.purposes.get(purpose)
    if asked is None:
        return set()
    acts = (act for record in records for act in known.said(asked.id, record))
    return {act.contact for act in acts if act.contact is not None}


def _turned(old: Sequence[Permission], new: Permission, named: Collection[int]) -> list[tuple[int | None, bool]]:
    """Contact points (none: any other) with their new answer, where it is another than before."""
    found: list[tuple[int | None, bool]] = []
    whole = any(one.admits(None) for one in old)
    if whole != new.admits(None):
        found.append((None, new.admits(None)))
    for contact in sorted(named):
        if any(one.admits(contact) for one in old) != new.admits(contact):
            found.append((contact, new.admits(contact)))
    return found


def grouped(known: Material) -> dict[int, list[int]]:
    """The records by customer, as they lie now."""
    return {customer: list(records) for customer, records in known.records.items() if customer}
