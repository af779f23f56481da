"""From records' values, as they are stored, to a table."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Final

import numpy as np
import polars as pl

from matching.engine.bulk.prepared import Rows, compared_as
from matching.engine.bulk.tables import Table
from matching.engine.features import first_of, texts_of
from matching.engine.model import Model

SLICE: Final = 50_000
_NAMES: Final = ("given_name", "middle_name", "family_name", "suffix", "full_name", "gender")
_TEXTS: Final = {
    "email": ("email",),
    "phone": ("phone",),
    "website": ("website",),
    "organisation": ("organisation_name", "trading_name"),
    "other_name": ("other_name",),
}
_ADDRESS: Final = ("line1", "line2", "house", "postal_code", "city")

Record = tuple[int, Mapping[str, Any]]


def table_of(model: Model, records: Iterable[Record]) -> Table:
    """The table of records (id and opened values), read in slices."""
    rest = iter(records)
    pieces = []
    while piece := list(islice(rest, SLICE)):
        pieces.append(_piece(model, piece))
    return _joined(pieces or [_piece(model, [])], model)


def _piece(model: Model, records: Sequence[Record]) -> Table:
    """One pass over what the records say: most records leave most attributes out."""
    all_values = [values for _id, values in records]
    single = {name: [""] * len(records) for name in (*_NAMES, "birth_date", *compared_as(model, "date"))}
    texts = _TEXTS | {name: (name,) for name in compared_as(model, "exact", "text") if name not in _TEXTS}
    found: dict[str, list[tuple[int, str]]] = {attribute: [] for each in texts.values() for attribute in each}
    for row, values in enumerate(all_values):
        for attribute, value in values.items():
            if attribute in single:
                single[attribute][row] = first_of(values, attribute)
            if attribute in found:
                told = [value] if type(value) is str and value.strip() else texts_of(values, attribute)
                found[attribute] += [(row, text) for text in told]
    many = {name: _texts([found[attribute] for attribute in attributes]) for name, attributes in texts.items()}
    return Table(
        ids=np.array([pk for pk, _values in records], dtype=np.int64),
        party_type=model.party_type,
        single={name: pl.Series(column, dtype=pl.String) for name, column in single.items()},
        many={**many, "address": _addresses(all_values), "identifier": _identifiers(all_values)},
    )


def _texts(found: Sequence[Sequence[tuple[int, str]]]) -> Rows:
    """What each of some attributes says, by row; within one, in the order of the attributes."""
    told = sorted(chain.from_iterable(found), key=itemgetter(0)) if len(found) > 1 else found[0]
    return _rows([row for row, _text in told], value=pl.Series([text for _row, text in told], dtype=pl.String))


def _rows(rows: Sequence[int], **parts: pl.Series) -> Rows:
    return Rows(np.array(rows, dtype=np.int64), parts)


def _elements(values: Mapping[str, Any], attribute: str) -> list[Mapping[str, Any]]:
    found = values.get(attribute)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _addresses(all_values: Sequence[Mapping[str, Any]]) -> Rows:
    rows: list[int] = []
    columns: dict[str, list[str]] = {part: [] for part in _ADDRESS}
    for row, values in enumerate(all_values):
        for each in _elements(values, "address") if "address" in values else ():
            if "sealed" not in each:
                rows.append(row)
                for part, column in columns.items():
                    column.append(str(each.get(part) or ""))
    return _rows(rows, **{part: pl.Series(column, dtype=pl.String) for part, column in columns.items()})


def _identifiers(all_values: Sequence[Mapping[str, Any]]) -> Rows:
    saying = [(row, values) for row, values in enumerate(all_values) if "identifier" in values]
    found = [(row, each) for row, values in saying for each in _elements(values, "identifier")]
    return _rows(
        [row for row, _each in found],
        scheme=pl.Series([str(each.get("scheme", "")) for _row, each in found], dtype=pl.String),
        value=pl.Series([str(each.get("value", "")) for _row, each in found], dtype=pl.String),
        verified=pl.Series([each.get("verified") is True for _row, each in found], dtype=pl.Boolean),
    )


def _joined(pieces: Sequence[Table], model: Model) -> Table:
    if len(pieces) == 1:
        return pieces[0]
    starts = np.cumsum([0, *(len(piece.ids) for piece in pieces)])
    return Table(
        ids=np.concatenate([piece.ids for piece in pieces]),
        party_type=model.party_type,
        single={name: pl.concat([piece.single[name] for piece in pieces]) for name in pieces[0].single},
        many={
            name: Rows(
                np.concatenate([piece.many[name].rows + start for piece, start in zip(pieces, starts, strict=False)]),
                {part: pl.concat([piece.many[name].parts[part] for piece in pieces]) for part in first.parts},
            )
            for name, first in pieces[0].many.items()
        },
    )
