"""Rows of a file that fills an empty hub: prepared and kept, until they are written with their customers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import numpy as np
import polars as pl

from cmdm import clock
from cmdm.actions import action
from cmdm.database.copying import drawn
from cmdm.models import User
from customers.actions import records, writing
from customers.actions.loading import Early, Hold, account_for
from customers.actions.preparing import prepare
from customers.actions.preparing_columns import Fresh
from customers.actions.received import NEW, Outcome, Received, Written
from customers.actions.rows import Rows
from customers.actions.storing import InColumns, ages, store
from customers.models import Load, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.term_columns import ESCAPED, lines_of
from customers.queries.unwritten import Unwritten
from customers.rules.batching import Batch
from customers.rules.claims import EPOCH, MICROSECOND


@dataclass(frozen=True)
class Piece:
    """What is left of some lines of a file when so many rows are ``brought``: the others, and what becomes of them."""

    batch: Batch
    brought: Early
    rows: Rows
    prepared: Mapping[int, Outcome] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


def hold_back(
    load: Load, batch: Batch, rows: Rows, prepared: Mapping[int, Outcome], columns: InColumns | None, kept: Unwritten
) -> Piece:
    """Keep the new ones of some rows; what is left of them is taken in when those are written.

    :param prepared: outcomes of rows, by their lines.
    :param columns: further rows, which were prepared in columns.
    :raises customers.queries.unwritten.NoRoom: there is no place for them.
    """
    received = rows.received
    fresh = None
    if columns is not None:
        keys = columns.fresh.rows["key"]
        fresh = columns.fresh.without([*keys.filter(pl.Series(kept.has(keys))), *(one.key for one in received)])
        received = sorted([*received, *columns.received_without(fresh)], key=lambda one: one.line)
    outcomes = _outcomes(load, received, prepared)
    mine = [one for one in outcomes if one.status == NEW]
    if mine:
        there = kept.has(pl.Series([one.received.key for one in mine], dtype=pl.String))
        mine = [one for one, known in zip(mine, there, strict=True) if not known]
    brought = Early((len(fresh) if fresh else 0) + len(mine), sum(one.is_incomplete for one in mine))
    ids = _in_order_of_lines(fresh, mine)
    if fresh:
        _keep_columns(ids.head(len(fresh)), fresh, load, kept)
    if mine:
        _keep_rows(ids.tail(len(mine)).to_list(), mine, load, kept)
    lines = {one.received.line for one in mine}
    rest = [one for one in outcomes if one.received.line not in lines]
    left = Rows([one.received for one in rest], rows.closing, rows.aside)
    # What would be new is looked at again: another row may have brought its record by then.
    ready = {one.received.line: one for one in rest if one.status != NEW}
    return Piece(batch, brought, left, ready)


@action
def account_for_piece(load: Load, piece: Piece, *, actor: User, hold: Hold) -> Load:
    """Take in what is left of some lines of which all that was kept has been written. Refused without ``import``."""
    taking = partial(store, prepared=piece.prepared)
    return account_for(load, piece.batch, piece.rows, taking, actor=actor, hold=hold, early=piece.brought)


def _outcomes(load: Load, received: Sequence[Received], prepared: Mapping[int, Outcome]) -> list[Outcome]:
    others = [one for one in received if one.line not in prepared]
    rest = iter(prepare(load.source, others, {}, {}) if others else ())
    outcomes = [prepared[one.line] if one.line in prepared else next(rest) for one in received]
    records.set_repeated_aside(outcomes)
    return outcomes


def _in_order_of_lines(fresh: Fresh | None, others: Sequence[Outcome]) -> pl.Series:
    """New ids, first those of the columns: a record that stands before another in the file has the lesser one."""
    own = fresh.rows["line"].cast(pl.Int64) if fresh else pl.Series(dtype=pl.Int64)
    lines = pl.concat([own, pl.Series([one.received.line for one in others], dtype=pl.Int64)])
    return pl.Series(drawn(SourceRecord, len(lines)), dtype=pl.Int64).gather(lines.arg_sort().arg_sort())


def _keep_columns(ids: pl.Series, fresh: Fresh, load: Load, kept: Unwritten) -> None:
    now = clock.now().isoformat()
    texts, observed = ids.cast(pl.String), fresh.rows["observed"].fill_null(now)
    row = [pl.lit(texts), "said", pl.lit(observed), pl.lit(_rest(load, now))]
    places, domain = fresh.terms["place"], pl.lit(f"\t{load.domain_id}\t")
    term = pl.concat_str([pl.lit(texts.gather(places)), domain, "term", pl.lit("\n")])
    kept.bring(
        fresh.rows.select("key", "party", record=ids, age=ages(observed)),
        told=fresh.rows["told"],
        lines=fresh.rows.select(pl.concat_str(row, separator="\t")).to_series(),
        terms=fresh.terms.select(term).to_series(),
        counts=np.bincount(places.to_numpy(), minlength=len(fresh)),
    )


def _keep_rows(ids: Sequence[int], outcomes: Sequence[Outcome], load: Load, kept: Unwritten) -> None:
    now, known = clock.now(), catalogue()
    made = [one.written or writing.written(one, known) for one in outcomes]
    found = [lines_of(each.terms) for each in made]
    frame = {
        "record": ids,
        "key": [one.received.key for one in outcomes],
        "party": [one.received.party_type for one in outcomes],
        "age": [((one.received.observed_at or now) - EPOCH) // MICROSECOND for one in outcomes],
    }
    kept.bring(
        pl.DataFrame(frame, schema={"record": pl.Int64, "key": pl.String, "party": pl.String, "age": pl.Int64}),
        told=pl.Series([_told(each, kept.names) for each in made], dtype=pl.String),
        lines=pl.Series(
            [_line(pk, one, each, load, now) for pk, one, each in zip(ids, outcomes, made, strict=True)],
            dtype=pl.String,
        ),
        terms=pl.Series(
            [f"{pk}\t{load.domain_id}\t{line}\n" for pk, lines in zip(ids, found, strict=True) for line in lines],
            dtype=pl.String,
        ),
        counts=np.array([len(lines) for lines in found], dtype=np.int64),
    )
    kept.note({pk: writing.noted(load, one) for pk, one in zip(ids, outcomes, strict=True) if one.is_incomplete})


def _line(pk: int, one: Outcome, made: Written, load: Load, now: datetime) -> str:
    said = one.received
    content = (said.key, said.party_type, made.values, f"\\x{made.raw.hex()}", f"\\x{one.digest.hex()}", made.findings)
    texts = [each.translate(ESCAPED) for each in content]
    return "\t".join([str(pk), *texts, (said.observed_at or now).isoformat(), _rest(load, now.isoformat())])


def _rest(load: Load, now: str) -> str:
    """Source, domain, version, last version and time of what is held back; with the end of the line."""
    return f"{load.source_id}\t{load.domain_id}\t1\t1\t{now}\n"


def _told(made: Written, names: Sequence[str]) -> str:
    """What a row says of these attributes, as :attr:`Fresh.rows` tells it."""
    values = json.loads(made.values)
    told = [json.dumps(values[name], ensure_ascii=False) if name in values else "" for name in names]
    return "\t".join(told) + "\n"
