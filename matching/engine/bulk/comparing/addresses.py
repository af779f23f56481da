"""Comparing addresses in arrays; the kernel mirrors `matching.engine.comparing.addresses`."""

from typing import Any

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing.kind import MISSING, UNDECIDED, Kind, fixed, listed, pool_of, present
from matching.engine.bulk.comparing.names import NEAR_LINE
from matching.engine.bulk.comparing.rows import ADDRESS, spans
from matching.engine.bulk.fast import inlined
from matching.engine.bulk.lists import Ints, Lists
from matching.engine.bulk.strings import LENGTH, LONGEST, START, may_reach, similar, within_one
from matching.engine.bulk.texts import Texts

STREET_LINE = 0.9
_NOTHING = 7
# What is known of each address: numbers of its parts, and whether it is the reference's for its length.
HOUSE, STREET, WORDS, POSTCODE, CITY, LONG = range(6)


@inlined
def _reaches(pool: Any, one: int, other: int, line: float) -> bool:
    return may_reach(pool, one, other, line) and similar(pool, one, other) >= line


@inlined
def _same_place(pool: Any, one: int, other: int) -> bool:
    if one == other or _reaches(pool, one, other, NEAR_LINE):
        return True
    letters, heads = pool
    a, b = heads[one, START], heads[other, START]
    short = min(heads[one, LENGTH], heads[other, LENGTH])
    if short <= 3:
        return False
    place = 0
    while place < short and letters[a + place] == letters[b + place]:
        place += 1
    return place == short


@inlined
def _contains(sets: Any, whole: int, streets: Any, street: int) -> bool:
    """Whether all words of a street are among the words of an address."""
    set_starts, set_values = sets
    starts, values = streets
    for place in range(starts[street], starts[street + 1]):
        there = False
        for other in range(set_starts[whole], set_starts[whole + 1]):
            if set_values[other] == values[place]:
                there = True
                break
        if not there:
            return False
    return True


@inlined
def _differ(one: int, other: int) -> bool:
    return one != 0 and other != 0 and one != other


@inlined
def _in_one_street(parts: Any, pool: Any, one: int, other: int, together: bool) -> int:
    mine, yours = parts[one, HOUSE], parts[other, HOUSE]
    codes = _differ(parts[one, POSTCODE], parts[other, POSTCODE])
    two = together and codes and not within_one(pool, parts[one, POSTCODE], parts[other, POSTCODE])
    if mine != 0 and mine == yours:
        return 1 if two or (not together and (codes or _differ(parts[one, CITY], parts[other, CITY]))) else 0
    if two:
        return 5
    both = mine != 0 and yours != 0
    if not together:
        return 2 if not both and not codes else 6
    return 3 if both else 2


@inlined
def _address(parts: Any, pool: Any, sets: Any, streets: Any, one: int, other: int) -> int:
    """same 0, near 1, street 2, neighbour 3, postcode 4, city 5, different 6, nothing to compare 7."""
    code = parts[one, POSTCODE] != 0 and parts[one, POSTCODE] == parts[other, POSTCODE]
    here, there = parts[one, CITY], parts[other, CITY]
    town = not code and here != 0 and there != 0 and _same_place(pool, here, there)
    mine, yours = parts[one, STREET], parts[other, STREET]
    if mine != 0 and yours != 0:
        same = (
            mine == yours
            or _contains(sets, parts[one, WORDS], streets, yours)
            or _contains(sets, parts[other, WORDS], streets, mine)
            or _reaches(pool, mine, yours, STREET_LINE)
        )
        if same:
            return _in_one_street(parts, pool, one, other, code or town)
    if code:
        return 1 if parts[one, HOUSE] != 0 and parts[one, HOUSE] == parts[other, HOUSE] else 4
    if town:
        return 5
    comparable = (mine and yours) or (parts[one, POSTCODE] and parts[other, POSTCODE]) or (here and there)
    return 6 if comparable else _NOTHING


@inlined
def address_level(rows: Ints, addresses: Any, i: int, j: int) -> int:
    """The best level of any two addresses of rows i and j, in the order of the vocabulary."""
    (starts, values), parts, pool, sets, streets = addresses
    mine, yours = rows[i, ADDRESS], rows[j, ADDRESS]
    a_from, a_to, b_from, b_to, single = spans(starts, mine, yours, i, j)
    best, unsure = _NOTHING, False
    for a in range(a_from, a_to):
        for b in range(b_from, b_to):
            one, other = (mine, yours) if single else (values[a], values[b])
            if parts[one, LONG] or parts[other, LONG]:
                unsure = True
                continue
            level = _address(parts, pool, sets, streets, one, other)
            if level < best:
                best = level
    if unsure and best > 0:
        return UNDECIDED
    return MISSING if best == _NOTHING else best


def _words(*pools: Texts) -> list[Lists]:
    """The words of each text of some pools, numbered together."""
    words, _numbers = Texts.of(*(pool.series.str.split(" ").explode() for pool in pools))
    return [words.words(pool) for pool in pools]


def addresses_of(columns: Columns) -> tuple[Any, ...]:
    """Addresses as their kernel takes them."""
    own = columns.addresses
    sets, streets = _words(own.sets, own.pool)
    over = own.pool.lengths > LONGEST
    long = over[own.street] | over[own.city]
    parts = np.stack([own.house, own.street, own.words, own.postcode, own.city, long], axis=1)
    return listed(own.lists), fixed(parts, np.int32), pool_of(own.pool), listed(sets), listed(streets)


class Address(Kind):
    """Street, house, postcode and city as one thing."""

    def quick(self, left: Ints, right: Ints) -> Ints:
        return present(self.columns.addresses.lists, left, right)
