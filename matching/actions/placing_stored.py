"""Placing records that were stored first: slice by slice, each in a transaction of its own."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import action
from cmdm.database import waiting as indexes
from cmdm.models import User
from customers import ports
from customers.actions import golden
from customers.models import SourceRecord
from customers.ports import Incoming, PlacedMany
from customers.queries.handed import Handed
from customers.sealing import open_values
from matching.actions import placing_bulk
from matching.actions.placing import place, reserve
from matching.models.key import BLOCKS

SLICE = 1_000
NONE = PlacedMany(0, 0, 0, 0)
MANY = 2_000  # records from which a load is placed as a whole


def place_many(
    records: Sequence[int],
    *,
    actor: User,
    hold: Callable[[], None],
    progress: Callable[[int, int | None, str], None],
    handed: Handed | None = None,
) -> PlacedMany:
    """Find stored records (ids) their customers; those that are placed already are passed over.

    Many are placed as a whole; what that leaves, and few, are placed slice by slice.

    :param handed: what some of them said when they were stored; or what all of them say, which are written with their
        customers, as many of them as can be placed as a whole.
    """
    if handed is not None and not handed.IS_WRITTEN:
        if len(records) < MANY:
            return NONE
        return placing_bulk.place_all(records, actor=actor, hold=hold, progress=progress, handed=handed)
    placed = 0
    founded = linked = asked = 0
    waiting = records
    if len(records) >= MANY:
        whole = placing_bulk.place_all(records, actor=actor, hold=hold, progress=progress, handed=handed)
        placed, founded, linked, asked = whole.records, whole.founded, whole.linked, whole.asked
        rows = SourceRecord.objects.current().filter(pk__among=records, placed_at__isnull=True)
        waiting = list(rows.order_by("pk").values_list("pk", flat=True))
    if waiting:
        indexes.build(BLOCKS)
    for start in range(0, len(waiting), SLICE):
        progress(placed + start, len(records), _("Matching"))
        made = place_slice(waiting[start : start + SLICE], actor=actor, hold=hold)
        founded, linked, asked = founded + made.founded, linked + made.linked, asked + made.asked
    progress(len(records), len(records), _("Matching"))
    return PlacedMany(len(records), founded, linked, asked)


@action
def place_slice(records: Sequence[int], *, actor: User, hold: Callable[[], None]) -> PlacedMany:
    """Place some of them, and derive the customers that they touch."""
    hold()
    waiting = SourceRecord.objects.current().filter(pk__in=records, placed_at__isnull=True).defer("raw", "findings")
    reserve([_incoming(row) for row in waiting])
    rows = list(waiting.locked())
    made = place(rows, actor=actor)
    golden.rebuild_many([one.customer_id for one in made.values()], "customer.changed", actor=actor)
    ports.relinked(dict.fromkeys([row.pk for row in rows], 0), actor=actor, cause="merge")
    founded = sum(one.decision != "link" for one in made.values())
    asked = sum(len(one.candidates) for one in made.values())
    domains = {row.domain_id for row in rows}
    audit.record(actor, "records.placed", domains=domains, counts={"records": len(rows), "founded": founded})
    return PlacedMany(len(rows), founded, len(rows) - founded, asked)


def _incoming(row: SourceRecord) -> Incoming:
    return Incoming(row.source_id, row.key, row.domain_id, row.party_type, open_values(row.compared))
