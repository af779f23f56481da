"""Stored records in columns, as the engine compares many: read in one walk, unless asked otherwise in an order that
arrival cannot change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce

from cmdm.database.columns import frames_of
from cmdm.models import Domain
from customers.models import SourceRecord
from customers.models.record import RecordQuerySet
from customers.sealing import SEALED, open_values, opened_texts
from matching.engine.bulk.columns import Columns, of_prepared
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.packing import lines_of, prepared_from_lines
from matching.engine.bulk.prepared import Prepared
from matching.engine.bulk.reading import SLICE, joined, table_of
from matching.engine.bulk.reading_columns import attributes_of, table_from
from matching.engine.bulk.tables import prepared_from
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


def stored(model: Model, rows: RecordQuerySet, *, fresh: bool = False, by: Sequence[str] = ("source", "key")) -> Stored:
    """These records in columns, in this order; two queries. Of fresh ones nothing is kept prepared yet."""
    named = dict(Domain.objects.values_list("pk", "match_space"))
    spaces = tuple(sorted(set(named.values())))
    ordered = rows.order_by(*by)
    made, columns = _from_values(model, ordered) if fresh else _from_lines(model, ordered)
    number = {domain: spaces.index(space) for domain, space in named.items()}
    in_space = np.array([number[domain] for domain in columns[:, 1].tolist()], dtype=np.int32)
    return Stored(of_prepared(made, in_space), columns[:, 0], columns[:, 1], columns[:, 2], spaces)


def _from_values(model: Model, rows: RecordQuerySet) -> tuple[Prepared, Ints]:
    """What the records say, prepared, and of each its customer, domain and version."""
    names = attributes_of(model)
    said = [KeyTransform(name, Coalesce("corrected", "values")) for name in names]
    chosen = rows.values_list("pk", Coalesce("customer", 0), "domain", "version", *said)
    facts, tables = [np.zeros((0, 3), dtype=np.int64)], []
    for frame in frames_of(chosen, SLICE):
        numbers, texts = frame[:, :4].cast(pl.Int64), frame[:, 4:]
        facts.append(numbers[:, 1:].to_numpy())
        columns = {name: _opened(name, column) for name, column in zip(names, texts.iter_columns(), strict=True)}
        tables.append(table_from(model, numbers[:, 0].to_numpy(), columns))
    return prepared_from(model, joined(tables, model) if tables else table_of(model, [])), np.concatenate(facts)


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
