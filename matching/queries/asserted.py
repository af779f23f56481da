"""Pairs that no machine may join, because one record is what somebody said of himself."""

from collections.abc import Iterable, Mapping
from typing import Any

from cmdm.standing import Standing
from customers.models import Source, SourceRecord
from customers.sealing import open_values
from matching.rules.asserted import crosses


def portal_sources() -> frozenset[int]:
    """The sources that hold what customers say of themselves; one query, inside a change none while they stand."""
    return standing_portals()


def _portals() -> frozenset[int]:
    return frozenset(Source.objects.filter(role=Source.Role.PORTAL).order_by().values_list("pk", flat=True))


standing_portals = Standing("portal sources", _portals, Source)


def crossings(pairs: Iterable[tuple[int, int]], records: Mapping[int, SourceRecord]) -> set[tuple[int, int]]:
    """Of compared pairs those in which a self-asserted record meets one that carries nothing it proved.

    One query; one more where somebody said something of himself.
    """
    own = portal_sources()
    said = {pk for pk, record in records.items() if record.source_id in own}
    if not said:
        return set()
    concerned = [pair for pair in pairs if not said.isdisjoint(pair)]
    values = _values({pk for pair in concerned for pk in pair}, records)
    return {pair for pair in concerned if _crosses(pair, said, values)}


def _values(wanted: set[int], records: Mapping[int, SourceRecord]) -> dict[int, Mapping[str, Any]]:
    """What these records say; of those that were read without it in one query."""
    missing = {pk for pk in wanted if "values" in records[pk].get_deferred_fields()}
    read = dict(SourceRecord.objects.filter(pk__among=missing).values_list("pk", "values")) if missing else {}
    return {pk: open_values(read[pk] if pk in read else records[pk].values) for pk in wanted}


def _crosses(pair: tuple[int, int], said: set[int], values: Mapping[int, Mapping[str, Any]]) -> bool:
    one, other = (values[pk] for pk in pair)
    return (pair[0] in said and crosses(one, other)) or (pair[1] in said and crosses(other, one))
