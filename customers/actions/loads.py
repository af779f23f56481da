"""Loads: a file is uploaded, mapped, looked at, started, stopped, and its refused rows are dealt with."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, history, jobs
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Job, User
from customers.actions import unusual
from customers.actions.absences import staged
from customers.actions.loading import forget_file, locked, refuse_emptying
from customers.models import Load, LoadCensus, LoadChunk, RejectedRow, Source
from customers.queries.catalogue import catalogue
from customers.queries.files import CHUNK_BYTES, context, mapping_of, unescaping
from customers.queries.rejects import mendable_file
from customers.queries.unusual import foreseen
from customers.rules import guessing, mapping
from customers.rules.broken import BrokenFile
from customers.rules.reading import Reader, Row, read

if TYPE_CHECKING:
    from customers.rules.unusual.census import Census

JOB = "customers.load"
SAMPLE = 200
COUNTED = "customers.queries.slabs.census_of"  # imported for a file: it needs much that other pages do not
# A file up to this size is read to its end at once, so that a fault in its last line is told before anything is done.
READ_AT_ONCE = 32 * 1024 * 1024
PREPARED = ("position", "state", "error", "finished_at", "started_by", "asked_by", "approved_by", "job", "change")
# As bytes: written as text a megabyte takes five times as long.
_CHUNKS = "COPY customers_loadchunk (load_id, number, sealed) FROM STDIN (FORMAT binary)"
ENDED = (Load.State.DONE, Load.State.FAILED, Load.State.STOPPED)


@action
def upload(source: Source, stream: BinaryIO, *, actor: User, file_name: str) -> Load:
    """Store a file, sealed, and propose a mapping. Refused without ``import``, when too large, or when it is no CSV."""
    access.require(actor, "import", source)
    if source.role != Source.Role.SYSTEM:
        raise Refused(_("Only a system's source takes files."))
    if stream.seekable():
        stream.seek(0)
    head = _piece(stream)
    opened = _opened(head)
    load = Load(
        source=source,
        domain_id=source.domain_id,
        file_name=shown_name(file_name),
        header=opened.header,
        started_by=actor,
        change=change_id(),
        file_digest=b"",
    )
    load.mapping = _proposed(source, opened)
    load.save()
    _store(load, head, stream)
    if load.size <= READ_AT_ONCE:
        census = counted(load)
        load.position = {"total": census.rows}
        unusual.keep_census(load, census)
    load.save(update_fields=["size", "file_digest", "position"])
    audit.record(actor, "load.uploaded", load, counts={"bytes": load.size})
    return load


def shown_name(file_name: str) -> str:
    """A file's own name as it may be shown: no folders, no control or direction characters."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in unicodedata.normalize("NFC", name) if sign.isprintable())[:120]


def _piece(stream: BinaryIO) -> bytes:
    """The next megabyte; a stream may hand out less at a time."""
    piece = b""
    while len(piece) < CHUNK_BYTES and (more := stream.read(CHUNK_BYTES - len(piece))):
        piece += more
    return piece


def _opened(head: bytes) -> Reader:
    try:
        return unescaping(read(io.BytesIO(head)))
    except BrokenFile as fault:
        raise refusal(fault) from fault


def refusal(fault: BrokenFile) -> Refused:
    """The fault of a file, for whoever sent it."""
    place = {name: fault.params[name] for name in ("line", "column") if fault.params.get(name)}
    return Refused(_(fault.msgid) % fault.params, code=fault.code, **place)


def _proposed(source: Source, opened: Reader) -> dict[str, Any]:
    """The saved mapping when it fits the header; else a guess, with what was saved for the columns that are there."""
    known, saved, header = catalogue().mappable, source.mapping, opened.header
    if saved and not mapping.check(saved, known, header):
        return dict(saved)
    guessed = guessing.guess(header, _sample(opened), known).mapping
    if saved:
        kept = {name: path for name, path in saved.get("columns", {}).items() if name in header}
        guessed["columns"] = {**guessed["columns"], **kept}
        guessed["key"] = saved["key"] if saved.get("key") in header else guessed["key"]
        guessed["columns"].pop(guessed["key"], None)
    return guessed


def _sample(opened: Reader) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in islice(opened, SAMPLE):
            if isinstance(row, Row):
                found.append(row.values)
    except BrokenFile:
        # The head of a large file may end within a row; a real fault is told when the whole is read.
        return found
    return found


def _store(load: Load, head: bytes, stream: BinaryIO) -> None:
    """The file in sealed pieces of one megabyte; the digest chains those of the pieces."""
    number, digest, piece = 0, b"", head
    with connection.cursor() as cursor, cursor.copy(_CHUNKS) as chunks:
        chunks.set_types(["uuid", "int4", "bytea"])
        while piece:
            load.size += len(piece)
            if load.size > settings.UPLOAD_MAX_BYTES:
                raise refusal(BrokenFile("too_large", limit=settings.UPLOAD_MAX_BYTES))
            digest = crypto.digest(digest + crypto.digest(piece, "file"), "file")
            chunks.write_row((load.pk, number, crypto.seal_bytes(piece, context(load, number))))
            number, piece = number + 1, _piece(stream)
    load.file_digest = digest


def counted(load: Load) -> "Census":
    """Read the file to its end: how many rows it has, and what its columns hold.

    :raises Refused: it cannot be read as a whole; the sentence names line and column.
    """
    try:
        census: Census = import_string(COUNTED)(load)
        return census
    except BrokenFile as fault:
        raise refusal(fault) from fault


@action
def set_mapping(load: Load, chosen: Mapping[str, Any], mode: str, *, actor: User) -> Load:
    """Say what the columns mean; kept for the source's next file. Refused once it runs; Invalid names each fault."""
    load = locked(load)
    access.require(actor, "import", load)
    if load.state != Load.State.UPLOADED:
        raise Refused(_("The mapping of a load stays as it was started."))
    if mode not in Load.Mode.values:
        raise Invalid({"mode": [_("The mode is upsert or replace.")]})
    load.mapping = _checked(chosen, load.header)
    load.mode, load.change = mode, change_id()
    load.asked_by = load.approved_by = None
    load.save(update_fields=["mapping", "mode", "asked_by", "approved_by", "change"])
    _remember(load)
    audit.record(actor, "load.mapped", load)
    return load


def _checked(chosen: Mapping[str, Any], header: Sequence[str]) -> dict[str, Any]:
    if not isinstance(chosen, dict):
        raise Invalid({"mapping": [_(mapping.SENTENCES["shape"])]})
    try:
        return mapping.Mapping.from_dict(chosen, catalogue().mappable, header).to_dict()
    except mapping.BadMapping as bad:
        raise invalid(bad) from bad


def invalid(bad: mapping.BadMapping) -> Invalid:
    """The faults of a mapping by the column, constant or part that has them."""
    errors: dict[str, list[str]] = {}
    for fault in bad.faults:
        named = f"columns.{fault.column}" if fault.column else f"constants.{fault.path}" if fault.path else ""
        place = (
            "key" if fault.code.startswith("key_") else named or ("date_order" if fault.code == "date_order" else "")
        )
        errors.setdefault(place or "mapping", []).append(_(fault.msgid) % fault.params)
    return Invalid(errors)


def _remember(load: Load) -> None:
    source = Source.objects.select_for_update(of=("self",)).get(pk=load.source_id)
    if source.mapping != load.mapping:
        source.mapping, source.change = load.mapping, change_id()
        source.save(update_fields=["mapping", "change"])
        history.keep(Source, [source.pk], history.CHANGED)


@action
def start(load: Load, *, actor: User, confirmed: bool = False) -> Load:
    """Queue a load, or one that was stopped, failed or cut off: it goes on where it was.

    A large one waits for a second person. Refused while it runs, when it is done, when its file is gone,
    and when too much would be closed.

    :param confirmed: a person agreed that a full file closes more than a fifth of the open records.
    """
    load = prepare_run(load, actor=actor, confirmed=confirmed)
    if not load.waits_for_second:
        queue(load)
    audit.record(actor, _begun(load), load)
    return load


def queue(load: Load) -> None:
    """Have a prepared load done in the background, in the name of who started it."""
    load.state = Load.State.QUEUED
    load.job = jobs.enqueue(JOB, actor=load.started_by, domain=load.domain, load=str(load.pk))
    load.save(update_fields=["state", "job"])


@action
def prepare_run(load: Load, *, actor: User, confirmed: bool = False) -> Load:
    """Make a load ready to run in this process or in a job. Refused as :func:`start` says."""
    load = locked(load)
    access.require(actor, "import", load)
    if load.state == Load.State.DONE:
        raise Refused(_("This load is done."))
    if load.state in (Load.State.QUEUED, Load.State.RUNNING) and not _is_abandoned(load):
        raise Refused(_("This load is running already."))
    if not load.chunks.exists():
        raise Refused(_("The file of this load has been deleted."))
    try:
        mapping_of(load)
    except mapping.BadMapping as bad:
        raise invalid(bad) from bad
    if confirmed and not load.position.get("confirmed"):
        load.approved_by = None
    load.position = {**load.position, "confirmed": confirmed or bool(load.position.get("confirmed"))}
    _refuse_emptying(load)
    _hold_unusual(load)
    if load.approved_by_id is None:
        load.asked_by = actor if load.needs_second else None
    load.state, load.error, load.finished_at = Load.State.UPLOADED, "", None
    load.started_by, load.job, load.change = actor, None, change_id()
    load.save(update_fields=PREPARED)
    audit.record(actor, _begun(load), load)
    return load


def _begun(load: Load) -> str:
    return "load.second_asked" if load.waits_for_second else "load.started"


def _refuse_emptying(load: Load) -> None:
    """A full file that lacks too much is refused before its first row is taken in; a very large one at its end."""
    if load.mode == Load.Mode.REPLACE and load.size <= READ_AT_ONCE:
        with staged(load) as absent:
            refuse_emptying(load, absent)


def _hold_unusual(load: Load) -> None:
    """A load that differs from those before waits for a second person, where its source wants that.

    A file that nobody has read to its end is looked at by a worker.
    """
    known = {name: said for name, said in load.position.items() if name not in ("unusual", "unchecked")}
    if load.source.hold_unusual and not load.rows:
        counted_ = LoadCensus.objects.filter(load=load).exists()
        known |= {"unusual": bool(foreseen(load).findings)} if counted_ else {"unchecked": True}
    load.position = known


def _is_abandoned(load: Load) -> bool:
    """It says that it runs, but its job has ended (its worker died too often) or it never had one."""
    job = Job.objects.filter(pk=load.job_id).first() if load.job_id else None
    return job is None or job.is_over


@action
def stop(load: Load, *, actor: User) -> Load:
    """Stop a load after its present batch; what it took in stays. Refused when it neither waits nor runs."""
    load = locked(load)
    access.require(actor, "import", load)
    if load.state not in (Load.State.QUEUED, Load.State.RUNNING):
        raise Refused(_("This load is not running."))
    job = load.job
    if job is not None and not job.is_over:
        jobs.cancel(job, actor=actor)
        job.refresh_from_db()
    # What waits for its turn or to be looked at has not begun: its worker finds that it was stopped.
    if job is None or job.state != Job.State.RUNNING or load.state == Load.State.QUEUED:
        load.state, load.finished_at, load.change = Load.State.STOPPED, clock.now(), change_id()
        load.save(update_fields=["state", "finished_at", "change"])
    audit.record(actor, "load.stopped", load)
    return load


@action
def discard(load: Load, *, actor: User) -> None:
    """Delete the file, and a load that never ran altogether; refused rows are settled. Refused while it runs."""
    load = locked(load)
    access.require(actor, "import", load)
    if load.state in (Load.State.QUEUED, Load.State.RUNNING):
        raise Refused(_("Stop the load first."))
    audit.record(actor, "load.discarded", load)
    if load.state == Load.State.UPLOADED and not load.rows:
        load.delete()
        return
    settle(list(load.rejects.filter(settled_at__isnull=True)), actor=actor)
    LoadChunk.objects.filter(load=load).delete()
    unusual.forget(load)


@action
def note_trial(source: Source | None, *, actor: User, rows: int) -> None:
    """Enter in the log that a file was tried, of which nothing was kept. Refused without ``import``."""
    if source is not None:
        access.require(actor, "import", source)
    audit.record(actor, "load.tried", source, counts={"rows": rows})


@action
def settle(rows: Sequence[RejectedRow], *, actor: User) -> int:
    """Note that refused rows have been dealt with; their content is deleted, line and reason stay. Returns how many."""
    chosen = RejectedRow.objects.filter(pk__in=[row.pk for row in rows], settled_at__isnull=True)
    held = list(chosen.select_for_update().order_by("pk").defer("sealed"))
    if not held:
        return 0
    access.require(actor, "import", *held)
    RejectedRow.objects.filter(pk__in=[row.pk for row in held]).update(
        settled_at=clock.now(), settled_by=actor, sealed=b"", change=change_id()
    )
    for load in Load.objects.filter(pk__in={row.load_id for row in held if row.load_id}):
        forget_file(load, actor=actor)
    audit.record(
        actor, "rejects.settled", held[0].load, domains={row.domain_id for row in held}, counts={"rows": len(held)}
    )
    return len(held)


@action
def reload(load: Load, *, actor: User) -> Load:
    """A new load made of the refused rows of an ended one, for another try after mapping or catalogue were mended.

    Rows whose columns do not fit the header, and those whose key came again later, stay. Refused when there are none.
    """
    load = locked(load)
    access.require(actor, "import", load)
    if load.state not in ENDED:
        raise Refused(_("This load is still running."))
    rows, content = mendable_file(load)
    if not rows:
        raise Refused(_("There is no refused row that could be tried again."))
    again = upload(load.source, io.BytesIO(content), actor=actor, file_name=load.file_name)
    again.mapping = load.mapping
    again.save(update_fields=["mapping"])
    settle(rows, actor=actor)
    audit.record(actor, "load.reloaded", again, counts={"rows": len(rows)})
    return again
