"""Names of persons in columns: one pool for all folded names, with how each sounds and its full forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.texts import Texts
from matching.engine.names import PersonName, foreign, sound
from matching.engine.nicknames import full_names, known

# What `Names` has of each record.
NUMBERED: Final = (
    *("given", "given_whole", "given_written", "middle", "family", "family_written", "double", "generation", "gender"),
)


@dataclass(frozen=True)
class Names:
    """Numbers into `pool` (folded names), `written` (as written), `middles` and `doubles` (words side by side)."""

    given: Ints
    given_whole: Ints
    given_written: Ints
    middle: Ints
    family: Ints
    family_written: Ints
    double: Ints
    generation: Ints
    gender: Ints
    pool: Texts
    written: Texts
    middles: Texts
    doubles: Texts
    genders: Texts

    def row(self, row: int) -> PersonName:
        """That of a record, as features have it."""
        given = self.pool[self.given[row]]
        return PersonName(
            given=given,
            given_whole=self.pool[self.given_whole[row]],
            given_written=self.written[self.given_written[row]],
            full_names=full_names(given) if given else frozenset(),
            middle=self.middles[self.middle[row]],
            family=self.pool[self.family[row]],
            family_written=self.written[self.family_written[row]],
            family_parts=tuple(self.doubles[self.double[row]].split()),
            generation=int(self.generation[row]),
        )

    def gender_of(self, row: int) -> str:
        """The letter of a record's gender; empty where it is not known."""
        return self.genders[self.gender[row]]

    def listen(self) -> None:
        """Make what keys of names stand on."""
        _ = self.sounds, self.full, self.parts

    @cached_property
    def sounds(self) -> tuple[Texts, Ints]:
        """How the names of the pool sound."""
        heard, (numbers,) = Texts.of(pl.Series([sound(name) if name else "" for name in self.pool.series]))
        return heard, numbers

    @cached_property
    def _given(self) -> Ints:
        return np.unique(self.given[self.given > 0])

    @cached_property
    def full(self) -> Lists:
        """The full names of each given name of the pool, as numbers of the pool, in order."""
        texts = self.pool.series.gather(self._given)
        lists = self.pool.lists([sorted(full_names(text)) for text in texts])
        counts = np.zeros(len(self.pool), dtype=np.int64)
        counts[self._given] = lists.counts
        return Lists(np.concatenate([[0], np.cumsum(counts)]), lists.values)

    @cached_property
    def known(self) -> Ints:
        """Which given names stand in the list of names."""
        found = np.zeros(len(self.pool), dtype=bool)
        found[self._given] = [known(text) for text in self.pool.series.gather(self._given)]
        return found

    @cached_property
    def foreign(self) -> Ints:
        """Which names are written in other letters than Latin ones."""
        found = np.zeros(len(self.written), dtype=bool)
        for number in np.flatnonzero(~self.written.plain).tolist():
            found[number] = foreign(self.written[number])
        return found

    @cached_property
    def parts(self) -> Lists:
        """The parts of each double family name, as numbers of the pool."""
        return self.pool.words(self.doubles)

    @cached_property
    def words(self) -> Lists:
        """The words of each middle name, as numbers of the pool."""
        return self.pool.words(self.middles)


def names_of(columns: Mapping[str, pl.Series], others: Mapping[int, tuple[PersonName, ...]]) -> Names:
    """Number the names, their parts and their full forms; the parts of further names are in the pool, too."""
    extra = {word for text in columns["parts"].unique() for word in text.split()}
    extra |= {word for text in columns["middle"].unique() for word in text.split()}
    extra |= {name for given in columns["given"].unique() if given for name in full_names(given)}
    extra |= {part for several in others.values() for name in several for part in (name.given, name.family)}
    more = pl.Series(sorted(extra), dtype=pl.String)
    pool, found = Texts.of(columns["given"], columns["given_whole"], columns["family"], more)
    written, (given_written, family_written) = Texts.of(columns["given_written"], columns["family_written"])
    middles, (middle,) = Texts.of(columns["middle"])
    doubles, (double,) = Texts.of(columns["parts"])
    genders, (gender,) = Texts.of(columns["gender"])
    return Names(
        given=found[0],
        given_whole=found[1],
        given_written=given_written,
        middle=middle,
        family=found[2],
        family_written=family_written,
        double=double,
        generation=columns["generation"].to_numpy().astype(np.int8),
        gender=gender,
        pool=pool,
        written=written,
        middles=middles,
        doubles=doubles,
        genders=genders,
    )
