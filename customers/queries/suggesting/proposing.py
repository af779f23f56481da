"""What can be filled in of customers, as values and not yet in words: the same for a page and for the daily search.

Proposed is what all of this allows: the customer is active and not restricted; the reader may see and correct the
record's domain; the attribute is not sensitive; what is counted was counted in that domain, of five customers at least;
nobody set the attribute aside, answered this very suggestion, or removed this value earlier; and no refusal of the
customers speaks of the address or number.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers import ports
from customers.models import SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.queries.suggesting import material
from customers.queries.suggesting.counts import counts_for
from customers.queries.suggesting.material import Row
from customers.queries.suggesting.mended import mended
from customers.queries.suggesting.names import digest_of, names_in
from customers.rules.suggesting import gathering, households
from customers.rules.suggesting.covering import completes
from customers.rules.suggesting.shapes import Names, Need, Proposal, Said

Proposed = dict[int, list[Proposal]]


@dataclass(frozen=True)
class _Found:
    """One customer while proposals are sought."""

    customer: int
    records: Sequence[Row]
    said: Sequence[Said]
    needs: Sequence[Need]


def proposed(
    records: Mapping[int, Sequence[Row]],
    broken: Sequence[SourceRecord],
    homely: Collection[int],
    known: Catalogue,
    view: frozenset[int],
    may: frozenset[int],
) -> Proposed:
    """Proposals by customer (id), for somebody who sees some domains (ids) and may correct in others of them.

    :param records: all records that he sees of customers who are active and not restricted, closed ones too.
    :param broken: those of them of which something could not be read. :param homely: customers (ids) who may share a
        household.
    """
    if not may or not records:
        return {}
    names = names_in(known)
    fillable = frozenset(known.specs) - known.sensitive
    found = [_sought(customer, rows, names, fillable) for customer, rows in records.items()]
    counts = counts_for(need for one in found for need in one.needs if need.domain in may)
    kin = material.relatives(homely, view, fillable) if homely else {}
    repaired = _by_customer(mended(broken, known), records)
    made = {
        one.customer: gathering.whole(
            [
                *repaired.get(one.customer, ()),
                *gathering.counted(one.needs, counts),
                *gathering.certain(one.said, names),
                *_of_household(one, kin.get(one.customer, ()), names, may),
            ],
            missing=_missing(one.said, known),
        )
        for one in found
    }
    return _allowed(made, {one.customer: one for one in found}, known, may)


def _sought(customer: int, rows: Sequence[Row], names: Names, fillable: frozenset[str]) -> _Found:
    said = material.said_by(rows, fillable)
    return _Found(customer, rows, said, gathering.needs(said, names))


def _by_customer(proposals: Iterable[Proposal], records: Mapping[int, Sequence[Row]]) -> dict[int, list[Proposal]]:
    made: dict[int, list[Proposal]] = {}
    owner: dict[int, int] = {}
    for one in proposals:
        owner = owner or {row.pk: customer for customer, rows in records.items() for row in rows}
        made.setdefault(owner[one.record], []).append(one)
    return made


def _of_household(one: _Found, kin: Sequence[material.Relative], names: Names, may: frozenset[int]) -> list[Proposal]:
    """What others of the household have, for the first record that the reader may correct."""
    if not kin:
        return []
    sources = {row.pk for row in one.records if row.about_id is None}
    first = next((said for said in one.said if said.domain in may and said.record in sources), None)
    if first is None or first.party_type != "person":
        return []
    return [
        made
        for relative in kin
        for said in relative.said
        for made in households.proposals(first, one.said, said, names, f"{relative.name} ({relative.number})")
    ]


def _missing(said: Sequence[Said], known: Catalogue) -> frozenset[str]:
    """Attributes of which no record says anything."""
    given = {name for each in said for name, value in each.values.items() if value not in (None, "", [])}
    return frozenset(known.specs) - given


def _allowed(
    made: Mapping[int, Sequence[Proposal]], found: Mapping[int, _Found], known: Catalogue, may: frozenset[int]
) -> Proposed:
    wanted = {pk: found[pk].records for pk, ones in made.items() if ones}
    if not wanted:
        return {}
    past, held = material.past_values(wanted, known), material.held_against(wanted)
    left = {
        pk: [
            one
            for one in made[pk]
            if one.domain in may
            and one.attribute not in held[pk].ignored
            and any(row.pk == one.record and row.about_id is None and row.closed_at is None for row in rows)
            and not _was_answered(one, held[pk], known)
            and not _was_removed(one, past.get(pk, ()), known)
            and not _is_said(one, found[pk].said, known.specs[one.attribute])
        ]
        for pk, rows in wanted.items()
    }
    asked = {
        pk: [(one.attribute, each) for one in ones for each in _spoken_of(one, found[pk].said)]
        for pk, ones in left.items()
        if ones
    }
    refused = ports.unwanted(asked)
    kept = {pk: [one for one in left[pk] if not _is_refused(pk, one, found[pk].said, known, refused)] for pk in asked}
    return {pk: ones for pk, ones in kept.items() if ones}


def _is_refused(
    customer: int, one: Proposal, said: Sequence[Said], known: Catalogue, refused: frozenset[tuple[int, str, str]]
) -> bool:
    if not refused:
        return False
    spec = known.specs[one.attribute]
    return any((customer, one.attribute, spec.key_of(each)) in refused for each in _spoken_of(one, said))


def _spoken_of(one: Proposal, said: Sequence[Said]) -> list[Any]:
    """The values of which a refusal may speak: the suggested one, and what it completes."""
    if not isinstance(one.value, Mapping):
        return []
    elements = [each for row in said for each in row.values.get(one.attribute) or ()]
    return [one.value, *(each for each in elements if completes(one.value, each))]


def _was_answered(one: Proposal, held: material.Held, known: Catalogue) -> bool:
    return bool(held.answered) and (one.attribute, digest_of(known.specs[one.attribute], one.value)) in held.answered


def _was_removed(one: Proposal, past: Iterable[tuple[str, str]], known: Catalogue) -> bool:
    return bool(past) and (one.attribute, known.specs[one.attribute].key_of(one.value)) in past


def _is_said(one: Proposal, said: Sequence[Said], spec: Spec) -> bool:
    """Whether a record says by now what is suggested."""
    key = spec.key_of(one.value)
    values = [row.values.get(one.attribute) for row in said]
    return any(spec.key_of(each) == key for value in values if value for each in (value if spec.many else [value]))
