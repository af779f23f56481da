"""Customers that no machine may join, as a rehearsal sees them: by their own word, or by identifiers that differ."""

from customers.models import SourceRecord
from matching.engine.bulk.lists import Ints
from matching.engine.clustering import Pair
from matching.engine.comparing import conflict
from matching.queries.asserted import crossings, portal_sources
from matching.queries.snapshots import Snapshot


def barred(snapshot: Snapshot, left: Ints, right: Ints) -> set[Pair]:
    """Of pairs of rows in two customers each those (by customer) that a person must decide; two queries at most."""
    owner, ids = snapshot.customers.tolist(), snapshot.columns.ids.tolist()
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    found = [(i, j) for i, j in pairs if conflict(snapshot.model, snapshot.features(i), snapshot.features(j))]
    said = _of_portal()
    told = {(ids[i], ids[j]): (i, j) for i, j in pairs if not said.isdisjoint((ids[i], ids[j]))}
    if told:
        rows = SourceRecord.objects.only("source", "values").in_bulk({end for pair in told for end in pair})
        found += [told[pair] for pair in crossings(told, rows)]
    return {(min(owner[i], owner[j]), max(owner[i], owner[j])) for i, j in found}


def _of_portal() -> set[int]:
    """The records in which somebody speaks for himself."""
    own = portal_sources()
    return set(SourceRecord.objects.current().filter(source__in=own).values_list("pk", flat=True)) if own else set()
