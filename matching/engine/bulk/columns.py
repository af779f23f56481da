"""Columns: the features of many records, as numbers into pools of distinct values.

Nothing is lost: `features(row)` gives back exactly what `features.prepare` made of the record, so that the reference
scorer can take over any pair.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from matching.engine.addresses import Address
from matching.engine.bulk.aside import side_by_side
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.naming import NUMBERED, Names, names_of
from matching.engine.bulk.numbering import numbered
from matching.engine.bulk.prepared import PHONE_BASE, Prepared, Rows, prepared_of
from matching.engine.bulk.texts import Texts
from matching.engine.contacts import LAST_DIGITS, ROLES, Email, Identifier, PartialDate, Phone
from matching.engine.features import Features
from matching.engine.model import Model
from matching.engine.names import PersonName, organisation_name


@dataclass(frozen=True)
class Emails:
    """Addresses of each record; of each distinct one its user, domain, and whether many share it."""

    lists: Lists
    whole: Texts
    users: Texts
    domains: Texts
    user: Ints
    domain: Ints
    role: Ints

    def row(self, row: int) -> tuple[Email, ...]:
        """Those of a record, as features have them."""
        return tuple(
            Email(self.whole[n], self.users[self.user[n]], self.domains[self.domain[n]], bool(self.role[n]))
            for n in self.lists.row(row)
        )


@dataclass(frozen=True)
class Addresses:
    """Addresses of each record, numbered; the parts of each number."""

    lists: Lists
    house: Ints
    street: Ints
    words: Ints
    postcode: Ints
    city: Ints
    pool: Texts
    sets: Texts

    def row(self, row: int) -> tuple[Address, ...]:
        """Those of a record, as features have them."""
        return tuple(
            Address(
                self.pool[self.house[n]],
                self.pool[self.street[n]],
                frozenset(self.sets[self.words[n]].split()),
                self.pool[self.postcode[n]],
                self.pool[self.city[n]],
            )
            for n in self.lists.row(row)
        )


@dataclass(frozen=True)
class Identifiers:
    """Identifiers of each record, numbered; scheme, value and standing of each number."""

    lists: Lists
    scheme: Ints
    value: Ints
    verified: Ints
    schemes: Texts
    pool: Texts

    def row(self, row: int) -> tuple[Identifier, ...]:
        """Those of a record, as features have them."""
        return tuple(
            Identifier(self.schemes[self.scheme[n]], self.pool[self.value[n]], bool(self.verified[n]))
            for n in self.lists.row(row)
        )


@dataclass(frozen=True)
class Plain:
    """Values that are compared as they are."""

    lists: Lists
    pool: Texts

    def row(self, row: int) -> tuple[str, ...]:
        """Those of a record."""
        return tuple(self.pool[number] for number in self.lists.row(row))


@dataclass(frozen=True)
class Columns:
    """The features of many records. `spaces` numbers the match space of each: only within one are records compared."""

    ids: Ints
    party_type: str
    spaces: Ints
    names: Names
    emails: Emails
    phones: Lists
    addresses: Addresses
    identifiers: Identifiers
    websites: Plain
    organisations: Plain
    dates: Mapping[str, Ints]
    texts: Mapping[str, Plain]
    others: Mapping[int, tuple[PersonName, ...]]

    def __len__(self) -> int:
        return len(self.ids)

    def features(self, row: int) -> Features:
        """What `prepare` made of this record."""
        dates = {name: _date(int(column[row])) for name, column in self.dates.items() if column[row]}
        texts = {name: found for name, column in self.texts.items() if (found := column.row(row))}
        return Features(
            id=int(self.ids[row]),
            party_type=self.party_type,
            name=self.names.row(row),
            organisations=tuple(
                name for whole in self.organisations.row(row) if (name := organisation_name(whole)) is not None
            ),
            gender=self.names.gender_of(row),
            emails=self.emails.row(row),
            phones=tuple(_phone(number) for number in self.phones.row(row)),
            addresses=self.addresses.row(row),
            identifiers=self.identifiers.row(row),
            websites=self.websites.row(row),
            dates=dates,
            texts=texts,
            others=self.others.get(row, ()),
        )

    def take(self, rows: Ints) -> "Columns":
        """These rows, in this order; the pools stay as they are."""
        names = {part: getattr(self.names, part)[rows] for part in NUMBERED}
        place = {int(row): number for number, row in enumerate(rows)} if self.others else {}
        return replace(
            self,
            ids=self.ids[rows],
            spaces=self.spaces[rows],
            names=replace(self.names, **names),
            emails=replace(self.emails, lists=self.emails.lists.take(rows)),
            phones=self.phones.take(rows),
            addresses=replace(self.addresses, lists=self.addresses.lists.take(rows)),
            identifiers=replace(self.identifiers, lists=self.identifiers.lists.take(rows)),
            websites=replace(self.websites, lists=self.websites.lists.take(rows)),
            organisations=replace(self.organisations, lists=self.organisations.lists.take(rows)),
            dates={name: column[rows] for name, column in self.dates.items()},
            texts={name: replace(plain, lists=plain.lists.take(rows)) for name, plain in self.texts.items()},
            others={place[row]: names for row, names in self.others.items() if row in place},
        )

    @cached_property
    def several(self) -> Ints:
        """Which persons have several names: the reference compares those."""
        found = np.zeros(len(self), dtype=bool)
        found[list(self.others)] = True
        return found

    @cached_property
    def spelt(self) -> tuple[Lists, Texts]:
        """The names of organisations without spaces."""
        own = self.organisations
        pool, (numbers,) = Texts.of(own.pool.series.str.replace_all(" ", "", literal=True))
        return Lists(own.lists.starts, numbers[own.lists.values]), pool

    def without(self, crowded: Mapping[str, Collection[str]]) -> "Columns":
        """Without contacts that say nothing: whole e-mails, last digits of phones, identifiers with their scheme."""
        mails, phones, own = self.emails, self.phones, self.identifiers
        bad_mails = mails.whole.series.is_in(list(crowded.get("email", ()))).to_numpy()
        endings = [len(each) * PHONE_BASE + int(each) for each in crowded.get("phone", ())]
        numbers = own.schemes.series.gather(own.scheme) + ":" + own.pool.series.gather(own.value)
        bad_numbers = numbers.is_in(list(crowded.get("identifier", ()))).to_numpy()
        return replace(
            self,
            emails=replace(mails, lists=mails.lists.keep(~bad_mails[mails.lists.values])),
            phones=phones.keep(~np.isin(endings_of(phones.values), endings)),
            identifiers=replace(own, lists=own.lists.keep(~bad_numbers[own.lists.values])),
        )


def endings_of(phones: Ints) -> Ints:
    """The last digits of phones, with how many they are."""
    found: Ints = np.minimum(phones // PHONE_BASE, LAST_DIGITS) * PHONE_BASE + phones % 10**LAST_DIGITS
    return found


def digits_of(phones: Ints) -> pl.Series:
    """The digits of phones, or of their endings, as texts."""
    numbers = phones.astype(np.int64)
    digits = pl.Series(numbers % PHONE_BASE, dtype=pl.Int64).cast(pl.String)
    lengths = pl.Series(numbers // PHONE_BASE, dtype=pl.Int64)
    return pl.select(digits.str.zfill(lengths)).to_series()


def of_features(model: Model, features: Sequence[Features], spaces: Ints | None = None) -> Columns:
    """The columns of features that are at hand."""
    return of_prepared(prepared_of(model, features), spaces)


def of_prepared(made: Prepared, spaces: Ints | None = None) -> Columns:
    """Number all values."""
    count = len(made.ids)
    # The longest first.
    steps: list[Callable[[], Any]] = [
        lambda: _emails(made.emails, count),
        lambda: names_of(made.names, made.others),
        lambda: _addresses(made.addresses, count),
        lambda: _identifiers(made.identifiers, count),
    ]
    emails, names, addresses, identifiers = side_by_side(count, steps)
    return Columns(
        ids=made.ids,
        party_type=made.party_type,
        spaces=np.zeros(count, dtype=np.int32) if spaces is None else spaces,
        names=names,
        emails=emails,
        phones=Lists.of(made.phones.rows, made.phones.parts["number"].to_numpy().astype(np.int64), count),
        addresses=addresses,
        identifiers=identifiers,
        websites=_plain(made.websites, "value", count),
        organisations=_plain(made.organisations, "whole", count),
        dates=made.dates,
        texts={name: _plain(rows, "value", count) for name, rows in made.texts.items()},
        others=made.others,
    )


def _plain(rows: Rows, part: str, count: int) -> Plain:
    pool, (numbers,) = Texts.of(rows.parts[part])
    return Plain(Lists.of(rows.rows, numbers, count), pool)


def _emails(made: Rows, count: int) -> Emails:
    whole, (numbers,) = Texts.of(made.parts["whole"])
    halves = whole.series.str.splitn("@", 2)
    user, domain = halves.struct.field("field_0").fill_null(""), halves.struct.field("field_1").fill_null("")
    several = np.flatnonzero(domain.str.contains("@", literal=True).to_numpy())
    if len(several):
        halves = whole.series.gather(several).str.extract_groups(r"^(.*)@([^@]*)$")
        user = user.scatter(several, halves.struct.field("1"))
        domain = domain.scatter(several, halves.struct.field("2"))
    users, (user_numbers,) = Texts.of(user)
    domains, (domain_numbers,) = Texts.of(domain)
    role = user.is_in(sorted(ROLES)).to_numpy().astype(bool)
    return Emails(Lists.of(made.rows, numbers, count), whole, users, domains, user_numbers, domain_numbers, role)


def _addresses(made: Rows, count: int) -> Addresses:
    parts = made.parts
    pool, found = Texts.of(parts["house"], parts["street"], parts["postcode"], parts["city"])
    house, street, postcode, city = found
    sets, (words,) = Texts.of(parts["words"])
    numbers = np.arange(len(made.rows), dtype=np.int32)
    return Addresses(Lists.of(made.rows, numbers, count), house, street, words, postcode, city, pool, sets)


def _identifiers(made: Rows, count: int) -> Identifiers:
    """Equal ones have one number: of scheme, value and standing."""
    schemes, (scheme,) = Texts.of(made.parts["scheme"])
    pool, (value,) = Texts.of(made.parts["value"])
    verified = made.parts["verified"].to_numpy().astype(bool)
    whole = (scheme.astype(np.int64) << 33) | (value.astype(np.int64) << 1) | verified
    numbers, places = numbered(whole)
    distinct = whole[places]
    lists = Lists.of(made.rows, numbers, count)
    parts = (distinct >> 33).astype(np.int32), ((distinct >> 1) & 0xFFFFFFFF).astype(np.int32)
    return Identifiers(lists, parts[0], parts[1], (distinct & 1).astype(bool), schemes, pool)


def _phone(number: int) -> Phone:
    length, digits = divmod(number, PHONE_BASE)
    text = str(digits).zfill(length)
    return Phone(text, text[-LAST_DIGITS:])


def _date(number: int) -> PartialDate:
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    whole = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")
    return PartialDate(whole, year, month, day)
