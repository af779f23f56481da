"""Totals from columns: the same as `matching.engine.totals.of` has from features, without making them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.keys import distinct
from matching.engine.bulk.lists import Ints, Lists, grouped
from matching.engine.bulk.texts import Texts
from matching.engine.holdings import agreement_of_counts
from matching.engine.model import Comparison, Model
from matching.engine.patterns import Patterns
from matching.engine.totals import COUNTED, OFTEN, Totals
from matching.engine.vocabulary import WORDS

Held = tuple[Ints, Ints]  # rows, in order, and what each holds, as numbers


def totals_of(model: Model, columns: Columns, blind: Patterns, *, whole: int | None = None) -> Totals:
    """The totals of the records in these columns; `blind` are the patterns of pairs of them drawn blindly.

    :param whole: how many records there are, where the columns hold but a draw of them.
    """
    agreeing, shares, holders = {}, {}, {}
    for comparison in model.comparisons:
        rows, numbers = held(columns, comparison)
        if len(rows):
            agreeing[comparison.code] = _agreeing(columns, comparison, rows, numbers)
        if comparison.code in COUNTED:
            shares[comparison.code] = _often(_pool(columns, comparison), numbers)
            holders[comparison.code] = _holders(rows)
        if comparison.kind == "organisation_name":
            shares[WORDS], holders[WORDS] = words_of(columns)
    return Totals(len(columns), agreeing, blind, shares, holders, whole)


def words_of(columns: Columns) -> tuple[dict[str, int], int]:
    """In how many organisations' names each word stands, and how many have a name at all."""
    own = columns.organisations
    split = own.pool.series.str.split(" ")
    pool, (words,) = Texts.of(split.explode())
    starts = np.concatenate([[0], np.cumsum(split.list.len().to_numpy(), dtype=np.int64)])
    rows, numbers = _once(columns, own.lists.through(Lists(starts, words)))
    return _often(pool, numbers), _holders(rows)


def held(columns: Columns, comparison: Comparison) -> Held:
    """What `holdings.held` says of each record, none twice."""
    holds = _HELD.get(comparison.kind)
    if holds is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return _once(columns, holds(columns, comparison.attribute))


def _once(columns: Columns, found: Lists) -> Held:
    rows, numbers = found.rows, found.values
    places = distinct(rows, numbers, len(columns))
    return rows[places], numbers[places]


def _agreeing(columns: Columns, comparison: Comparison, rows: Ints, numbers: Ints) -> float:
    """The chance that two holders share a value; identifiers by their scheme, weighted by their comparable pairs."""
    if comparison.kind != "identifier":
        return _agreement(rows, numbers)
    schemes = columns.identifiers.scheme[_first_with(columns, numbers)]
    chances, pairs = [], []
    for scheme in np.unique(schemes):
        within = schemes == scheme
        holders = _holders(rows[within])
        pairs.append(holders * (holders - 1))
        chances.append(_agreement(rows[within], numbers[within]))
    comparable = sum(pairs)
    return float(np.dot(chances, pairs)) / comparable if comparable else 0.0


def _first_with(columns: Columns, numbers: Ints) -> Ints:
    """A place among the identifiers of each number that :func:`_identifiers` gave."""
    coded, _places, _sizes = _coded_identifiers(columns)
    place_of = np.zeros(int(coded.max(initial=0)) + 1, dtype=np.int64)
    place_of[coded] = np.arange(len(coded))
    found: Ints = place_of[numbers]
    return found


def _agreement(rows: Ints, numbers: Ints) -> float:
    counts = grouped(numbers)[2].astype(np.float64)
    return agreement_of_counts(counts.tolist(), _holders(rows))


def _holders(rows: Ints) -> int:
    """How many rows there are; they come in order."""
    return int((np.diff(rows) != 0).sum()) + 1 if len(rows) else 0


def _often(pool: Texts, numbers: Ints) -> dict[str, int]:
    counts = np.bincount(numbers, minlength=len(pool))
    often = np.flatnonzero(counts >= OFTEN)
    return dict(zip(pool.series.gather(often).to_list(), counts[often].tolist(), strict=True))


def _pool(columns: Columns, comparison: Comparison) -> Texts:
    return columns.spelt[1] if comparison.kind == "organisation_name" else columns.names.pool


def _name(columns: Columns, _attribute: str, *, part: str, least: int) -> Lists:
    """A part of the name that has so many letters."""
    names = columns.names
    numbers: Ints = getattr(names, part)
    pool = names.middles if part == "middle" else names.pool
    return Lists.single(numbers, pool.lengths[numbers] >= least)


def _date(columns: Columns, attribute: str) -> Lists:
    numbers = columns.dates[attribute]
    return Lists.single(numbers, numbers % 100 > 0)


def _emails(columns: Columns, _attribute: str) -> Lists:
    own = columns.emails
    return own.lists.keep(~own.role[own.lists.values])


def _addresses(columns: Columns, _attribute: str) -> Lists:
    own = columns.addresses
    place = np.where(own.postcode > 0, own.postcode, own.city)
    there = (own.street > 0) & (place > 0)
    houses = grouped(own.house.astype(np.int64) << 32 | own.street)[0]
    numbers = grouped(houses << 32 | place)[0]
    found = Lists(own.lists.starts, numbers[own.lists.values])
    return found.keep(there[own.lists.values])


def _coded_identifiers(columns: Columns) -> tuple[Ints, Ints, Ints]:
    own = columns.identifiers
    return grouped(own.scheme.astype(np.int64) << 32 | own.value)


def _identifiers(columns: Columns, _attribute: str) -> Lists:
    """Scheme and value together, verified or not."""
    lists = columns.identifiers.lists
    return Lists(lists.starts, _coded_identifiers(columns)[0][lists.values])


_HELD: Final[Mapping[str, Callable[[Columns, str], Lists]]] = {
    "given_name": partial(_name, part="given", least=2),
    "family_name": partial(_name, part="family", least=1),
    "middle_name": partial(_name, part="middle", least=2),
    "date": _date,
    "email": _emails,
    "phone": lambda columns, _: columns.phones,
    "address": _addresses,
    "identifier": _identifiers,
    "organisation_name": lambda columns, _: columns.spelt[0],
    "website": lambda columns, _: columns.websites.lists,
    "exact": lambda columns, attribute: columns.texts[attribute].lists,
    "text": lambda columns, attribute: columns.texts[attribute].lists,
}
