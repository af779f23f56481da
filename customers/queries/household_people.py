"""Who stands in two households, in short: whoever answers names what he saw, and an answer stands for just that."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from customers.models import HouseholdMember

Ends = tuple[int, int]


def people_of(ends: Iterable[Ends]) -> dict[Ends, str]:
    """Of each pair of households (ids) who stands in them and who of these is one person, as a digest; one query."""
    pairs = list(ends)
    rows = HouseholdMember.objects.standing().filter(household__in={pk for pair in pairs for pk in pair})
    members: dict[int, list[Ends]] = defaultdict(list)
    for household, record, customer in rows.order_by().values_list("household", "record", "record__customer"):
        members[household].append((record, customer or 0))
    return {pair: _digest(pair, members) for pair in pairs}


def _digest(pair: Ends, members: Mapping[int, Collection[Ends]]) -> str:
    persons: dict[int, list[Ends]] = defaultdict(list)
    for household in pair:
        for record, customer in members.get(household, ()):
            persons[customer].append((household, record))
    told = sorted(sorted(mine) for mine in persons.values())
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
