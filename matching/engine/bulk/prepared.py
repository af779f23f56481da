"""Prepared values in columns: what features hold, as plain texts and numbers, before they are numbered.

Two ways lead here and must agree: record by record from features (this file), and column by column from a table of
values (`tables`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from matching.engine.bulk.lists import Ints
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.names import PersonName

PHONE_BASE = 10**10


@dataclass
class Rows:
    """Values of many per record: the row of each, ascending, and its parts."""

    rows: Ints
    parts: dict[str, pl.Series]


@dataclass
class Prepared:
    """One entry for each record in `ids`, `names` and `dates`; as many as there are in the others."""

    ids: Ints
    party_type: str
    names: dict[str, pl.Series]
    emails: Rows
    phones: Rows
    addresses: Rows
    identifiers: Rows
    websites: Rows
    organisations: Rows
    dates: dict[str, Ints] = field(default_factory=dict)
    texts: dict[str, Rows] = field(default_factory=dict)
    others: Mapping[int, tuple[PersonName, ...]] = field(default_factory=dict)
    """Further names, by row: few records have any."""


TEXT_NAMES = ("given", "given_whole", "given_written", "middle", "family", "family_written", "gender")


def phone_number(number: str) -> int:
    """A phone's digits, up to ten, with how many they are, as one number."""
    return len(number) * PHONE_BASE + int(number)


def date_number(year: int, month: int, day: int) -> int:
    """A date as one number whose digits are those of year, month and day; parts that are unknown are 0."""
    return year * 10_000 + month * 100 + day


def compared_as(model: Model, *kinds: str) -> list[str]:
    """The attributes that the model compares in one of these ways."""
    return sorted({each.attribute for each in model.comparisons if each.kind in kinds})


def prepared_of(model: Model, features: Sequence[Features]) -> Prepared:
    """The columns of features that are at hand."""
    return Prepared(
        ids=np.array([each.id for each in features], dtype=np.int64),
        party_type=model.party_type,
        names=_names(features),
        emails=_many(features, lambda f: ((each.whole,) for each in f.emails), whole=pl.String),
        phones=_many(features, lambda f: ((phone_number(each.number),) for each in f.phones), number=pl.Int64),
        addresses=_many(
            features,
            lambda f: ((a.house, a.street, " ".join(sorted(a.words)), a.postcode, a.city) for a in f.addresses),
            **dict.fromkeys(("house", "street", "words", "postcode", "city"), pl.String),
        ),
        identifiers=_many(
            features,
            lambda f: ((each.scheme, each.value, each.verified) for each in f.identifiers),
            scheme=pl.String,
            value=pl.String,
            verified=pl.Boolean,
        ),
        websites=_many(features, lambda f: ((each,) for each in f.websites), value=pl.String),
        organisations=_many(features, lambda f: ((each.whole,) for each in f.organisations), whole=pl.String),
        dates={name: _dates(features, name) for name in {"birth_date", *compared_as(model, "date")}},
        texts={name: _texts(features, name) for name in compared_as(model, "exact", "text")},
        others={row: each.others for row, each in enumerate(features) if each.others},
    )


def _names(features: Sequence[Features]) -> dict[str, pl.Series]:
    found = {
        name: pl.Series([getattr(each.name, name) for each in features], dtype=pl.String) for name in TEXT_NAMES[:-1]
    }
    found["gender"] = pl.Series([each.gender for each in features], dtype=pl.String)
    found["parts"] = pl.Series([" ".join(each.name.family_parts) for each in features], dtype=pl.String)
    found["generation"] = pl.Series([each.name.generation for each in features], dtype=pl.Int8)
    return found


def _many(
    features: Sequence[Features], values: Callable[[Features], Iterable[tuple[object, ...]]], **types: type[pl.DataType]
) -> Rows:
    found = [(row, *parts) for row, each in enumerate(features) for parts in values(each)]
    rows = np.array([each[0] for each in found], dtype=np.int64)
    parts = {
        name: pl.Series([each[place] for each in found], dtype=kind)
        for place, (name, kind) in enumerate(types.items(), 1)
    }
    return Rows(rows, parts)


def _dates(features: Sequence[Features], attribute: str) -> Ints:
    found = [each.dates.get(attribute) for each in features]
    return np.array([date_number(one.year, one.month, one.day) if one else 0 for one in found], dtype=np.int32)


def _texts(features: Sequence[Features], attribute: str) -> Rows:
    return _many(features, lambda f: ((each,) for each in f.texts.get(attribute, ())), value=pl.String)
