"""Pairs that no machine may join, because one record is what somebody said of himself."""

from collections.abc import Iterable, Mapping

from cmdm import memo
from customers.models import Source, SourceRecord
from customers.sealing import open_values
from matching.rules.asserted import crosses

MEMO = "portal sources"


def portal_sources() -> frozenset[int]:
    """The sources that hold what customers say of themselves; one query, inside a change once."""
    rows = Source.objects.filter(role=Source.Role.PORTAL)
    return memo.once(MEMO, lambda: frozenset(rows.values_list("pk", flat=True)))


def crossings(pairs: Iterable[tuple[int, int]], records: Mapping[int, SourceRecord]) -> set[tuple[int, int]]:
    """Of compared pairs those in which a self-asserted record meets one that carries nothing it proved. One query."""
    own = portal_sources()
    said = {pk for pk, record in records.items() if record.source_id in own}
    if not said:
        return set()
    return {pair for pair in pairs if not said.isdisjoint(pair) and _crosses(pair, said, records)}


def _crosses(pair: tuple[int, int], said: set[int], records: Mapping[int, SourceRecord]) -> bool:
    one, other = (open_values(records[pk].values) for pk in pair)
    return (pair[0] in said and crosses(one, other)) or (pair[1] in said and crosses(other, one))
