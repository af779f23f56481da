"""Taking in a large file: it is stored first, many rows at a time, and placed as a whole.

What fills an empty hub is kept beside it until it is compared, and then written with its customers, each record once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import polars as pl
from django.db import DatabaseError
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.actions import action
from cmdm.database import waiting
from cmdm.database.beside import beside
from cmdm.models import User
from customers import ports
from customers.actions import composing_columns, loading
from customers.actions.holding_back import Piece, account_for_piece, hold_back
from customers.actions.loading import Hold, account_for, progress_of
from customers.actions.preparers import Preparers, preparers
from customers.actions.preparing_columns import Fresh, fits, names_told
from customers.actions.received import Outcome, Received
from customers.actions.rows import Rows, rows_of
from customers.actions.storing import InColumns, brings_most, store, unplaced
from customers.actions.unchanged import Said, keys_of, rest_of, rows_in
from customers.models import Load, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.files import bound
from customers.queries.handed import Handed, handing
from customers.queries.open_records import standing_words
from customers.queries.slabs import slabs_of
from customers.queries.unwritten import NoRoom, Unwritten, unwritten
from customers.rules.applying import Bound
from customers.rules.batching import Batch, ahead
from customers.rules.reading import RejectedRow, Row
from customers.rules.slabs import Slab

TERMS = ("one_term_a_record", "terms_of_record")
MOST_LEFT = 50_000  # rows of a file that are kept in memory
Progress = Callable[..., None]


def fill(load: Load, size: int, *, actor: User, hold: Hold, progress: Progress) -> Load:
    """Take in the rest of a file, so many lines at a time, and place what it brought."""
    with _indexes_set_aside(load):
        load, is_done = _bring(load, size, actor=actor, hold=hold, progress=progress)
        if not is_done:
            with handing(names_told(catalogue())) as handed:
                load = _store(load, size, actor=actor, hold=hold, progress=progress, handed=handed)
                with _terms_built():
                    _place(load, actor=actor, hold=hold, progress=progress, handed=handed)
    return load


@action
def store_batch(
    load: Load,
    batch: Batch,
    rows: Rows,
    *,
    actor: User,
    hold: Hold,
    same: int = 0,
    prepared: Mapping[int, Outcome] | None = None,
    columns: InColumns | None = None,
    handed: Handed | None = None,
) -> Load:
    """Store the rows of a batch, whose new records are placed later, together. Refused without ``import``.

    :param same: further rows of the batch, which were found to be unchanged.
    :param prepared: outcomes of rows, by their lines, that had no record when they were prepared.
    :param columns: further rows of the batch, which were prepared in columns.
    :param handed: takes what of them is stored.
    """
    taking = partial(store, prepared=prepared, columns=columns, handed=handed)
    return account_for(load, batch, rows, taking, actor=actor, hold=hold, same=same)


@contextmanager
def _indexes_set_aside(load: Load) -> Iterator[None]:
    """Inside, a load that fills the hub writes without the indexes that may wait; they are there however it ends.

    But for a worker that hands the load on, or lost it: whoever goes on builds them.
    """
    with waiting.filling():
        if brings_most(load.source, load.position["total"]):
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


def _bring(load: Load, size: int, *, actor: User, hold: Hold, progress: Progress) -> tuple[Load, bool]:
    """Write what fills an empty hub, each record with its customer; whether the whole file was taken in so.

    Nothing is accounted for before all of it is written: whoever goes on reads the file from its beginning, and finds
    what is there unchanged.
    """
    if not _fills(load):
        return load, False
    with unwritten(names_told(catalogue()), load) as kept:
        try:
            left = _kept_back(load, size, kept, progress)
        except NoRoom:
            return load, False
        except jobs.HandOn:
            loading.forgo_filling(load, actor=actor, hold=hold)
            raise
        placed = _placed(kept.ids(), actor=actor, hold=hold, progress=progress, handed=kept)
    if placed < len(kept):
        load.refresh_from_db(fields=["position"])
        return load, False
    for piece in left:
        progress(placed, placed, _("Matching"))
        load = account_for_piece(load, piece, actor=actor, hold=hold)
    if any(map(len, left)):
        _place(load, actor=actor, hold=hold, progress=progress)
    return load, True


def _fills(load: Load) -> bool:
    """Whether nobody can know of a record of the hub yet, and all that its rows become can be made beside it."""
    mapping = bound(load, load.header)
    return (
        not load.position.get("line")
        and not load.position.get("stored")
        and fits(mapping)
        and composing_columns.fits(catalogue(), standing_words())
        and not SourceRecord.objects.exists()
    )


def _kept_back(load: Load, size: int, kept: Unwritten, progress: Progress) -> list[Piece]:
    """Prepare the rows of a file and keep the new ones; what is left of each piece.

    :raises NoRoom: it is more than can be kept.
    """
    mapping, total = bound(load, load.header), load.position.get("total")
    progress(0, total, _("Reading"))
    left: list[Piece] = []
    with preparers(load.source) as others:
        pieces = (_begun(load, piece, Said.nothing(), mapping, others) for piece in slabs_of(load, size))
        for piece in ahead(pieces):
            progress(len(kept), total, _("Taking in"))
            rows, columns = piece.waited()
            left.append(hold_back(load, piece.batch, rows, piece.prepared(), columns, kept))
            if kept.noted + sum(map(len, left)) > MOST_LEFT:
                raise NoRoom
    return left


def _store(load: Load, size: int, *, actor: User, hold: Hold, progress: Progress, handed: Handed | None = None) -> Load:
    """Store a large file, many rows at a time; of those that say nothing new only the number is kept."""
    start = load.position.get("line", 0)
    mapping = bound(load, load.header)
    progress(*progress_of(load), _("Reading"))
    said = Said.by(load.source)
    with preparers(load.source) as others:
        pieces = (_begun(load, piece, said, mapping, others) for piece in slabs_of(load, size, start=start))
        for piece in ahead(pieces):
            progress(*progress_of(load), _("Taking in"))
            rows, columns = piece.waited()
            load = store_batch(
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
    progress(*progress_of(load), _("Taking in"))
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


def _place(load: Load, *, actor: User, hold: Hold, progress: Progress, handed: Handed | None = None) -> None:
    """Place what the load has stored; the slice of time ends only when some of it has been placed.

    Comparing comes before the first slice and is done anew by whoever goes on: handing on earlier would never end.
    """
    _placed(unplaced(load.source), actor=actor, hold=hold, progress=progress, handed=handed)


def _placed(
    waiting: Sequence[int], *, actor: User, hold: Hold, progress: Progress, handed: Handed | None = None
) -> int:
    """The same of these records (ids); how many were placed."""
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

    if not waiting:
        return 0
    return ports.place_many(waiting, actor=actor, hold=begin, progress=go_on, handed=handed).records
