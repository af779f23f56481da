"""The lines of many records (`matching.engine.packing`), read into prepared columns and written from columns."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from matching.engine.bulk.columns import Columns, Plain, digits_of
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.prepared import PHONE_BASE, Prepared, Rows, compared_as
from matching.engine.model import Model
from matching.engine.names import PersonName
from matching.engine.packing import FIELD, FIELDS, PART, VALUE, packed_names, unpacked_names

_ADDRESS: Final = ("house", "street", "words", "postcode", "city")


def prepared_from_lines(model: Model, ids: Ints, lines: pl.Series) -> Prepared:
    """The prepared columns of records (ids) by their lines."""
    own = lines.str.split_exact(FIELD, len(FIELDS) - 1).struct.rename_fields(list(FIELDS)).struct.unnest()
    texts = ("given", "given_whole", "given_written", "middle", "family", "family_written", "parts", "gender")
    dates = _values(own["dates"], "attribute", "year", "month", "day")
    other = _values(own["texts"], "attribute", "value")
    phones = _values(own["phones"], "number")
    digits = phones.parts["number"]
    identifiers = _values(own["identifiers"], "scheme", "value", "verified")
    return Prepared(
        ids=ids,
        party_type=model.party_type,
        names={**{name: own[name] for name in texts}, "generation": own["generation"].cast(pl.Int8)},
        emails=_values(own["emails"], "whole"),
        phones=Rows(
            phones.rows, {"number": digits.str.len_bytes().cast(pl.Int64) * PHONE_BASE + digits.cast(pl.Int64)}
        ),
        addresses=_values(own["addresses"], *_ADDRESS),
        identifiers=Rows(identifiers.rows, {**identifiers.parts, "verified": identifiers.parts["verified"] == "1"}),
        websites=_values(own["websites"], "value"),
        organisations=_values(own["organisations"], "whole"),
        dates={name: _dates(dates, name, len(ids)) for name in {"birth_date", *compared_as(model, "date")}},
        texts={name: _of(other, name) for name in compared_as(model, "exact", "text")},
        others=_others(own["others"]),
    )


def _values(field: pl.Series, *parts: str) -> Rows:
    """The values of a field, with their parts."""
    there = np.flatnonzero((field != "").to_numpy())
    lists = field.gather(there).str.split(VALUE)
    rows = np.repeat(there, lists.list.len().to_numpy())
    values = lists.explode() if len(lists) else pl.Series("", [], dtype=pl.String)
    if len(parts) == 1:
        return Rows(rows, {parts[0]: values})
    split = values.str.split_exact(PART, len(parts) - 1).struct.rename_fields(list(parts)).struct.unnest()
    return Rows(rows, {part: split[part] for part in parts})


def _of(found: Rows, attribute: str) -> Rows:
    chosen = found.parts["attribute"] == attribute
    return Rows(found.rows[chosen.to_numpy()], {"value": found.parts["value"].filter(chosen)})


def _others(field: pl.Series) -> dict[int, tuple[PersonName, ...]]:
    there = np.flatnonzero((field.fill_null("") != "").to_numpy())
    return {int(row): unpacked_names(field[int(row)]) for row in there}


def _dates(found: Rows, attribute: str, count: int) -> Ints:
    chosen = found.parts["attribute"] == attribute
    year, month, day = (found.parts[part].filter(chosen).cast(pl.Int32) for part in ("year", "month", "day"))
    numbers = np.zeros(count, dtype=np.int32)
    numbers[found.rows[chosen.to_numpy()]] = (year * 10_000 + month * 100 + day).to_numpy()
    return numbers


def lines_of(columns: Columns, rows: Ints) -> pl.Series:
    """The lines of some rows; of all others nothing is written: a load asks for its rows a slice at a time."""
    names = columns.names
    written = [names.written.series.gather(each[rows]) for each in (names.given_written, names.family_written)]
    fields = [
        *(names.pool.series.gather(names.given[rows]), names.pool.series.gather(names.given_whole[rows]), written[0]),
        *(names.middles.series.gather(names.middle[rows]), names.pool.series.gather(names.family[rows]), written[1]),
        names.doubles.series.gather(names.double[rows]),
        pl.Series(names.generation[rows]).cast(pl.String),
        names.genders.series.gather(names.gender[rows]),
        _joined(columns.emails.lists, columns.emails.whole.series.gather, rows),
        _joined(columns.phones, digits_of, rows),
        _joined(columns.addresses.lists, partial(_addresses, columns), rows),
        _joined(columns.identifiers.lists, partial(_identifiers, columns), rows),
        _joined(columns.websites.lists, columns.websites.pool.series.gather, rows),
        _joined(columns.organisations.lists, columns.organisations.pool.series.gather, rows),
        _together([_day(name, column[rows]) for name, column in sorted(columns.dates.items())], len(rows)),
        _together(
            [_joined(plain.lists, partial(_named, name, plain), rows) for name, plain in sorted(columns.texts.items())],
            len(rows),
        ),
        pl.Series("", [packed_names(columns.others.get(row, ())) for row in rows.tolist()], dtype=pl.String)
        if columns.others
        else pl.repeat("", len(rows), dtype=pl.String, eager=True),
    ]
    return pl.select(pl.concat_str(fields, separator=FIELD)).to_series()


def _joined(lists: Lists, texts: Callable[[Ints], pl.Series], rows: Ints) -> pl.Series:
    """The values of each row in one text.

    :param texts: tells values, which are numbers.
    """
    some = lists.take(rows)
    told, counts = texts(some.values), some.counts
    found = pl.repeat("", len(rows), dtype=pl.String, eager=True)
    one = np.flatnonzero(counts == 1)
    if len(one):
        found = found.scatter(one, told.gather(some.starts[one]))
    several = np.flatnonzero(counts > 1)
    if len(several):
        places, sizes = some.positions(several)
        frame = pl.DataFrame({"row": np.repeat(several, sizes), "text": told.gather(places)})
        made = frame.group_by("row", maintain_order=True).agg(pl.col("text").str.join(VALUE))
        found = found.scatter(made["row"].to_numpy(), made["text"])
    return found


def _together(columns: list[pl.Series], count: int) -> pl.Series:
    """Several columns in one field, those that are empty left out."""
    filled = [pl.select(pl.when(each != "").then(each)).to_series() for each in columns]
    nothing = pl.repeat("", count, dtype=pl.String, eager=True)
    return pl.select(pl.concat_str(filled, separator=VALUE, ignore_nulls=True)).to_series() if filled else nothing


def _addresses(columns: Columns, chosen: Ints) -> pl.Series:
    own, pool = columns.addresses, columns.addresses.pool.series
    numbers = [own.house, own.street, own.postcode, own.city]
    house, street, postcode, city = (pool.gather(each[chosen]) for each in numbers)
    words = own.sets.series.gather(own.words[chosen])
    return pl.select(pl.concat_str([house, street, words, postcode, city], separator=PART)).to_series()


def _identifiers(columns: Columns, chosen: Ints) -> pl.Series:
    own = columns.identifiers
    verified = pl.Series(own.verified[chosen].astype(np.int8)).cast(pl.String)
    scheme, value = own.schemes.series.gather(own.scheme[chosen]), own.pool.series.gather(own.value[chosen])
    return pl.select(pl.concat_str([scheme, value, verified], separator=PART)).to_series()


def _named(attribute: str, plain: Plain, chosen: Ints) -> pl.Series:
    """Values of an attribute with its name."""
    return f"{attribute}{PART}" + plain.pool.series.gather(chosen)


def _day(attribute: str, numbers: Ints) -> pl.Series:
    """The date of each row with its attribute; empty where there is none."""
    parts = [pl.Series(each).cast(pl.String) for each in (numbers // 10_000, numbers // 100 % 100, numbers % 100)]
    whole = pl.select(pl.concat_str([pl.lit(attribute), *parts], separator=PART)).to_series()
    return whole.set(pl.Series(numbers == 0), "")
