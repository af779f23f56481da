"""Whom an act covers when the person who makes it has several records, some of them perhaps a stranger's.

A denial covers every record of the customer: those at which the person acted are his *own*, the others were *carried*
along by the link. A grant covers only the records at which he proved himself. Granting again at a place of one's own
denial ends what that denial carried to other records, as far as the grant goes, and what stood there before stands
again; a denial made at such a record itself stays.
"""

from collections.abc import Collection, Iterable, Sequence

from consent.rules.folding import DENYING, Act, in_force, reaches


def covered_by_denial(own: Collection[int], cluster: Iterable[int]) -> list[tuple[int, bool]]:
    """Records that a denial is written on, each with whether it was carried there."""
    return [(record, record not in own) for record in sorted({*cluster, *own})]


def taken_back(own: Iterable[Act], channel: str, contact: int | None) -> set[str]:
    """The groups of the denials, made at these records themselves, that a grant of this scope takes back.

    ``own`` are the acts on the records at which the person proved himself.
    """
    return {act.group for act in in_force(own, channel, contact) if act.act in DENYING and not act.carried}


def released(others: Sequence[Act], groups: Collection[str], channel: str, contact: int | None) -> list[Act]:
    """The carried denials of these groups that still stand for the scope; each is to be declared void for it.

    ``others`` are all acts on the records that the groups' rows lie on.
    """
    by_record: dict[int, list[Act]] = {}
    for act in others:
        by_record.setdefault(act.record, []).append(act)
    found = []
    for acts in by_record.values():
        standing = {act.id for act in in_force(acts, channel, contact)}
        found += [
            act
            for act in acts
            if act.carried
            and act.act in DENYING
            and act.group in groups
            and act.id in standing
            and reaches(act, channel, contact)
        ]
    return sorted(found)
