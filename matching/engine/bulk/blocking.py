"""Blocking in arrays: which pairs are compared.

Keys are sorted by number and walked block by block. A block over the model's cap is replaced by finer ones; of a finer
one that is over the cap still, neighbours are compared (`keys.windows`), and both are reported. A pair is taken under
the first key that both records share, so that none comes twice and none has to be remembered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import polars as pl

from matching.engine import keys as reference
from matching.engine.bulk.aside import WORKERS, side_by_side
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.fast import AVAILABLE, kernel
from matching.engine.bulk.keys import KeyMaker, RuleKeys, common, mixed
from matching.engine.bulk.lists import Ints, Lists, grouped
from matching.engine.bulk.parts import cross, texts_of
from matching.engine.model import Model

CHUNK = 1 << 18  # few enough that the next are found while these are still being scored
CONTACTS = ("email", "phone", "identifier")


@dataclass(frozen=True)
class Large:
    """A block over the cap: of which rule and key number, one row in it, how many records, whether a finer one."""

    rule: int
    number: int
    row: int
    records: int
    finer: bool


@dataclass
class Blocks:
    """The keys under which records are compared; `plain` and `finer` as they are to be stored."""

    columns: Columns
    plain: list[RuleKeys] = field(default_factory=list)
    finer: list[RuleKeys] = field(default_factory=list)
    large: list[Large] = field(default_factory=list)
    compared: list[Lists] = field(default_factory=list)
    crowded: dict[str, set[str]] = field(default_factory=dict)

    def telling(self) -> Columns:
        """The columns without the contacts that more records share than say anything."""
        return self.columns.without(self.crowded) if self.crowded else self.columns

    def forget(self) -> None:
        """Let go of all keys: the pairs have been compared, and what is to be stored has been made."""
        for each in (self.plain, self.finer, self.compared):
            each.clear()

    def count(self, rule: int) -> int:
        """How many pairs of the rule's blocks there are, those met under earlier rules included."""
        sizes = np.unique(self.compared[rule].values, return_counts=True)[1].astype(np.int64)
        return int((sizes * (sizes - 1) // 2).sum())


def block(model: Model, columns: Columns, *, keep: bool = False) -> Blocks:
    """Make the keys of all rules, and finer ones for blocks over the cap; with `keep` they are all held for storing."""
    maker = KeyMaker(model, columns)
    blocks = Blocks(columns)
    for made, met, whole in _made(maker, model, len(columns)):
        if met.sizes.max(initial=0) > model.shared_limit:
            _note_crowded(blocks, model, made.where(met.over(model.shared_limit)))
        if keep:
            blocks.plain.append(made)
        if whole is not None:
            blocks.compared.append(whole)
            continue
        several = _divided(blocks, maker, made, met, keep=keep)
        blocks.compared.append(_compared(several, model.block_cap, len(columns)))
    return blocks


@dataclass(frozen=True)
class _Met:
    """The blocks of those keys that others may have, too: their places, the block of each, and the sizes of blocks."""

    places: Ints
    groups: Ints
    sizes: Ints

    @classmethod
    def of(cls, numbers: Ints) -> "_Met":
        places = common(numbers)
        groups, _places, sizes = grouped(numbers[places])
        return cls(places, groups, sizes)

    def over(self, size: int) -> Ints:
        """The places of the keys of blocks above a size."""
        return self.places[(self.sizes > size)[self.groups]]

    def count(self, cap: int) -> int:
        """How many blocks of several keys there are, up to the cap."""
        return int(np.count_nonzero((self.sizes > 1) & (self.sizes <= cap)))

    def shared(self, rows: Ints, cap: int, after: int) -> tuple[Ints, Ints]:
        """The rows of the keys of these blocks, and the blocks numbered, `after` so many."""
        shared = (self.sizes > 1) & (self.sizes <= cap)
        there = shared[self.groups]
        numbers = (np.cumsum(shared) + (after - 1)).astype(np.int32)
        return rows[self.places[there]], numbers[self.groups[there]]


def _made(maker: KeyMaker, model: Model, records: int) -> Iterator[tuple[RuleKeys, _Met, Lists | None]]:
    """By rule the keys and their blocks; and what is compared, where none is over the cap.

    As many rules at a time as there are workers.
    """

    def one(rule: int) -> tuple[RuleKeys, _Met, Lists | None]:
        made = maker.rule(rule)
        met = _Met.of(made.numbers)
        fits = met.sizes.max(initial=0) <= model.block_cap
        return made, met, _compared([(made.rows, met)], model.block_cap, records) if fits else None

    for first in range(0, len(model.rules), WORKERS):
        batch = range(first, min(first + WORKERS, len(model.rules)))
        yield from side_by_side(records, [partial(one, rule) for rule in batch])


def _divided(blocks: Blocks, maker: KeyMaker, made: RuleKeys, met: _Met, *, keep: bool) -> Iterator[tuple[Ints, _Met]]:
    """What is compared under a rule with blocks over the cap, finer ones standing for those: rows, and their blocks."""
    cap = maker.model.block_cap
    yield made.rows, met
    large = made.where(met.over(cap))
    blocks.large += _report(large, finer=False)
    for each in maker.finer(large if keep else replace(large, codes=(), pools=())):
        blocks.finer += [each] if keep else []
        divided = _Met.of(each.numbers)
        yield each.rows, divided
        beyond = each.where(divided.over(cap))
        if len(beyond.rows):
            blocks.large += _report(beyond, finer=True)
            windows = _windows(beyond, maker)
            yield windows.rows, _Met.of(windows.numbers)


def _compared(several: Iterable[tuple[Ints, _Met]], cap: int, records: int) -> Lists:
    """The blocks of each record up to the cap, numbered throughout."""
    told, count = [], 0
    for rows, met in several:
        told.append(met.shared(rows, cap, count))
        count += met.count(cap)
    if len(told) == 1:
        return Lists.of(*told[0], records)
    rows, numbers = (np.concatenate(each) for each in zip(*told, strict=True))
    order = np.argsort(rows, kind="stable")
    return Lists.of(rows[order], numbers[order], records)


def _note_crowded(blocks: Blocks, model: Model, crowd: RuleKeys) -> None:
    """A contact that is a key by itself and is held by more than the limit: a switchboard, a made-up number."""
    parts = model.rules[crowd.rule].parts
    if len(parts) == 1 and parts[0] in CONTACTS:
        _distinct, first = np.unique(crowd.numbers, return_index=True)
        blocks.crowded.setdefault(parts[0], set()).update(crowd.where(first).texts())


def _windows(over: RuleKeys, maker: KeyMaker) -> RuleKeys:
    """In place of each block its windows, as blocks of their own."""
    order = np.lexsort((_neighbourly(over.rows, maker), over.numbers))
    rows, numbers = over.rows[order], over.numbers[order]
    firsts = np.flatnonzero(np.concatenate([[True], numbers[1:] != numbers[:-1]]))
    counts = np.diff(np.concatenate([firsts, [len(numbers)]]))
    place = np.arange(len(numbers)) - np.repeat(firsts, counts)
    size = min(maker.model.block_cap, reference.WINDOW)
    step = reference.step_of(size)
    own = np.minimum(place // step, np.repeat(np.maximum(0, -((size - counts) // step)), counts))
    before = (own > 0) & (place - (own - 1) * step < size)
    again = np.concatenate([np.arange(len(rows)), np.flatnonzero(before)])
    window = np.concatenate([own, own[before] - 1])
    made = RuleKeys(over.rule, rows[again], mixed(numbers[again], window), (), ())
    return made.where(np.lexsort((made.numbers, made.rows)))


def _neighbourly(rows: Ints, maker: KeyMaker) -> Ints:
    """The rank of each of these rows in the order in which neighbours are alike; equal ones by their ids."""
    distinct = np.unique(rows)
    frame = pl.DataFrame({"row": distinct, "id": maker.columns.ids[distinct]})
    for name in reference.NEIGHBOURLY:
        part = maker.part(name)
        found, _place, codes = cross(distinct, np.arange(len(distinct)), part.lists)
        texts = pl.DataFrame({"row": found, name: texts_of([(codes, part.pool)])})
        frame = frame.join(texts.group_by("row").agg(pl.col(name).min()), on="row", how="left")
    ordered = frame.with_columns(pl.col(*reference.NEIGHBOURLY).fill_null("")).sort(*reference.NEIGHBOURLY, "id")
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[np.searchsorted(distinct, ordered["row"].to_numpy())] = np.arange(len(distinct))
    return rank[np.searchsorted(distinct, rows)]


def _report(large: RuleKeys, *, finer: bool) -> list[Large]:
    numbers, first, counts = np.unique(large.numbers, return_index=True, return_counts=True)
    return [
        Large(large.rule, int(number), int(large.rows[place]), int(count), finer)
        for number, place, count in zip(numbers, first, counts, strict=True)
    ]


def pairs(blocks: Blocks, fresh: Ints | None = None, *, fast: bool = AVAILABLE) -> Iterator[tuple[Ints, Ints]]:
    """All pairs of rows that share a block, each once, the smaller row first; with `fresh` only with one such row."""
    count = len(blocks.columns)
    wanted = np.ones(count, dtype=bool) if fresh is None else fresh
    starts, values = _together(blocks)
    quick = fast and AVAILABLE
    for rule, lists in enumerate(blocks.compared):
        rows, numbers = lists.rows, lists.values
        order = _ordered(numbers) if quick else np.argsort(numbers, kind="stable")
        yield from (_compiled if quick else _plain)(rows[order], numbers[order], rule, starts, values, wanted)


def _together(blocks: Blocks) -> tuple[Ints, Ints]:
    """The blocks of each record side by side: those of row r by rule k start at starts[r, k], where k - 1 ends."""
    rules = len(blocks.compared)
    whole = sum(len(lists.values) for lists in blocks.compared)
    # Half as wide, the blocks of a record stand in one line of the processor's cache.
    ends = np.zeros((len(blocks.columns), rules + 1), dtype=np.int32 if whole <= np.iinfo(np.int32).max else np.int64)
    place = np.zeros(len(ends), dtype=np.int64)
    for lists in blocks.compared:
        place[1:] += lists.counts[:-1]
    np.cumsum(place, out=place)
    ends[:, 0] = place
    values = np.empty(whole, dtype=np.int32)
    for rule, lists in enumerate(blocks.compared):
        moved = np.repeat(place - lists.starts[:-1], lists.counts)
        values[np.arange(len(lists.values)) + moved] = lists.values
        place += lists.counts
        ends[:, rule + 1] = place
    return ends, values


def _ordered(numbers: Ints) -> Ints:
    """The places of numbers from 0 on, by number, those of one number as they come."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(numbers))])
    order = np.empty(len(numbers), dtype=np.int64)
    _sort(numbers, starts, order)
    return order


@kernel
def _sort(numbers: Ints, starts: Ints, order: Ints) -> None:
    for place in range(len(numbers)):
        number = numbers[place]
        order[starts[number]] = place
        starts[number] += 1


@kernel
def _met(starts: Ints, values: Ints, rule: int, number: int, i: int, j: int) -> bool:
    """Whether two rows share a block of an earlier rule, or one with a smaller number of this."""
    for k in range(rule + 1):
        a, a_end = starts[i, k], starts[i, k + 1]
        b, b_end = starts[j, k], starts[j, k + 1]
        while a < a_end and b < b_end:
            one, other = values[a], values[b]
            if one == other:
                return k < rule or one < number
            if one < other:
                a += 1
            else:
                b += 1
    return False


@kernel
def _walk(
    rows: Ints,
    numbers: Ints,
    rule: int,
    starts: Ints,
    values: Ints,
    wanted: Ints,
    place: Ints,
    left: Ints,
    right: Ints,
) -> int:
    """Fill the next chunk with pairs; `place` says where to go on: first key of the pair, then second."""
    found, first, second = 0, place[0], place[1]
    count = len(rows)
    while first < count:
        while second < count and numbers[second] == numbers[first]:
            i, j = min(rows[first], rows[second]), max(rows[first], rows[second])
            if (wanted[i] or wanted[j]) and not _met(starts, values, rule, numbers[first], i, j):
                if found == len(left):
                    place[0], place[1] = first, second
                    return found
                left[found], right[found] = i, j
                found += 1
            second += 1
        first += 1
        second = first + 1
    place[0], place[1] = first, second
    return found


def _compiled(
    rows: Ints, numbers: Ints, rule: int, starts: Ints, values: Ints, wanted: Ints
) -> Iterator[tuple[Ints, Ints]]:
    place = np.array([0, 1], dtype=np.int64)
    while place[0] < len(rows):
        left, right = np.empty(CHUNK, dtype=np.int64), np.empty(CHUNK, dtype=np.int64)
        found = _walk(rows, numbers, rule, starts, values, wanted, place, left, right)
        if found:
            yield left[:found], right[:found]


def _plain(
    rows: Ints, numbers: Ints, rule: int, starts: Ints, values: Ints, wanted: Ints
) -> Iterator[tuple[Ints, Ints]]:
    """The same in numpy: for each key the later ones of its block, in slices."""
    if not len(rows):
        return
    changes = np.flatnonzero(np.concatenate([numbers[1:] != numbers[:-1], [True]])) + 1
    ends = np.repeat(changes, np.diff(np.concatenate([[0], changes])))
    followers = ends - np.arange(len(rows)) - 1
    reached = np.cumsum(followers)
    start = 0
    while start < len(rows):
        stop = max(start + 1, int(np.searchsorted(reached, (reached[start - 1] if start else 0) + CHUNK)))
        chosen = np.arange(start, min(stop, len(rows)))
        first = np.repeat(chosen, followers[chosen])
        offsets = np.arange(len(first)) - np.repeat(np.cumsum(followers[chosen]) - followers[chosen], followers[chosen])
        second = first + 1 + offsets
        left, right = np.minimum(rows[first], rows[second]), np.maximum(rows[first], rows[second])
        keep = (wanted[left] | wanted[right]) & ~_met_plain(starts, values, rule, numbers[first], left, right)
        if keep.any():
            yield left[keep], right[keep]
        start = stop


def _met_plain(starts: Ints, values: Ints, rule: int, numbers: Ints, left: Ints, right: Ints) -> Ints:
    met: Ints = np.zeros(len(left), dtype=bool)
    for k in range(rule + 1):
        mine, yours = starts[left, k + 1] - starts[left, k], starts[right, k + 1] - starts[right, k]
        for a in range(int(mine.max(initial=0))):
            for b in range(int(yours.max(initial=0))):
                both = np.flatnonzero((a < mine) & (b < yours) & ~met)
                one = values[starts[left[both], k] + a]
                same = one == values[starts[right[both], k] + b]
                met[both] |= same if k < rule else same & (one < numbers[both])
    return met
