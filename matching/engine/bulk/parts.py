"""The parts of keys in columns: for each record the numbers of its values in a pool of key texts.

Each mirrors its function in `matching.engine.keys`; a part that has no array form here is made record by record.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import polars as pl

from matching.engine import keys as reference
from matching.engine.bulk.columns import Columns, digits_of, endings_of
from matching.engine.bulk.fast import kernel, pays
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.numbering import numbered
from matching.engine.bulk.texts import Later, Texts
from matching.engine.contacts import PROVIDERS
from matching.engine.names import organisation_name


@dataclass(frozen=True)
class Part:
    """The values of one part: numbers of `pool`, none of them 0."""

    lists: Lists
    pool: Texts

    def present(self) -> "Part":
        """Without empty values."""
        return Part(self.lists.keep(self.lists.values > 0), self.pool)


def _mapped(lists: Lists, made: pl.Series) -> Part:
    """Each value replaced by the text made of it."""
    pool, (numbers,) = Texts.of(made)
    return Part(Lists(lists.starts, numbers[lists.values]), pool).present()


def _each(lists: Lists, pool: pl.Series, make: Callable[[str], str]) -> Part:
    return _mapped(lists, pl.Series("", [make(text) for text in pool], dtype=pl.String))


def _of(column: Ints) -> Lists:
    return Lists.single(column, column > 0)


def _given_names(columns: Columns) -> Lists:
    return _of(columns.names.given).through(columns.names.full)


def _family_names(columns: Columns) -> Lists:
    return _of(columns.names.family).joined(_of(columns.names.double).through(columns.names.parts))


def _sounds(columns: Columns, lists: Lists) -> Part:
    pool, numbers = columns.names.sounds
    return Part(Lists(lists.starts, numbers[lists.values]), pool).present()


def _both(columns: Columns, one: Lists, other: Lists, pool: Texts) -> Part:
    """A given with a family name, in the order of their texts."""
    rows, left, right = cross(one.rows, one.values, other)
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    both = low << 32 | high
    numbers, places = numbered(both)
    distinct = both[places]
    texts = pool.series.gather(distinct >> 32) + " " + pool.series.gather(distinct & 0xFFFFFFFF)
    return _mapped(Lists.of(rows, numbers, len(columns)), texts)


def cross(rows: Ints, values: Ints, other: Lists) -> tuple[Ints, Ints, Ints]:
    """Every value (with its row) with every value that the other has in that row: rows, values, others."""
    if pays(len(rows)):
        whole = int((other.starts[rows + 1] - other.starts[rows]).sum())
        again, found = np.empty(whole, dtype=np.int64), np.empty(whole, dtype=other.values.dtype)
        _cross(rows, other.starts, other.values, again, found)
        return rows[again], values[again], found
    places, counts = other.positions(rows)
    again = np.repeat(np.arange(len(rows)), counts)
    return rows[again], values[again], other.values[places]


@kernel
def _cross(rows: Ints, starts: Ints, values: Ints, again: Ints, found: Ints) -> None:
    at = 0
    for place in range(len(rows)):
        for other in range(starts[rows[place]], starts[rows[place] + 1]):
            again[at], found[at] = place, values[other]
            at += 1


def _names(columns: Columns) -> Part:
    given, family = _sounds(columns, _given_names(columns)), _sounds(columns, _family_names(columns))
    return _both(columns, given.lists, family.lists, given.pool)


def _names_prefix(columns: Columns) -> Part:
    pool, numbers = Texts.of(columns.names.pool.series.str.slice(0, reference.PREFIX))
    given, family = numbers[0][columns.names.given], numbers[0][columns.names.family]
    return _both(columns, _of(given), _of(family), pool)


def _name_texts(columns: Columns, make: Callable[[pl.Series], pl.Series], *numbers: Ints) -> Part:
    lists = _of(numbers[0])
    for more in numbers[1:]:
        lists = lists.joined(_of(more))
    return _mapped(lists, make(columns.names.pool.series))


def _prefix(columns: Columns, lists: Lists) -> Part:
    return _mapped(lists, columns.names.pool.series.str.slice(0, reference.PREFIX))


def _initial(pool: pl.Series) -> pl.Series:
    return pool.str.slice(0, 1)


def _letters(pool: pl.Series) -> pl.Series:
    return pl.Series("", ["".join(sorted(set(each))) if len(each) > 1 else "" for each in pool], dtype=pl.String)


def _emails(columns: Columns) -> Part:
    own = columns.emails
    allowed = ~own.role | (columns.party_type == "organisation")
    return Part(own.lists.keep(allowed[own.lists.values]), own.whole).present()


def _users(columns: Columns, shortest: int, length: int) -> Part:
    own = columns.emails
    users = own.users.series
    made = pl.select(pl.when(users.str.len_chars() > shortest).then(users.str.slice(0, length)).otherwise(pl.lit("")))
    lists = own.lists.keep(~own.role[own.lists.values])
    return _mapped(Lists(lists.starts, own.user[lists.values]), made.to_series())


def _domains(columns: Columns) -> Part:
    own = columns.emails
    texts = own.domains.series
    made = pl.select(pl.when(texts.is_in(sorted(PROVIDERS))).then(pl.lit("")).otherwise(texts)).to_series()
    return _mapped(Lists(own.lists.starts, own.domain[own.lists.values]), made)


def _coded(lists: Lists, texts: Callable[[Ints], pl.Series]) -> Part:
    """Values that are numbers, of which each distinct one has a text of its own, made when it is asked for."""
    numbers, places = numbered(lists.values)
    distinct = lists.values[places]
    pool = Later(lambda: pl.concat([pl.Series("", [""]), texts(distinct).rename("")]))
    return Part(Lists(lists.starts, numbers + 1), pool)


def _phones(columns: Columns) -> Part:
    phones = columns.phones
    return _coded(Lists(phones.starts, endings_of(phones.values)), digits_of)


def _identifiers(columns: Columns) -> Part:
    """Whether one is verified does not matter."""
    own = columns.identifiers
    whole = own.scheme.astype(np.int64) << 32 | own.value

    def texts(codes: Ints) -> pl.Series:
        return own.schemes.series.gather(codes >> 32) + ":" + own.pool.series.gather(codes & 0xFFFFFFFF)

    return _coded(Lists(own.lists.starts, whole[own.lists.values]), texts)


def _births(columns: Columns, codes: Callable[[Ints], Ints], text: Callable[[int], str]) -> Part:
    """Part of the birth date as a number, and its text; those without have 0."""
    found = codes(columns.dates["birth_date"].astype(np.int64))
    return _coded(
        Lists.single(found, found > 0), lambda distinct: pl.Series("", list(map(text, distinct.tolist())), pl.String)
    )


def _day(number: int) -> str:
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + f"-{day:02d}"


def _place(columns: Columns, part: str, make: Callable[[pl.Series], pl.Series] | None = None) -> Part:
    own = columns.addresses
    lists = Lists(own.lists.starts, getattr(own, part)[own.lists.values])
    pool = own.pool.series
    return Part(lists, own.pool).present() if make is None else _mapped(lists, make(pool))


def _street(pool: pl.Series) -> pl.Series:
    return pool.str.replace_all(" ", "", literal=True).str.slice(0, 6)


def _rarest(columns: Columns) -> Part:
    own = columns.organisations
    per_text = [_rarest_words(text) for text in own.pool.series]
    pool, (numbers,) = Texts.of(pl.Series("", list(chain.from_iterable(per_text)), dtype=pl.String))
    table = Lists(np.concatenate([[0], np.cumsum([len(each) for each in per_text])]), numbers)
    return Part(own.lists.through(table), pool).present()


def _rarest_words(whole: str) -> list[str]:
    name = organisation_name(whole) if whole else None
    return list(reference.rarest_words(name)) if name else []


def _slowly(columns: Columns, part: str) -> Part:
    """A part without an array form, from the features of every record."""
    make = reference.PARTS[part]
    per_row = [[text for text in make(columns.features(row)) if text] for row in range(len(columns))]
    pool, (numbers,) = Texts.of(pl.Series("", list(chain.from_iterable(per_row)), dtype=pl.String))
    return Part(Lists(np.concatenate([[0], np.cumsum([len(each) for each in per_row])]), numbers), pool)


_MAKERS: Final[dict[str, Callable[[Columns], Part]]] = {
    "identifier": _identifiers,
    "email": _emails,
    "email_user": lambda c: _users(c, 3, 1_000),
    "email_user_prefix": lambda c: _users(c, 4, 5),
    "email_domain": _domains,
    "phone": _phones,
    "names": _names,
    "names_prefix": _names_prefix,
    "name": lambda c: _sounds(c, _given_names(c).joined(_family_names(c))),
    "name_letters": lambda c: _name_texts(c, _letters, c.names.given, c.names.family),
    "name_initial": lambda c: _name_texts(c, _initial, c.names.given, c.names.family),
    "given": lambda c: _sounds(c, _given_names(c)),
    "given_spelt": lambda c: Part(_of(c.names.given), c.names.pool),
    "given_initial": lambda c: _name_texts(c, _initial, c.names.given),
    "middle": lambda c: Part(_of(c.names.middle), c.names.middles),
    "family": lambda c: _sounds(c, _family_names(c)),
    "family_spelt": lambda c: Part(_of(c.names.family), c.names.pool),
    "family_initial": lambda c: _name_texts(c, _initial, c.names.family),
    "family_prefix": lambda c: _prefix(c, _family_names(c)),
    "birth_date": lambda c: _births(c, lambda dates: np.where(dates % 100 > 0, dates, 0), _day),
    "birth_year": lambda c: _births(c, lambda dates: dates // 10_000, lambda year: f"{year:04d}"),
    "postcode": lambda c: _place(c, "postcode"),
    "house": lambda c: _place(c, "house"),
    "street": lambda c: _place(c, "street", _street),
    "city": lambda c: _place(c, "city"),
    "city_prefix": lambda c: _place(c, "city", lambda pool: pool.str.slice(0, reference.PREFIX)),
    "organisation": lambda c: _each(c.organisations.lists, c.organisations.pool.series, lambda t: t.replace(" ", "")),
    "organisation_prefix": lambda c: _mapped(c.organisations.lists, _street(c.organisations.pool.series)),
    "organisation_word": _rarest,
    "website": lambda c: Part(c.websites.lists, c.websites.pool),
}


def part_of(columns: Columns, part: str) -> Part:
    """The values of a part for every record."""
    maker = _MAKERS.get(part)
    if maker is None:
        return _slowly(columns, part)
    made = maker(columns)
    return _with_others(columns, part, made) if columns.others and part in reference.OF_NAMES else made


def _with_others(columns: Columns, part: str, made: Part) -> Part:
    """With what further names add, by the reference."""
    make, rows, texts = reference.PARTS[part], list[int](), list[str]()
    for row in sorted(columns.others):
        known = {made.pool[number] for number in made.lists.row(row)}
        fresh = dict.fromkeys(text for text in make(columns.features(row)) if text and text not in known)
        rows += [row] * len(fresh)
        texts += fresh
    pool, (before, more) = Texts.of(made.pool.series, pl.Series("", texts, dtype=pl.String))
    added = Lists.of(np.array(rows, dtype=np.int64), more, len(columns))
    return Part(Lists(made.lists.starts, before[made.lists.values]).joined(added), pool)


def texts_of(numbers: Iterable[tuple[Ints, Texts]]) -> pl.Series:
    """The key texts of several parts, joined."""
    columns = {str(place): pool.series.gather(each) for place, (each, pool) in enumerate(numbers)}
    return pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator="|")).to_series()
