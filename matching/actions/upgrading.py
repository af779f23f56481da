"""After an upgrade: what an earlier edition of the engine made of records is made anew."""

from cmdm import jobs
from cmdm.actions import action
from cmdm.models import Job, User
from customers.models import SourceRecord
from matching.actions.models import REKEY
from matching.queries.models import InForce, models_coming, models_in_force
from matching.queries.prepared import with_lines


@action
def catch_up(*, actor: User) -> list[Job]:
    """Ask for the keys and preparations of all records anew where an earlier edition made them; once."""
    waiting = Job.objects.filter(name=REKEY, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    if models_coming() or waiting.exists():
        return []
    return [
        jobs.enqueue(REKEY, actor=actor, party=party)
        for party, chosen in models_in_force().items()
        if _is_behind(party, chosen)
    ]


def _is_behind(party: str, chosen: InForce) -> bool:
    """The walk goes by id and leaves no gap: its ends tell. Two queries."""
    rows = SourceRecord.objects.current().filter(party_type=party, about__isnull=True, placed_at__isnull=False)
    ends = [with_lines(rows, {party: chosen}).order_by(order).first() for order in ("pk", "-pk")]
    return any(record is not None and record.kept_line is None for record in ends)
