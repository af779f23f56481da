"""Work of the customers app that takes long. A load runs the same whether a job or a command runs it."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.database import waiting
from cmdm.database.beside import beside
from cmdm.errors import Invalid, Refused
from cmdm.models import User
from customers import ports
from customers.actions import absences, export_files, loading, rebuilding, storing
from customers.actions.loads import JOB, count_rows, invalid, refusal
from customers.actions.pins import end_due
from customers.actions.preparers import Preparers, preparers
from customers.actions.preparing_columns import Fresh, fits, names_told
from customers.actions.received import Outcome, Received
from customers.actions.rows import Rows, rows_of
from customers.actions.storing import InColumns
from customers.actions.unchanged import Said, keys_of, rest_of, rows_in
from customers.models import Customer, ExportFile, Load, Source
from customers.queries.catalogue import catalogue
from customers.queries.files import bound, reader_of, slabs_of
from customers.queries.goldens import REBUILD
from customers.queries.handed import Handed, handing
from customers.rules.applying import Bound
from customers.rules.batching import Batch, ahead, batches
from customers.rules.broken import BrokenFile
from customers.rules.mapping import BadMapping
from customers.rules.reading import RejectedRow, Row
from customers.rules.slabs import Slab

BATCH = 1_000
LARGE = 20_000  # rows from which a file is stored first and placed as a whole
SLAB = 20_000
TURNS = 15
TURN_SECONDS = 1.0
TERMS = ("search_term", "one_term_a_record")
_LOCK_SPACE = 0x6C64  # first half of the two-part advisory lock: one loader a source
Progress = Callable[..., None]


@jobs.job(JOB)
def load_file(job: jobs.Running) -> dict[str, Any]:
    """Take in the file of a load from where it stands; its account."""
    load = Load.objects.select_related("source").get(pk=job.arguments["load"])
    done = run(load, actor=job.actor, hold=job.hold, progress=job.progress)
    return loading.account(done)


@jobs.job("customers.end_due")
def end_due_pins(job: jobs.Running) -> dict[str, Any]:
    """End the pins whose last day is over."""
    return {"ended": end_due(actor=job.actor)}


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
            load = loading.begin(load, actor=actor, hold=hold)
            if load.state == Load.State.DONE:
                return load
            load = _take_in(load, actor=actor, hold=hold, progress=progress)
            return loading.end(load, Load.State.DONE, actor=actor, hold=hold)
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


def _take_in(load: Load, *, actor: User, hold: loading.Hold, progress: Progress) -> Load:
    """The file to its end, and then what it lacks. A large file is stored first and placed as a whole."""
    if load.position.get("total") is None:
        progress(0, None, _("Reading"))
        load = loading.note_size(load, actor=actor, rows=count_rows(load), hold=hold)
    if load.position["total"] >= LARGE:
        with _indexes_set_aside(load), handing(names_told(catalogue())) as handed:
            load = _store(load, actor=actor, hold=hold, progress=progress, handed=handed)
            with _terms_built():
                _place(load, actor=actor, hold=hold, progress=progress, handed=handed)
    else:
        load = _take_batches(load, actor=actor, hold=hold, progress=progress)
    if load.mode == Load.Mode.REPLACE:
        load = _close_absent(load, actor=actor, hold=hold, progress=progress)
    return load


@contextmanager
def _indexes_set_aside(load: Load) -> Iterator[None]:
    """Inside, a load that fills the hub writes without the indexes that may wait; they are there however it ends.

    But for a worker that hands the load on, or lost it: whoever goes on builds them.
    """
    with waiting.filling():
        if storing.brings_most(load.source, load.position["total"]):
            waiting.set_aside()
        try:
            yield
        except (jobs.HandOn, jobs.Fenced):
            raise
        except BaseException:
            with suppress(DatabaseError):
                waiting.build()
            raise
        waiting.build()


@contextmanager
def _terms_built() -> Iterator[None]:
    """Inside, the indexes of the words are built beside the comparing: all of them are there. If not, they wait on."""
    with beside() as others:
        if waiting.waiting():
            others.submit(waiting.build, *TERMS)
        yield


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


def _store(load: Load, *, actor: User, hold: loading.Hold, progress: Progress, handed: Handed | None = None) -> Load:
    """Store a large file, many rows at a time; of those that say nothing new only the number is kept."""
    start = load.position.get("line", 0)
    mapping = bound(load, load.header)
    progress(*loading.progress_of(load), _("Reading"))
    said = Said.by(load.source)
    with preparers(load.source) as others:
        pieces = (_begun(load, piece, said, mapping, others) for piece in slabs_of(load, SLAB, start=start))
        for piece in ahead(pieces):
            progress(*loading.progress_of(load), _("Taking in"))
            rows, columns = piece.waited()
            load = loading.store_batch(
                load,
                piece.batch,
                rows,
                actor=actor,
                hold=hold,
                same=piece.same,
                prepared=piece.prepared(),
                columns=columns,
                handed=handed,
            )
    progress(*loading.progress_of(load), _("Taking in"))
    return load


@dataclass
class _Piece:
    """Some lines of a file; those of its rows that have no record yet are being prepared, most of them in columns."""

    batch: Batch
    rows: Rows
    same: int
    lines: Sequence[int]
    coming: Sequence[Future[list[Outcome]]]
    frame: pl.DataFrame
    columns: Sequence[Future[Fresh]]
    mapping: Bound
    header: Sequence[str]

    def prepared(self) -> dict[int, Outcome]:
        """The outcomes by the lines of their rows; waits for the last."""
        return dict(zip(self.lines, chain.from_iterable(one.result() for one in self.coming), strict=True))

    def waited(self) -> tuple[Rows, InColumns | None]:
        """The rows that are looked at alone, and the others; waits for the last."""
        if not self.columns:
            return self.rows, None
        fresh = Fresh.joined([one.result() for one in self.columns])
        ordinary = fresh.rows["line"]
        odd = self.alone(self.frame["line"].filter(~self.frame["line"].is_in(ordinary.implode())).to_list())
        received = sorted([*self.rows.received, *odd], key=lambda one: one.line)
        return replace(self.rows, received=received), InColumns(fresh, self.alone)

    def alone(self, lines: Sequence[int]) -> list[Received]:
        """Rows of the columns as they are received one by one."""
        chosen = rows_in(self.frame.filter(pl.col("line").is_in(lines)))
        return rows_of(chosen, self.mapping, self.header).received


def _begun(load: Load, piece: Slab | Batch, said: Said, mapping: Bound, others: Preparers) -> _Piece:
    batch, same, singles, columns = _parted(piece, said, mapping)
    rows = rows_of(singles, mapping, load.header)
    known = said.knows([one.key for one in rows.received])
    new = [one for one, there in zip(rows.received, known, strict=True) if not there]
    said.forget([*rows.keys, *keys_of(columns, mapping)])
    parts = others.begin_columns(columns, mapping, load.header) if columns.height else []
    lines = [one.line for one in new]
    return _Piece(batch, rows, same, lines, others.begin(new), columns, parts, mapping, load.header)


def _parted(
    piece: Slab | Batch, said: Said, mapping: Bound
) -> tuple[Batch, int, list[Row | RejectedRow], pl.DataFrame]:
    """What a piece holds: how many rows are unchanged, rows that are looked at alone, and new ones in columns."""
    if isinstance(piece, Batch):
        return piece, 0, piece.rows, pl.DataFrame()
    left, same = rest_of(piece, said, mapping)
    chosen = pl.Series(said.knows(keys_of(left, mapping)), dtype=pl.Boolean)
    if not fits(mapping):
        chosen |= True
    singles = sorted([*rows_in(left.filter(chosen)), *piece.batch.rows], key=lambda row: row.line)
    return piece.batch, same, singles, left.filter(~chosen)


def _place(load: Load, *, actor: User, hold: loading.Hold, progress: Progress, handed: Handed | None = None) -> None:
    """Place what the load has stored; the slice of time ends only when some of it has been placed.

    Comparing comes before the first slice and is done anew by whoever goes on: handing on earlier would never end.
    """
    waiting = storing.unplaced(load.source)
    begun = []

    def begin() -> None:
        begun.append(True)
        hold()

    def go_on(done: int, total: int | None, phase: str) -> None:
        try:
            progress(done, total, phase)
        except jobs.HandOn:
            if begun:
                raise

    if waiting:
        ports.place_many(waiting, actor=actor, hold=begin, progress=go_on, handed=handed)


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
