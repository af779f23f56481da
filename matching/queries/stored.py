"""Stored records in columns, as the engine compares many: read in one walk, unless asked otherwise in an order that
arrival cannot change.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Case, Func, JSONField, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce, Collate

from cmdm.database.columns import frames_of
from cmdm.models import Domain
from customers.models import SourceRecord
from customers.models.record import RecordQuerySet
from customers.queries.handed import VERSION, Handed
from customers.queries.unwritten import Unwritten
from customers.sealing import SEALED, open_values, opened_texts
from matching.engine.bulk.aside import side_by_side
from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.packing import lines_of, prepared_from_lines
from matching.engine.bulk.prepared import Prepared
from matching.engine.bulk.reading import SLICE, joined, table_of
from matching.engine.bulk.reading_columns import attributes_of, table_from
from matching.engine.bulk.tables import Table, prepared_from
from matching.engine.model import Model
from matching.queries.models import InForce
from matching.queries.prepared import opened, with_lines

CHUNK = 5_000


@dataclass(frozen=True)
class Stored:
    """Records by row: their columns, and of each its customer (0: none yet), domain and version."""

    columns: Columns
    customers: Ints
    domains: Ints
    versions: Ints
    spaces: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def ids(self) -> Ints:
        return self.columns.ids

    def space(self, row: int) -> str:
        """The match space of a record."""
        return self.spaces[int(self.columns.spaces[row])]

    def record(self, row: int) -> SourceRecord:
        """What candidates need of a record, without reading it."""
        return SourceRecord(
            pk=int(self.ids[row]),
            version=int(self.versions[row]),
            party_type=self.columns.party_type,
            domain_id=int(self.domains[row]),
            customer_id=int(self.customers[row]) or None,
        )


def comparable(party: str) -> RecordQuerySet:
    """The records that matching compares: open, and no corrections."""
    return SourceRecord.objects.current().filter(party_type=party, about__isnull=True)


def stored(model: Model, rows: RecordQuerySet, by: Sequence[str] = ("source", "key")) -> Stored:
    """These records in columns, in this order; two queries."""
    return _stored(*_from_lines(model, rows.order_by(*by)))


def stored_now(model: Model, rows: RecordQuerySet, handed: Handed | None = None) -> Stored:
    """The same of records of which nothing is kept prepared yet, in the order of their keys; three queries.

    :param handed: what some of them said when they were stored. Of those that are as they were then nothing more is
        asked, the others are dropped from it.
    """
    made = None if handed is None else _from_handed(model, rows, handed)
    return _stored(*(made or _from_values(model, rows)))


def stored_soon(model: Model, handed: Unwritten) -> Stored:
    """The same of records that are written when they have their customers; one query."""
    found = handed.of_party(model.party_type).select("record", "source", "key", "place", "domain")
    found = found.with_columns(customer=pl.lit(0, dtype=pl.Int64), version=pl.lit(VERSION, dtype=pl.Int64))
    return _stored(*_from_lines_of(model, found, handed))


def _stored(made: Prepared, columns: Ints) -> Stored:
    named = dict(Domain.objects.values_list("pk", "match_space"))
    spaces = tuple(sorted(set(named.values())))
    number = {domain: spaces.index(space) for domain, space in named.items()}
    in_space = np.array([number[domain] for domain in columns[:, 1].tolist()], dtype=np.int32)
    return Stored(of_prepared(made, in_space), columns[:, 0], columns[:, 1], columns[:, 2], spaces)


def _from_values(model: Model, rows: RecordQuerySet) -> tuple[Prepared, Ints]:
    """What the records say, prepared, and of each its customer, domain and version."""
    names = attributes_of(model)
    ordered = rows.order_by(Collate("key", "C"), "source")
    chosen = ordered.values_list("pk", Coalesce("customer", 0), "domain", "version", *_said(names))
    facts, tables = [np.zeros((0, 3), dtype=np.int64)], []
    for frame in frames_of(chosen, SLICE):
        numbers, texts = frame[:, :4].cast(pl.Int64), frame[:, 4:]
        facts.append(numbers[:, 1:].to_numpy())
        tables.append(_table(model, numbers[:, 0].to_numpy(), names, texts))
    return _prepared(model, tables), np.concatenate(facts)


def _said(names: Sequence[str]) -> list[KeyTransform]:
    return [KeyTransform(name, Coalesce("corrected", "values")) for name in names]


def _table(model: Model, ids: Ints, names: Sequence[str], texts: pl.DataFrame) -> Table:
    """A table of values of these attributes, as they are stored."""
    return table_from(
        model, ids, {name: _opened(name, column) for name, column in zip(names, texts.iter_columns(), strict=True)}
    )


def _prepared(model: Model, tables: Sequence[Table]) -> Prepared:
    return prepared_from(model, joined(tables, model) if tables else table_of(model, []))


def _from_handed(model: Model, rows: RecordQuerySet, handed: Handed) -> tuple[Prepared, Ints] | None:
    """The same, reading only what was not handed on; nothing where that cannot be laid beside it."""
    names = attributes_of(model)
    known = _facts(rows)
    if not known.height:
        return None
    ids = known["record"].to_numpy()
    at = handed.at(ids)
    current = known["current"].to_numpy() == 1
    handed.drop(ids[(at >= 0) & ~current])
    mine = (at >= 0) & current
    found = handed.rows(handed.at(ids[mine])).select("record", "source", "key", "place")
    if not mine.all():
        rest = _kept(rows.filter(pk__among=ids[~mine].tolist()), names, handed)
        if rest is None or len(rest) + len(found) != len(ids):
            return None
        found = pl.concat([found, rest])
    return _from_lines_of(model, found.join(known, on="record", how="left"), handed)


def _from_lines_of(model: Model, found: pl.DataFrame, handed: Handed) -> tuple[Prepared, Ints]:
    """Records of which the lines lie there, in the order of their keys."""
    names = attributes_of(model)
    ordered = found.sort("key", "source")
    ids, places = ordered["record"].to_numpy(), ordered["place"].to_numpy()
    pieces = [slice(begin, begin + SLICE) for begin in range(0, len(ids), SLICE)]
    read = [partial(_told, model, handed, ids[piece], places[piece], names) for piece in pieces]
    tables = side_by_side(len(ids), read)
    return _prepared(model, tables), ordered.select("customer", "domain", "version").to_numpy()


def _told(model: Model, handed: Handed, ids: Ints, places: Ints, names: Sequence[str]) -> Table:
    return _table(model, ids, names, handed.told(places, names))


def _facts(rows: RecordQuerySet) -> pl.DataFrame:
    """Of each record its id, customer, domain, version, and whether it is as it was stored (1)."""
    as_stored = Case(When(version=VERSION, corrected__isnull=True, then=1), default=0)
    chosen = rows.order_by().values_list("pk", Coalesce("customer", 0), "domain", "version", as_stored)
    names = ["record", "customer", "domain", "version", "current"]
    found = [pl.DataFrame(schema=dict.fromkeys(names, pl.Int64))]
    for frame in frames_of(chosen, SLICE):
        frame.columns = names
        found.append(frame.cast(pl.Int64))
    return pl.concat(found)


def _kept(rows: RecordQuerySet, names: Sequence[str], handed: Handed) -> pl.DataFrame | None:
    """Source, key and place of records of which the lines are read, and kept beside those that were handed on."""
    key = Func("key", function="to_jsonb", output_field=JSONField())
    found = []
    for frame in frames_of(rows.order_by().values_list("pk", "source", key, *_said(names)), SLICE):
        texts = dict(zip(names, frame[:, 3:].iter_columns(), strict=True))
        if any(texts[name].null_count() < frame.height for name in names if name not in handed.names):
            return None
        nothing = pl.repeat("", frame.height, dtype=pl.String, eager=True)
        members = [pl.lit(texts[name].fill_null("") if name in texts else nothing) for name in handed.names]
        lines = pl.select(pl.concat_str([pl.concat_str(members, separator="\t"), pl.lit("\n")])).to_series()
        places = handed.keep(lines)
        if places is None:
            return None
        named = frame[:, :2].cast(pl.Int64)
        keys = pl.Series([json.loads(each) for each in frame[:, 2]], dtype=pl.String)
        found.append(pl.DataFrame({"record": named[:, 0], "source": named[:, 1], "key": keys, "place": places}))
    return pl.concat(found) if found else None


def _opened(name: str, column: pl.Series) -> pl.Series:
    """What an attribute says, as JSON; sealed values opened."""
    places = column.str.starts_with(f'{{"{SEALED}": ').fill_null(value=False).arg_true()
    return column.scatter(places, opened_texts(name, column.gather(places).to_list())) if len(places) else column


def _from_lines(model: Model, rows: RecordQuerySet) -> tuple[Prepared, Ints]:
    """The same from what is kept of them; those of which nothing fitting is kept are prepared from what they say."""
    facts: list[tuple[int, int, int]] = []
    ids: list[int] = []
    lines: list[str] = []
    waiting: list[tuple[int, Mapping[str, Any]]] = []
    chosen = with_lines(rows, {model.party_type: InForce(0, model)})
    chosen = chosen.values_list("pk", "kept_line", "said", "customer", "domain", "version")
    for pk, token, said, customer, domain, version in chosen.iterator(chunk_size=CHUNK):
        facts.append((customer or 0, domain, version))
        if token is None:
            waiting.append((len(ids), open_values(said)))
        ids.append(pk)
        lines.append("" if token is None else opened(token))
        if len(waiting) == SLICE:
            _fill(model, lines, waiting)
    _fill(model, lines, waiting)
    made = prepared_from_lines(model, np.array(ids, dtype=np.int64), pl.Series(lines, dtype=pl.String))
    return made, np.array(facts, dtype=np.int64).reshape(-1, 3)


def _fill(model: Model, lines: list[str], waiting: list[tuple[int, Mapping[str, Any]]]) -> None:
    """The lines of the places that wait for them."""
    if not waiting:
        return
    columns = of_prepared(prepared_from(model, table_of(model, waiting)))
    for place, line in zip(columns.ids.tolist(), lines_of(columns, np.arange(len(waiting))), strict=True):
        lines[place] = line
    waiting.clear()
