"""From columns of JSON, as a database tells them, to a table: the same that `reading` makes, which goes row by row.

Texts, and lists of flat objects of plain texts, are read by their signs; whatever else is read value by value.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from matching.engine.bulk.lists import Ints
from matching.engine.bulk.prepared import Rows
from matching.engine.bulk.reading import ADDRESS, addresses_in, identifiers_in, singles_of, texts_named
from matching.engine.bulk.tables import Table
from matching.engine.features import first_of, texts_of
from matching.engine.model import Model

_TEXT: Final = r'^"[^"\\]*"$'
_MEMBER: Final = r'"[a-z0-9_]+": "[^"\\{}]*"|"verified": (?:true|false)'
_OBJECT: Final = rf"\{{(?:{_MEMBER})(?:, (?:{_MEMBER}))*\}}"
_LIST: Final = rf"^\[{_OBJECT}(?:, {_OBJECT})*\]$"
_TOLD: Final = "each"
_VALUE: Final = {"value": pl.String}
_IDENTIFIER: Final = {"scheme": pl.String, "value": pl.String, "verified": pl.Boolean}
_ADDRESS: Final = dict.fromkeys(ADDRESS, pl.String)


def attributes_of(model: Model) -> list[str]:
    """The attributes that a table holds."""
    texts = [attribute for each in texts_named(model).values() for attribute in each]
    return list(dict.fromkeys([*singles_of(model), *texts, "address", "identifier"]))


def table_from(model: Model, ids: Ints, columns: Mapping[str, pl.Series]) -> Table:
    """The table of records (ids) that say this: opened values as JSON by attribute, null where there is none."""
    addresses = _rows(columns["address"], _ADDRESS, addresses_in)
    addresses.parts = {name: part.fill_null("") for name, part in addresses.parts.items()}
    identifiers = _rows(columns["identifier"], _IDENTIFIER, identifiers_in)
    identifiers.parts |= {name: identifiers.parts[name].fill_null("") for name in ("scheme", "value")}
    many = {name: _texts([columns[each] for each in attributes]) for name, attributes in texts_named(model).items()}
    return Table(
        ids=ids,
        party_type=model.party_type,
        single={name: _single(columns[name]) for name in singles_of(model)},
        many={**many, "address": addresses, "identifier": identifiers},
    )


def _single(column: pl.Series) -> pl.Series:
    text = column.str.contains(_TEXT)
    found = _within(column.set(~text, None))
    places = (~text).arg_true()
    if not len(places):
        return found
    return found.scatter(places, [first_of({"": json.loads(each)}, "") for each in column.gather(places)])


def _within(column: pl.Series) -> pl.Series:
    return column.str.strip_prefix('"').str.strip_suffix('"')


def _texts(columns: Sequence[pl.Series]) -> Rows:
    """What each of some attributes says, by row; within one, in the order of the attributes."""
    told = [frame for each in columns for frame in _texts_in(each)]
    whole = pl.concat(told).sort("row", maintain_order=True)
    return _as_rows(whole.filter(pl.col("value").str.strip_chars() != ""))


def _texts_in(column: pl.Series) -> list[pl.DataFrame]:
    """The texts that one attribute says, by row: those that are one plain text, and those of lists."""
    plain = column.str.contains(_TEXT).fill_null(value=False)
    rows = plain.arg_true()
    quick = pl.DataFrame({"row": rows.cast(pl.Int64), "value": _within(column.gather(rows))})
    return [
        quick,
        _found(column.set(plain, None), _VALUE, lambda value: [(each,) for each in texts_of({"": value}, "")]),
    ]


def _rows(column: pl.Series, parts: dict[str, Any], read: Callable[[Any], list[tuple[Any, ...]]]) -> Rows:
    return _as_rows(_found(column, parts, read))


def _as_rows(found: pl.DataFrame) -> Rows:
    return Rows(found["row"].to_numpy(), {name: found[name] for name in found.columns if name != "row"})


def _found(column: pl.Series, parts: dict[str, Any], read: Callable[[Any], list[tuple[Any, ...]]]) -> pl.DataFrame:
    """The parts of each element that is said, by row.

    :param read: the same of one value that is out of the ordinary.
    """
    said = pl.DataFrame({"row": pl.arange(len(column), eager=True, dtype=pl.Int64), _TOLD: column}).drop_nulls()
    flat = said[_TOLD].str.contains(_LIST) & ~said[_TOLD].str.contains('"sealed"', literal=True)
    inner = pl.col(_TOLD).str.strip_prefix("[{").str.strip_suffix("}]").str.split("}, {")
    plain = said.filter(flat).with_columns(inner).explode(_TOLD)
    quick = plain.select("row", *[_part(name, kind) for name, kind in parts.items()])
    if flat.all():
        return quick
    rest = [(row, *each) for row, text in said.filter(~flat).iter_rows() for each in read(json.loads(text))]
    others = pl.DataFrame(rest, schema={"row": pl.Int64, **parts}, orient="row")
    return pl.concat([quick, others]).sort("row", maintain_order=True)


def _part(name: str, kind: Any) -> pl.Expr:
    if kind == pl.Boolean:
        return pl.col(_TOLD).str.contains(f'"{name}": true', literal=True).alias(name)
    return pl.col(_TOLD).str.extract(f'"{name}": "([^"]*)"').alias(name)
