"""JSON as PostgreSQL writes it, in columns, in the one written form: names sorted, nothing between.

Texts and flat objects of plain texts are rewritten by their signs; whatever else is read, each distinct value once.
"""

import json
from collections.abc import Callable, Sequence

import polars as pl

from customers.rules.survivorship import as_json

_TEXT = r'^"[^"\\]*"$'
# An object of plain texts, or a list of one: what stands between two quotation marks is a text, or ours.
_FLAT = r'^\[?\{"[^"\\]*":"[^"\\]*"(?:,"[^"\\]*":"[^"\\]*")*\}\]?$'
# A text that is one comma or colon would be taken for what stands between two.
_SIGN = r':"[,:]"'
_SPACED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def in_one_form(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """``value`` of each row in the one form, with ``item`` 0.

    :param names: members that objects may have, sorted; others are read one by one.
    """
    value = frame["value"]
    return frame.with_columns(value=_objects(value, names), item=pl.lit(0, dtype=pl.Int64))


def elements_of(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """One row for each element of the lists in ``value``, its place as ``item``.

    :raises KeyError: one is no list of objects.
    """
    flat = _flat(frame["value"], names, begin=r"\[", end=r"\]")
    quick = frame.filter(flat)
    single = quick.with_columns(value=_rebuilt(quick["value"], names), item=pl.lit(0, dtype=pl.Int64))
    if flat.all():
        return single
    others = frame.filter(~flat)
    distinct = others["value"].unique().to_list()
    read = pl.DataFrame(
        {"value": distinct, "each": [_elements(text) for text in distinct]},
        schema={"value": pl.String, "each": pl.List(pl.String)},
    )
    told = others.join(read, on="value", how="left").with_columns(item=pl.int_ranges(pl.col("each").list.len()))
    rows = told.filter(pl.col("each").list.len() > 0).drop("value").explode("each", "item").rename({"each": "value"})
    return pl.concat([single, rows.select(single.columns)])


def spaced(value: pl.Series) -> pl.Series:
    """Texts in the one written form with a blank behind each comma and colon, as they are sealed."""
    flat = value.str.contains(_FLAT) & ~value.str.contains(_SIGN)
    quick = value.str.replace_all('":"', '": "', literal=True).str.replace_all('","', '", "', literal=True)
    if flat.all():
        return quick
    others = _of_distinct(value.set(flat, None), lambda text: _SPACED.encode(json.loads(text)))
    return pl.select(pl.coalesce(quick.set(~flat, None), others)).to_series()


def _elements(text: str) -> list[str]:
    told = json.loads(text)
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise KeyError("elements")
    return [as_json(each) for each in told]


def _objects(value: pl.Series, names: Sequence[str]) -> pl.Series:
    text = value.str.contains(_TEXT)
    if text.all():
        return value
    others = value.set(text, None)
    flat = _flat(others, names).fill_null(value=False)
    read = _of_distinct(others.set(flat, None), lambda each: as_json(json.loads(each)))
    rebuilt = _rebuilt(others.set(~flat, None), names)
    return pl.select(pl.coalesce(value.set(~text, None), rebuilt, read)).to_series()


def _flat(value: pl.Series, names: Sequence[str], *, begin: str = "", end: str = "") -> pl.Series:
    """Whether each is an object of plain texts under these names."""
    member = f'"(?:{"|".join(names)})": "[^"\\\\]*"'
    return value.str.contains(rf"^{begin}\{{{member}(?:, {member})*\}}{end}$")


def _rebuilt(value: pl.Series, names: Sequence[str]) -> pl.Series:
    """Such objects, or lists of one, as objects in the one form."""
    # Read once as what they are: looking for each name by itself takes more than twice as long.
    read = value.str.strip_chars("[]").str.json_decode(pl.Struct(dict.fromkeys(names, pl.String)))
    members = [pl.concat_str([pl.lit(f'"{name}":"'), pl.col(name), pl.lit('"')]) for name in names]
    inner = pl.concat_str(members, separator=",", ignore_nulls=True)
    there = pl.lit(value.is_not_null())
    whole = pl.when(there).then(pl.concat_str([pl.lit("{"), inner, pl.lit("}")]))
    return read.struct.unnest().select(whole.alias("value"))["value"]


def _of_distinct(value: pl.Series, read: Callable[[str], str]) -> pl.Series:
    distinct = value.drop_nulls().unique()
    made = pl.DataFrame({"value": distinct, "made": pl.Series([read(each) for each in distinct], dtype=pl.String)})
    return pl.DataFrame({"value": value}).join(made, on="value", how="left", maintain_order="left")["made"]
