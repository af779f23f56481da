"""Background work: a row owns the state, django-q2 only carries its id.

A job is claimed by compare-and-swap with a fencing number, beats while it runs, and commits its steps only while
it holds the fence. A killed worker's job is taken up again by the sweep; after three attempts it ends as failed
with the reason. A long job hands itself on after two minutes, so that no task outlives the queue's time limit.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from cmdm import audit, clock
from cmdm.actions import action, origin
from cmdm.errors import Refused
from cmdm.logs import Log
from cmdm.models import Domain, Job, User
from cmdm.models.job import LEADS, TITLES

log = Log("cmdm.jobs")
Work = Callable[["Running"], dict[str, Any] | None]
_work: dict[str, Work] = {}
_homes: list[str] = []
ATTEMPTS = 3
BEAT_SECONDS = 5
STALE = timedelta(seconds=40)
LOST = timedelta(seconds=90)
SLICE_SECONDS = 120


class Fenced(Exception):
    """Another worker has taken the job over; this one must not write any more."""


class Cancelled(Exception):
    """Somebody asked to stop."""


class HandOn(Exception):
    """The slice of time is used; the job goes on in a new task."""


def job(name: str) -> Callable[[Work], Work]:
    """Register the work of a job name."""

    def register(work: Work) -> Work:
        _work[name] = work
        return work

    return register


def at(module: str) -> None:
    """Name a module that registers work. It is imported where work runs, for it may need much that pages do not."""
    _homes.append(module)


def entitle(titles: Mapping[str, Any]) -> None:
    """Say what people call the work of these names, translated when shown."""
    TITLES.update(titles)


def lead(names: Iterable[str], page: Callable[[Job], str]) -> None:
    """Say which page (its address) shows what came of work of these names."""
    LEADS.update(dict.fromkeys(names, page))


def _work_of(name: str) -> Work:
    if name not in _work:
        for module in _homes:
            import_module(module)
    return _work[name]


@action
def enqueue(name: str, *, actor: User, domain: Domain | None = None, **arguments: Any) -> Job:
    """Ask for work; it starts when the transaction commits.

    :param arguments: ids and codes only, JSON.
    """
    row = Job.objects.create(name=name, requested_by=actor, domain=domain, arguments=arguments)
    async_task("cmdm.jobs.run", str(row.pk), task_name=name)
    audit.record(actor, "job.asked", row)
    return row


@action
def cancel(row: Job, *, actor: User) -> None:
    """Ask a job to stop at its next step. Refused when it has ended."""
    row = Job.objects.select_for_update().get(pk=row.pk)
    if row.is_over:
        raise Refused(_("This job has already ended."))
    row.cancel_requested = True
    row.save(update_fields=["cancel_requested"])
    if row.state == Job.State.QUEUED and row.attempt == 0:
        _end(row.pk, row.fence, Job.State.CANCELLED)
    audit.record(actor, "job.stopped", row)


class Running:
    """A claimed job, as its work sees it."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.id = row.pk
        self.fence = row.fence
        self.actor = row.requested_by
        self.arguments: dict[str, Any] = row.arguments
        self._until = time.monotonic() + SLICE_SECONDS

    def progress(self, done: int, total: int | None = None, phase: str = "") -> None:
        """Report and ask whether to go on; call it between steps, outside their transactions.

        :raises Fenced: another worker has the job. :raises Cancelled: stop. :raises HandOn: the slice is used.
        """
        fields: dict[str, Any] = {"done": done, "heartbeat": clock.now(), "attempt": 1}
        if total is not None:
            fields["total"] = total
        if phase:
            fields["phase"] = phase
        if not self._mine().update(**fields):
            raise Fenced
        if self._mine().filter(cancel_requested=True).exists():
            raise Cancelled
        if time.monotonic() > self._until:
            raise HandOn

    def hold(self) -> None:
        """Inside a step's transaction: lock the job's row, so that only the fence's holder commits.

        :raises Fenced: another worker has the job.
        """
        if not self._mine().select_for_update().exists():
            raise Fenced

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.id, fence=self.fence, state=Job.State.RUNNING)


def run(job_id: str) -> None:
    """What the queue calls. Never raises for the work's own errors: they end in the row."""
    row = _claim(job_id)
    if row is None:
        return
    running = Running(row)
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(running.id, running.fence, stop), daemon=True)
    beat.start()
    try:
        with origin("job"):
            result = _work_of(row.name)(running)
        _end(row.pk, row.fence, Job.State.DONE, result=result or {})
    except HandOn:
        if Job.objects.filter(pk=row.pk, fence=row.fence).update(state=Job.State.QUEUED, heartbeat=clock.now()):
            async_task("cmdm.jobs.run", job_id, task_name=row.name)
    except Cancelled:
        _end(row.pk, row.fence, Job.State.CANCELLED)
    except Fenced:
        log.warning("job fenced", job=job_id)
    except Refused as refusal:
        _end(row.pk, row.fence, Job.State.FAILED, error=str(refusal.sentence))
    except Exception as error:
        log.exception("job failed", job=job_id, name=row.name)
        _end(row.pk, row.fence, Job.State.FAILED, error=_("Unexpected fault (%s).") % type(error).__name__)
    finally:
        stop.set()
        beat.join(timeout=BEAT_SECONDS)


def _claim(job_id: str) -> Job | None:
    now = clock.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, heartbeat__lt=now - STALE)
    with transaction.atomic():
        row = Job.objects.select_for_update(of=("self",)).select_related("requested_by").filter(free, pk=job_id).first()
        if row is None:
            return None
        if row.cancel_requested:
            _end(row.pk, row.fence, Job.State.CANCELLED)
            return None
        if row.attempt >= ATTEMPTS:
            reason = _("Its worker died %(count)d times in the same step.") % {"count": row.attempt}
            _end(row.pk, row.fence, Job.State.FAILED, error=reason)
            return None
        row.attempt += 1
        row.fence += 1
        row.state, row.heartbeat, row.started_at = Job.State.RUNNING, now, row.started_at or now
        row.save(update_fields=["attempt", "fence", "state", "heartbeat", "started_at"])
        return row


def _end(pk: Any, fence: int, state: str, *, error: str = "", result: dict[str, Any] | None = None) -> None:
    Job.objects.filter(pk=pk, fence=fence).update(
        state=state, error=error[:300], result=result or {}, finished_at=clock.now()
    )


def _beat(job_id: Any, fence: int, stop: threading.Event) -> None:
    try:
        while not stop.wait(BEAT_SECONDS):
            Job.objects.filter(pk=job_id, fence=fence).update(heartbeat=clock.now())
    finally:
        connection.close()


def sweep() -> int:
    """Hand to the queue what a dead worker left and what the queue lost; the number handed on."""
    now = clock.now()
    dead = Q(state=Job.State.RUNNING, heartbeat__lt=now - STALE)
    lost = Q(state=Job.State.QUEUED) & (
        Q(heartbeat__lt=now - LOST) | Q(heartbeat__isnull=True, created_at__lt=now - LOST)
    )
    rows = list(Job.objects.filter(dead | lost).values_list("pk", "name"))
    for pk, name in rows:
        async_task("cmdm.jobs.run", str(pk), task_name=name)
    Job.objects.filter(pk__in=[pk for pk, _name in rows], state=Job.State.QUEUED).update(heartbeat=now)
    return len(rows)
