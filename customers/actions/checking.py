"""Files that are looked at before anything of them is taken in: by a worker, where reading them takes long.

Whoever sends a large file is answered at once. A load whose source holds unusual ones waits until its file has been
looked at; then it is held, or it begins. What was cut off is looked at again.
"""

from typing import TYPE_CHECKING

from cmdm import access, audit, events, jobs
from cmdm.actions import action, change_id
from cmdm.jobs import Cancelled
from cmdm.models import User
from customers.actions import unusual
from customers.actions.loading import Hold, locked
from customers.actions.loads import READ_AT_ONCE
from customers.models import Load, LoadCensus
from customers.queries.unusual import foreseen

if TYPE_CHECKING:
    from customers.rules.unusual.census import Census

JOB = "customers.check_file"
WAITING = (Load.State.UPLOADED, Load.State.QUEUED)


@action
def ask_to_check(load: Load, *, actor: User) -> Load:
    """Have a file counted that was too large to be when it came, so that its page tells what is unusual in it.

    Does nothing where it is counted or begun. Refused without ``import``.
    """
    load = locked(load)
    access.require(actor, "import", load)
    if load.size <= READ_AT_ONCE or not is_uncounted(load) or load.job_id is not None:
        return load
    load.job, load.change = jobs.enqueue(JOB, actor=actor, domain=load.domain, load=str(load.pk)), change_id()
    load.save(update_fields=["job", "change"])
    audit.record(actor, "load.check_asked", load)
    return load


def is_uncounted(load: Load) -> bool:
    """Nothing of it was taken in, and nobody has read it to its end."""
    return load.state in WAITING and load.position.get("total") is None


@action
def keep_count(load: Load, census: "Census", *, actor: User, hold: Hold) -> Load:
    """Keep what a file holds that was counted beforehand; nothing of one that began meanwhile. Refuses nothing."""
    hold()
    load = locked(load)
    if is_uncounted(load):
        load.position, load.change = {**load.position, "total": census.rows}, change_id()
        load.save(update_fields=["position", "change"])
        unusual.note(load, census, actor=actor)
    return load


@action
def settle(load: Load, census: "Census | None", *, actor: User, hold: Hold) -> Load:
    """Hold a load that differs from those before, or let it begin; once.

    :param census: what its file holds, where it was counted for that. :raises Cancelled: it was stopped meanwhile.
    """
    hold()
    load = locked(load)
    if load.state not in WAITING:
        raise Cancelled
    if not load.is_unchecked:
        return load
    if census is not None:
        load.position = {**load.position, "total": census.rows}
        unusual.keep_census(load, census)
    found = len(foreseen(load).findings)
    load.position = {name: said for name, said in load.position.items() if name != "unchecked"}
    load.position["unusual"] = bool(found)
    load.change = change_id()
    if load.is_held:
        # Whoever approved it before has not seen what is unusual.
        load.state, load.asked_by, load.approved_by, load.job = Load.State.UPLOADED, load.started_by, None, None
        events.emit("load.held", load=str(load.pk), source=load.source_id, domain=load.domain_id)
    load.save(update_fields=["position", "state", "asked_by", "approved_by", "job", "change"])
    audit.record(actor, "load.checked", load, counts={"unusual": found})
    return load


def has_census(load: Load) -> bool:
    """Whether the figures of its file are at hand."""
    return LoadCensus.objects.filter(load=load).exists()
