"""Scoring many pairs: levels by kernels, weights by sums, exactly as `matching.engine.scoring` has them.

A pair is dropped as soon as the weight so far and the best that can still come stay below the floor. The weight never
exceeds its sum without the other explanations, nor the lead over any one of them: both are tested. What a kernel left
undecided counts as the best level until the bound shows that it matters; then the reference decides.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np

from matching.engine.bulk.columns import Columns
from matching.engine.bulk.comparing import MISSING, UNDECIDED, kind_of
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.fused import Fused
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.plan import Line, Plan, bounds, plan_of, stepped
from matching.engine.comparing import compare_of
from matching.engine.evidence import Level, Score
from matching.engine.explaining import ALTERNATIVE, INTERACTION
from matching.engine.features import Features
from matching.engine.model import Model, exact
from matching.engine.scoring import LIMIT, NAME_PARTS, agreed_name
from matching.engine.vocabulary import LABELS, LEVELS
from matching.engine.vocabulary import MISSING as NOT_THERE

SLACK = 0.01  # bits; more than all rounding to steps can make
CACHED = 200_000
SLICE = 1 << 16
T = TypeVar("T")


@dataclass(frozen=True)
class Scores:
    """Scored pairs of rows. `levels` are numbers in the vocabulary's order, -1 where missing."""

    left: Ints
    right: Ints
    levels: Ints
    weight: Ints
    probability: Ints
    household: Ints

    def __len__(self) -> int:
        return len(self.left)

    def where(self, chosen: Ints) -> "Scores":
        """Those of these places, or where a mask holds."""
        return Scores(
            self.left[chosen],
            self.right[chosen],
            self.levels[chosen],
            self.weight[chosen],
            self.probability[chosen],
            self.household[chosen],
        )


def joined(parts: list[Scores], comparisons: int) -> Scores:
    """Slices put together."""
    if not parts:
        nothing = np.zeros(0)
        rows = np.zeros(0, dtype=np.int64)
        return Scores(rows, rows, np.zeros((0, comparisons), dtype=np.int8), nothing, nothing, nothing)
    names = ("left", "right", "levels", "weight", "probability", "household")
    return Scores(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Scorer:
    """A model over columns. With `fast` off nothing is compiled."""

    def __init__(self, model: Model, columns: Columns, *, fast: bool = AVAILABLE) -> None:
        self.model, self.columns, self.fast = model, columns, fast and AVAILABLE
        self.plan: Plan = plan_of(model, columns)
        # Made here: pairs may be scored by several threads at once.
        _made = self.fused
        self.compares = {each.code: compare_of(model, each) for each in model.comparisons}
        self.features = lru_cache(maxsize=CACHED)(self._features)

    @cached_property
    def fused(self) -> Fused | None:
        """The columns as kernels take them; None where nothing is compiled."""
        return Fused(self.plan, self.columns) if self.fast else None

    def forget(self) -> None:
        """Let go of what only kernels need, until more is compared."""
        self.__dict__.pop("fused", None)

    def _features(self, row: int) -> Features:
        return self.columns.features(row)

    def score(self, left: Ints, right: Ints, *, floor: float = 0.0) -> Scores:
        """Pairs of rows whose probability reaches the floor; with floor 0 all."""
        if not len(left):
            return joined([], len(self.model.comparisons))
        bits = -np.inf if floor <= 0 else float(np.log2(floor / (1 - floor))) - SLACK - self.plan.together
        alive, levels, sums = (self._quick if self.fused is None else self.fused.run)(left, right, bits)
        left, right = left[alive], right[alive]
        alive = self._decide(left, right, levels, sums, bits)
        return self._weighed(left[alive], right[alive], levels[alive], floor)

    def levels(self, left: Ints, right: Ints) -> Ints:
        """The levels of pairs of rows, whatever they weigh; a row a pair, a column a comparison of the model."""
        if not len(left):
            return np.zeros((0, len(self.model.comparisons)), dtype=np.int8)
        _alive, levels, sums = (self._quick if self.fused is None else self.fused.run)(left, right, -np.inf)
        self._decide(left, right, levels, sums, -np.inf)
        return levels

    def _quick(self, left: Ints, right: Ints, floor: float) -> tuple[Ints, Ints, Ints]:
        """The fused kernel in numpy: what equality decides; undecided levels count as the best that they can be."""
        levels = np.full((len(left), len(self.plan.lines)), MISSING, dtype=np.int8)
        alive = np.arange(len(left))
        sums = np.tile(self.plan.start, (len(left), 1))
        for line, rest in zip(self.plan.lines, self.plan.rest, strict=True):
            kind = kind_of(line.comparison.kind, self.columns, line.comparison.attribute)
            found = kind.levels(left[alive], right[alive])
            levels[alive, line.place] = found
            best = bounds(line)
            codes = np.where(
                found == UNDECIDED, best.shape[1] - 1, np.where(found == MISSING, len(line.bits) - 1, found)
            )
            sums[alive] += best[:, codes].T
            alive = alive[(sums[alive] + rest >= floor).all(axis=1)]
        return alive, levels[alive], sums[alive]

    def _decide(self, left: Ints, right: Ints, levels: Ints, sums: Ints, floor: float) -> Ints:
        """Let the reference decide what is still open, comparison by comparison, while the bound allows."""
        alive = np.arange(len(left))
        for line in self.plan.lines:
            column = levels[alive, line.place]
            unsure = column == UNDECIDED
            if unsure.any():
                pairs = alive[unsure]
                found = self._reference(line, left[pairs], right[pairs])
                levels[pairs, line.place] = found
                best = bounds(line)
                codes = np.where(found == MISSING, len(line.bits) - 1, found)
                sums[pairs] += (best[:, codes] - best[:, -1:]).T
                alive = alive[(sums[alive] >= floor).all(axis=1)]
        return alive

    def _reference(self, line: Line, left: Ints, right: Ints) -> Ints:
        compare, kind = self.compares[line.comparison.code], line.comparison.kind
        order = {code: number for number, code in enumerate(LEVELS[kind])} | {NOT_THERE: MISSING}
        attribute = line.comparison.attribute
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array(
            [order[compare(self.features(i), self.features(j), attribute)] for i, j in pairs], dtype=np.int8
        )

    def _weighed(self, left: Ints, right: Ints, levels: Ints, floor: float) -> Scores:
        made = self._sums(left, right, levels)
        found = Scores(left, right, levels, *_outcome(made))
        return found if floor <= 0 else found.where(found.probability >= floor)

    def _sums(self, left: Ints, right: Ints, levels: Ints) -> "Sums":
        """What each line of the evidence weighs."""
        prior = self.plan.start[0]
        lines = np.zeros((len(left), len(self.plan.lines)))
        sums = np.tile(prior - self.plan.start[1:], (len(left), 1))
        for line in self.plan.lines:
            codes = levels[:, line.place].astype(np.int64)
            codes[codes == MISSING] = len(line.bits) - 1
            moved = self._moved(line, codes, left, right)
            lines[:, line.place] = line.bits[codes] + moved
            for number, under in enumerate(line.under):
                sums[:, number] += under[codes] + _share(line, under, codes, moved)
        together = self._together(levels)
        weight = prior + lines.sum(axis=1) + together.sum(axis=1)
        others, related = np.ones(len(left)), np.zeros(len(left))
        corrections = np.zeros((len(left), len(self.model.alternatives)))
        for number, alternative in enumerate(self.model.alternatives):
            before = stepped(np.log2(others))
            odds = np.exp2(np.minimum(sums[:, number], LIMIT))
            others += odds
            related += odds if alternative.related else 0.0
            corrections[:, number] = before - stepped(np.log2(others))
        return Sums(lines, together, corrections, sums, weight + corrections.sum(axis=1), related / others)

    def told(self, scores: Scores) -> list[Score]:
        """The scores as the reference gives them, with every line of their evidence."""
        made = self._sums(scores.left, scores.right, scores.levels)
        weight, probability, household = _outcome(made)
        prior = float(self.plan.start[0])
        tables = [_labels(each.code, each.kind) for each in self.model.comparisons]
        columns = (scores.levels, made.lines, made.together, made.corrections, made.sums)
        found = []
        for row, (codes, bits, extra, taken, sums) in enumerate(zip(*(each.tolist() for each in columns), strict=True)):
            levels = [
                Level(*table[code][:2], weighs, table[code][2])
                for table, code, weighs in zip(tables, codes, bits, strict=True)
            ]
            levels += [
                Level(each.code, INTERACTION, weighs, "together")
                for each, weighs, holds in zip(
                    self.model.interactions, extra, self._holding(scores.levels[row]), strict=True
                )
                if holds
            ]
            levels += [
                Level(each.code, ALTERNATIVE, weighs, each.label)
                for each, weighs in zip(self.model.alternatives, taken, strict=True)
                if weighs
            ]
            numbers = (float(weight[row]), float(probability[row]), float(household[row]))
            found.append(Score(*numbers, prior, tuple(levels), tuple(sums)))
        return found

    def evidence(self, scores: Scores) -> "Evidence":
        """What the lines of :meth:`told` say, in columns."""
        made = self._sums(scores.left, scores.right, scores.levels)
        weight, probability, _household = _outcome(made)
        return Evidence(scores.levels, self._held(scores.levels), made, weight, probability)

    def _moved(self, line: Line, codes: Ints, left: Ints, right: Ints) -> Ints:
        """What the rarity of the value agreed on adds."""
        moved = np.zeros(len(codes))
        if line.rarities is None:
            return moved
        rare = np.flatnonzero(line.rare[codes] & (line.bits[codes] > 0))
        if len(line.rarities) == 1:
            moved[rare] = line.rarities[0]
            return moved
        moved[rare] = line.rarities[self._agreed(line.comparison.attribute, left[rare], right[rare])]
        return moved

    def _agreed(self, attribute: str, left: Ints, right: Ints) -> Ints:
        """The value that both agree on, as `scoring` chooses it."""
        names = self.columns.names
        if attribute in ("given_name", "family_name"):
            column = names.given if attribute == "given_name" else names.family
            found = np.minimum(column[left], column[right])
            several = self.columns.several
            for place in np.flatnonzero(several[left] | several[right]).tolist():
                ends = self.features(int(left[place])), self.features(int(right[place]))
                found[place] = names.pool.series.index_of(agreed_name(*ends, NAME_PARTS[attribute]))
            return found
        own = self.columns
        lists = own.spelt[0] if attribute == "organisation_name" else own.texts[attribute].lists
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        common = [min(set(lists.row(i)) & set(lists.row(j)), default=0) for i, j in pairs]
        return np.array(common, dtype=np.int64)

    def _holding(self, levels: Ints) -> list[bool]:
        return [bool(each) for each in self._held(levels.reshape(1, -1))[0]]

    def _held(self, levels: Ints) -> Ints:
        """Which interactions hold."""
        places = {each.code: (place, each.kind) for place, each in enumerate(self.model.comparisons)}
        found = np.ones((len(levels), len(self.model.interactions)), dtype=bool)
        for number, each in enumerate(self.model.interactions):
            for code, level in (each.one, each.other):
                place, kind = places[code]
                found[:, number] &= levels[:, place] == LEVELS[kind].index(level)
        return found

    def _together(self, levels: Ints) -> Ints:
        """What levels weigh together beyond their sum."""
        bits = np.array([exact(each.bits) for each in self.model.interactions])
        found: Ints = self._held(levels) * bits
        return found


@dataclass(frozen=True)
class Sums:
    """The lines of the evidence of each pair: comparisons, interactions, other explanations; and what they make."""

    lines: Ints
    together: Ints
    corrections: Ints
    sums: Ints
    weight: Ints
    kin: Ints


@dataclass(frozen=True)
class Evidence:
    """What is said of each pair: levels by comparison, which interactions hold, and what all of it weighs."""

    levels: Ints
    held: Ints
    sums: Sums
    weight: Ints
    probability: Ints


def _outcome(made: Sums) -> tuple[Ints, Ints, Ints]:
    """Weight, probability and share of the related."""
    probability = 1.0 / (1.0 + np.exp2(np.minimum(-made.weight, LIMIT)))
    return made.weight, probability, (1.0 - probability) * made.kin


def _labels(code: str, kind: str) -> dict[int, tuple[str, str, str]]:
    """Comparison, level and its label by the level's number."""
    known = {number: (code, level, LABELS[level]) for number, level in enumerate(LEVELS[kind])}
    return known | {MISSING: (code, NOT_THERE, LABELS[NOT_THERE])}


def _share(line: Line, under: Ints, codes: Ints, moved: Ints) -> Ints:
    """How much of a rarity another explanation has, too: as much as it has of the level's weight."""
    bits = line.bits[codes]
    shares = np.clip(np.divide(under[codes], bits, out=np.zeros(len(bits)), where=bits > 0), 0.0, 1.0)
    return stepped(shares * moved)


def slices(left: Ints, right: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Pairs in pieces that fit the cache."""
    for start in range(0, len(left), SLICE):
        yield left[start : start + SLICE], right[start : start + SLICE]


def score_all(
    scorer: Scorer, pairs: Iterator[tuple[Ints, Ints]], *, floor: float, workers: int = 2
) -> Iterator[tuple[int, Scores]]:
    """The scores of pairs in their order, with how many pairs each slice had."""
    yield from over_slices(pairs, lambda left, right: (len(left), scorer.score(left, right, floor=floor)), workers)


def over_slices(pairs: Iterable[tuple[Ints, Ints]], work: Callable[[Ints, Ints], T], workers: int = 2) -> Iterator[T]:
    """What `work` makes of pairs, slice by slice, in their order; kernels run side by side."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting: list[Future[T]] = []
        for left, right in pairs:
            for piece in slices(left, right):
                waiting.append(pool.submit(work, *piece))
                if len(waiting) > 4 * workers:
                    yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
