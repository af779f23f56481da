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
ADDRESS: Final = ("line1", "line2", "house", "postal_code", "city")

Record = tuple[int, Mapping[str, Any]]


def table_of(model: Model, records: Iterable[Record]) -> Table:
    """The table of records (id and opened values), read in slices."""
    rest = iter(records)
    pieces = []
    while piece := list(islice(rest, SLICE)):
        pieces.append(_piece(model, piece))
    return joined(pieces or [_piece(model, [])], model)


def singles_of(model: Model) -> list[str]:
    """The attributes of which one text is read."""
    return list(dict.fromkeys((*_NAMES, "birth_date", *compared_as(model, "date"))))


def texts_named(model: Model) -> dict[str, tuple[str, ...]]:
    """What is read of many texts, with the attributes that say them."""
    return _TEXTS | {name: (name,) for name in compared_as(model, "exact", "text") if name not in _TEXTS}


def _piece(model: Model, records: Sequence[Record]) -> Table:
    """One pass over what the records say: most records leave most attributes out."""
    all_values = [values for _id, values in records]
    single = {name: [""] * len(records) for name in singles_of(model)}
    texts = texts_named(model)
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


def _elements(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def addresses_in(found: Any) -> list[tuple[str, ...]]:
    """The parts of each address that a value holds; what is sealed stays out."""
    open_ones = [each for each in _elements(found) if "sealed" not in each]
    return [tuple(str(each.get(part) or "") for part in ADDRESS) for each in open_ones]


def identifiers_in(found: Any) -> list[tuple[str, str, bool]]:
    """Scheme, value and whether verified, of each identifier that a value holds."""
    return [
        (str(each.get("scheme", "")), str(each.get("value", "")), each.get("verified") is True)
        for each in _elements(found)
    ]


def _addresses(all_values: Sequence[Mapping[str, Any]]) -> Rows:
    found = [
        (row, each)
        for row, values in enumerate(all_values)
        if "address" in values
        for each in addresses_in(values["address"])
    ]
    columns = zip(*[each for _row, each in found], strict=True) if found else [()] * len(ADDRESS)
    parts = {name: pl.Series(column, dtype=pl.String) for name, column in zip(ADDRESS, columns, strict=True)}
    return _rows([row for row, _each in found], **parts)


def _identifiers(all_values: Sequence[Mapping[str, Any]]) -> Rows:
    saying = [(row, values["identifier"]) for row, values in enumerate(all_values) if "identifier" in values]
    found = [(row, each) for row, value in saying for each in identifiers_in(value)]
    return _rows(
        [row for row, _each in found],
        scheme=pl.Series([scheme for _row, (scheme, _value, _verified) in found], dtype=pl.String),
        value=pl.Series([value for _row, (_scheme, value, _verified) in found], dtype=pl.String),
        verified=pl.Series([verified for _row, (_scheme, _value, verified) in found], dtype=pl.Boolean),
    )


def joined(pieces: Sequence[Table], model: Model) -> Table:
    """The table of all records of some tables; there is at least one."""
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
