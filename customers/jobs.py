"""Work of the customers app that takes long. A load runs the same whether a job or a command runs it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.errors import Invalid, Refused
from cmdm.logs import Log
from cmdm.models import User
from customers.actions import absences, checking, export_files, loading, rebuilding, unusual, unusual_values
from customers.actions.loads import JOB, counted, invalid, refusal
from customers.actions.pins import end_due
from customers.actions.rows import rows_of
from customers.actions.suggesting import counting
from customers.models import Customer, ExportFile, Load, Source
from customers.queries.files import bound, reader_of
from customers.queries.goldens import REBUILD
from customers.queries.suggesting.worklist import JOB as SUGGEST
from customers.queries.unusual_values import JOB as VALUES
from customers.rules.batching import batches
from customers.rules.broken import BrokenFile
from customers.rules.mapping import BadMapping

log = Log("customers.jobs")
BATCH = 1_000
LARGE = 20_000  # rows from which a file is stored first and placed as a whole
SLAB = 20_000
IN_COLUMNS = "customers.actions.filling.fill"  # imported for a large file: it needs much that a small one does not
TURNS = 15
TURN_SECONDS = 1.0
_LOCK_SPACE = 0x6C64  # first half of the two-part advisory lock: one loader a source
Progress = Callable[..., None]


@jobs.job(JOB)
def load_file(job: jobs.Running) -> dict[str, Any]:
    """Take in the file of a load from where it stands; its account."""
    load = Load.objects.select_related("source").get(pk=job.arguments["load"])
    if load.job_id != job.id:
        return {}  # it was held, or begun anew by another
    done = run(load, actor=job.actor, hold=job.hold, progress=job.progress)
    return loading.account(done)


@jobs.job(checking.JOB)
def check_file(job: jobs.Running) -> dict[str, Any]:
    """Count a large file before it begins; how many rows it has."""
    load = Load.objects.filter(pk=job.arguments["load"]).first()
    if load is None or not checking.is_uncounted(load):
        return {}
    job.progress(0, None, _("Reading"))
    census = counted(load)
    checking.keep_count(load, census, actor=job.actor, hold=job.hold)
    return {"rows": census.rows}


@jobs.job("customers.end_due")
def end_due_pins(job: jobs.Running) -> dict[str, Any]:
    """End the pins whose last day is over."""
    return {"ended": end_due(actor=job.actor)}


@jobs.job(SUGGEST)
def suggest(job: jobs.Running) -> dict[str, Any]:
    """Count what customers' records say, and find what it can fill."""
    found = counting.count(actor=job.actor, hold=job.hold, report=job.progress)
    return {"customers": found.customers, "found": found.found}


@jobs.job(VALUES)
def look_at_values(job: jobs.Running) -> dict[str, Any]:
    """Look for unusual values, rule by rule from where it stands; a step that was cut off begins anew."""
    new = 0
    for place, (covered, find) in enumerate(unusual_values.STEPS):
        if place >= job.row.done:
            job.progress(place, len(unusual_values.STEPS), _("Looking for unusual values"))
            new += unusual_values.settle(covered, find(), actor=job.actor, hold=job.hold)
    return {"new": new}


@jobs.job(REBUILD)
def derive_anew(job: jobs.Running) -> dict[str, Any]:
    """Derive all customers anew, from where it stands: the number done is the last customer's id."""
    last, after = Customer.objects.order_by("-pk").values_list("pk", flat=True).first(), job.row.done
    terms = bool(job.arguments.get("terms"))
    while (done := rebuilding.rebuild_next(after, actor=job.actor, hold=job.hold, terms=terms)) is not None:
        after = done
        job.progress(after, last, _("Deriving golden values"))
    return {}


@jobs.job(export_files.JOB)
def write_export(job: jobs.Running) -> dict[str, Any]:
    """Write an export file from where it stands, page by page; how many rows it has."""
    file = ExportFile.objects.filter(pk=job.arguments["export"]).first()
    if file is None:
        raise Refused(_("The file has expired."))
    try:
        while file.finished_at is None:
            job.progress(file.rows, file.expected or None, _("Writing"))
            file = export_files.write_next(file, actor=job.actor, hold=job.hold)
    except PermissionDenied as denied:
        raise Refused(_("The right to export was withdrawn.")) from denied
    job.progress(file.rows, file.expected, _("Writing"))
    return {"rows": file.rows}


def run(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> Load:
    """Take in a file, batch by batch, one loader a source at a time; however it ends, the load says so.

    :raises Refused: the file or its mapping cannot be used, or too much would be closed.
    :raises jobs.HandOn: the source's turn is not free, or the slice of time is used.
    """
    try:
        with _turn(load.source, progress):
            if load.is_unchecked and _is_held(load, actor=actor, hold=hold, progress=progress):
                return Load.objects.select_related("source").get(pk=load.pk)
            load = loading.begin(load, actor=actor, hold=hold)
            if load.state != Load.State.DONE:
                load = _take_in(load, actor=actor, hold=hold, progress=progress)
                load = loading.end(load, Load.State.DONE, actor=actor, hold=hold)
            _compare(load, actor=actor)
            return load
    except (jobs.Fenced, jobs.HandOn):
        raise
    except jobs.Cancelled:
        with suppress(jobs.Fenced):
            loading.end(load, Load.State.STOPPED, actor=actor, hold=hold)
        raise
    except Exception as error:
        with suppress(jobs.Fenced, DatabaseError):
            loading.end(load, Load.State.FAILED, actor=actor, hold=hold, error=_sentence(error))
        if isinstance(error, PermissionDenied | BrokenFile | BadMapping):
            raise Refused(_sentence(error)) from error
        raise


def _is_held(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> bool:
    """Whether somebody else has to look at it first. A file that cannot be read is told of where it is taken in."""
    progress(0, None, _("Checking"))
    try:
        census = None if checking.has_census(load) else counted(load)
    except Refused:
        census = None
    return checking.settle(load, census, actor=actor, hold=hold).waits_for_second


def _compare(load: Load, *, actor: User) -> None:
    """Compare it with the loads before. What is in stays in, whatever comes of that."""
    try:
        unusual.judge(load, actor=actor)
    except Exception as error:
        log.exception("load not compared", load=str(load.pk), error_class=type(error).__name__)


def _take_in(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> Load:
    """The file to its end, and then what it lacks. A large file is stored first and placed as a whole."""
    if load.position.get("total") is None:
        progress(0, None, _("Reading"))
        census = counted(load)
        load = loading.note_size(load, actor=actor, rows=census.rows, hold=hold)
        unusual.note(load, census, actor=actor)
    if load.position["total"] >= LARGE:
        load = import_string(IN_COLUMNS)(load, SLAB, actor=actor, hold=hold, progress=progress)
    else:
        load = _take_batches(load, actor=actor, hold=hold, progress=progress)
    if load.mode == Load.Mode.REPLACE:
        load = _close_absent(load, actor=actor, hold=hold, progress=progress)
    return load


def _take_batches(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> Load:
    start = load.position.get("line", 0)
    reader = reader_of(load, start=start)
    mapping = bound(load, reader.header)
    for batch in batches(reader, BATCH, start=start):
        progress(*loading.progress_of(load), _("Taking in"))
        rows = rows_of(batch.rows, mapping, reader.header)
        load = loading.take_batch(load, batch, rows, actor=actor, hold=hold)
    progress(*loading.progress_of(load), _("Taking in"))
    return load


def _close_absent(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> Load:
    with absences.staged(load) as absent:
        loading.refuse_emptying(load, absent)
        closed = 0
        while keys := absences.next_absent(load, BATCH):
            progress(closed, absent.closing, _("Closing"))
            load = loading.close_absent(load, keys, actor=actor, hold=hold)
            closed += len(keys)
    return load


def _sentence(error: Exception) -> str:
    if isinstance(error, Refused):
        return str(error.sentence)
    if isinstance(error, PermissionDenied):
        return _("The right to import was withdrawn.")
    if isinstance(error, BrokenFile):
        return str(refusal(error).sentence)
    if isinstance(error, BadMapping):
        return " ".join(sentence for sentences in invalid(error).errors.values() for sentence in sentences)
    if isinstance(error, Invalid):
        return str(error)
    return _("Unexpected fault (%s).") % type(error).__name__


@contextmanager
def _turn(source: Source, progress: Progress) -> Iterator[None]:
    """Inside, no other process loads into the source; a worker that waits too long hands its work on."""
    for _attempt in range(TURNS):
        progress(0, None, _("Waiting for another load of this source"))
        if _ask("pg_try_advisory_lock", source):
            break
        time.sleep(TURN_SECONDS)
    else:
        raise jobs.HandOn
    try:
        yield
    finally:
        with suppress(DatabaseError):
            _ask("pg_advisory_unlock", source)


def _ask(function: str, source: Source) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCK_SPACE, source.pk])
        return bool(cursor.fetchone()[0])
