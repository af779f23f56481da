"""After an upgrade: what an earlier edition of the engine made of records is made anew."""

from cmdm import audit, jobs
from cmdm.actions import action
from cmdm.models import Job, User
from customers.actions import laying
from customers.models import SourceRecord
from matching.queries.models import REKEY, models_coming, models_in_force, tidying_keys
from matching.queries.prepared import with_lines

ENDS = 100  # records of either end of the walk that are looked at


@action
def catch_up(*, actor: User) -> list[Job]:
    """Ask for the keys and preparations of all records anew where an earlier edition made them; once.

    So it is where something was corrected before corrections were compared.
    """
    if models_coming() or tidying_keys():
        return []
    corrected = laying.lay_missing(actor=actor)
    if not corrected and not _is_behind():
        return []
    made = [jobs.enqueue(REKEY, actor=actor, party=party) for party in models_in_force()]
    audit.record(actor, "keys.renewing_asked", counts={"jobs": len(made)})
    return made


def _is_behind() -> bool:
    """The walk goes by id and leaves no gap, so its ends tell; two queries, by the primary key whoever is rare."""
    rows = SourceRecord.objects.current().filter(about__isnull=True, placed_at__isnull=False)
    kept = with_lines(rows, models_in_force()).values_list("kept_line", flat=True)
    return any(line is None for order in ("pk", "-pk") for line in kept.order_by(order)[:ENDS])
