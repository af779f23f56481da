"""Expectation-maximisation over patterns, with anchored explanations.

Left to itself, EM finds whatever classes fit best, and may well call households *the same*. Three anchors hold it:

- **strangers** are no class to be found. Their number is what remains of N(N - 1)/2, their chances u come from the
  shares of values and from pairs drawn blindly, less what the other explanations put into these:
  u = f - Σ_k (n_k / pairs) · m_k, where f is the share of the level among all pairs and k goes over the same party
  and its relatives;
- **alternatives** learn only the comparisons that they name (`Alternative.learns`); elsewhere their chances are
  u · 2^(shipped bits), so a household never learns to agree in birth dates, nor a namesake in addresses;
- **every learned chance** is drawn towards the shipped one by the weight of `TRUST` pairs (a Dirichlet prior), so
  what is hardly ever seen keeps the weight with which the model was shipped;
- **the given names of relatives** are learned only from pairs whose births or identifiers are known, and only
  downwards: where these tell that nobody of a house is named like another, two records of one name and house are one;
- **what two comparisons show at once**, as names that are exchanged, keeps its shipped bits, which were shared out
  between both, or less of them (`exchanging`); learned on each it would count twice;
- **what differs** speaks against the same party by at least a tenth (`LEAST`) of the bits it was shipped with: where
  few fields are filled, pairs that agree in nothing are otherwise a class of their own, larger than any. Father and
  son of one name and one house stay two by all of them: where births are not known nothing else tells them apart.
  Against what else may explain a pair it speaks by half: a household that has no address in common is one of a name.

E-step and M-step as in Dempster, Laird & Rubin 1977; Winkler 1988 and Jaro 1989 for record linkage.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.engine.exchanging import Exchanged
from matching.engine.mixture import Floats, Mixture, level_counts, normalised
from matching.engine.model import Comparison, Model
from matching.engine.patterns import Codes, Patterns
from matching.engine.scoring import RARE_LEVELS
from matching.engine.totals import Totals
from matching.engine.vocabulary import LEVELS, SHARED

TRUST: Final = 12.0
ITERATIONS: Final = 200
SETTLED: Final = 1e-5
SEEN: Final = 5
FLOOR: Final = 0.05  # of what is seen in all pairs, the least that is put down to chance
LEAST: Final = 0.1
LEAST_BESIDES: Final = 0.5
TELLING: Final = frozenset(("date", "identifier"))  # kinds that tell one of a house from another, whatever both share
KINSHIP: Final = 50.0  # pairs of relatives for which the shipped chance of one given name counts
FOR_GOOD: Final = frozenset(("suffix",))  # who is the son is never the father: by all of its bits
ANY: Final = 1e300  # no bound
OFTEN: Final = 100  # pairs drawn blindly that agree, from which on they tell more than the shares of values


@dataclass(frozen=True)
class Spread:
    """The levels of one comparison among all pairs.

    Their shares, which of these were seen often enough to be believed, and how large the others may be.
    """

    shares: Floats
    believed: NDArray[np.bool_]
    most: Floats


@dataclass
class Fitted:
    """A fitted mixture, with the expected pairs by comparison, explanation and level that it rests on.

    `exchanged` is the part of their shipped bits that levels keep which two comparisons show at once.
    """

    mixture: Mixture
    seen: list[Floats]
    spreads: list[Spread]
    iterations: int
    exchanged: float = 1.0


def spread(comparison: Comparison, codes: Codes, counts: Floats, agreeing: float | None) -> Spread:
    """Shares among all pairs: the best level in closed form where it has one, the others from pairs drawn blindly."""
    size = len(LEVELS[comparison.kind])
    known = codes >= 0
    found = np.bincount(codes[known].astype(np.int64), weights=counts[known], minlength=size)
    believed = found >= SEEN
    shares = normalised(np.asarray(found + 0.01, dtype=np.float64))
    most = (found + 3) / max(float(found.sum()), 3.0)  # the rule of three: what is not seen is rarer, 95 to 5
    if agreeing is not None and agreeing > 0 and found[0] < OFTEN:
        shares[1:] *= (1 - agreeing) / max(float(shares[1:].sum()), 1e-12)
        shares[0] = agreeing
        believed[0] = True
    return Spread(shares, believed, most)


def fit(model: Model, patterns: Patterns, totals: Totals, *, anchored: Collection[str] = ()) -> Fitted:
    """Fit the model's explanations to the patterns; what is `anchored` (comparisons) stays at its bits under all."""
    start = _Start(model, totals, anchored)
    mixture, seen, rounds = start.mixture(), start.nothing(), 0
    while rounds < ITERATIONS:
        rounds += 1
        shares = mixture.shares(patterns.codes) * patterns.counts[:, None]
        seen = level_counts(patterns.codes, shares, start.sizes)
        start.tell(patterns.codes, shares)
        before = mixture.mass.copy()
        mixture = start.step(mixture, np.asarray(shares.sum(axis=0), dtype=np.float64), seen)
        if np.abs(np.log(mixture.mass[:-1] / before[:-1])).max() < SETTLED:
            break
    return Fitted(mixture, seen, start.spreads, rounds, start.exchanged.part)


class _Start:
    """What stays the same from step to step: the shipped bits as factors, the shares among all pairs, the anchors.

    What the last step told of names, `exchanged` and `named`, is beside it.
    """

    def __init__(self, model: Model, totals: Totals, anchored: Collection[str]) -> None:
        blind = totals.random.for_model(model)
        counts = blind.counts.astype(np.float64)
        self.pairs = max(totals.pairs, 1.0)
        self.names = [each.code for each in model.alternatives]
        self.priors = np.array([model.prior, *(each.prior for each in model.alternatives)])
        # Who is a stranger but for one name is one of those who agree by chance: u is theirs, too.
        self.apart = np.array([1.0, *(float(each.related) for each in model.alternatives)])
        self.factors = [_factors(each, self.names) for each in model.comparisons]
        self.typical = [_typical(model, each) for each in model.comparisons]
        self.most = [_most(each, factors) for each, factors in zip(model.comparisons, self.factors, strict=True)]
        self.shared = [
            np.array([(each.kind, level) in SHARED for level in LEVELS[each.kind]]) for each in model.comparisons
        ]
        self.rare = [np.array([level in RARE_LEVELS for level in LEVELS[each.kind]]) for each in model.comparisons]
        self.sizes = [len(LEVELS[each.kind]) for each in model.comparisons]
        self.spreads = [
            spread(each, blind.codes[:, place], counts, totals.agreeing.get(each.code))
            for place, each in enumerate(model.comparisons)
        ]
        learning = [{each.code for each in model.comparisons}, *(set(each.learns) for each in model.alternatives)]
        self.learns = [
            [each.code in known and each.code not in anchored for known in learning] for each in model.comparisons
        ]
        self.exchanged = Exchanged(model, blind, anchored)
        self.telling = [
            place for place, each in enumerate(model.comparisons) if each.kind in TELLING and each.code not in anchored
        ]
        self.named: dict[tuple[int, int], Floats] = {
            (place, number): np.zeros(self.sizes[place])
            for place, each in enumerate(model.comparisons)
            for number, alternative in enumerate(model.alternatives, start=1)
            if each.kind == "given_name" and alternative.related and self._by_kinship(place, number)
        }

    def _by_kinship(self, place: int, number: int) -> bool:
        """Relatives share more of it than strangers, but are no namesakes; and something tells them apart."""
        same, relatives = self.factors[place][0][0], self.factors[place][number][0]
        return bool(self.telling) and not self.learns[place][number] and 1 < relatives < same

    def tell(self, codes: Codes, shares: Floats) -> None:
        """Take what these patterns tell of names: `shares` of each explanation, in pairs."""
        self.exchanged.learn(codes, shares[:, 0], self.pairs)
        told = (codes[:, self.telling] >= 0).any(axis=1)
        for (place, number), counts in self.named.items():
            here = told & (codes[:, place] >= 0)
            counts[:] = np.bincount(codes[here, place].astype(np.int64), shares[here, number], self.sizes[place])

    def mixture(self) -> Mixture:
        """Where the search begins: the shipped model, on these records."""
        chances = []
        for spread, factors in zip(self.spreads, self.factors, strict=True):
            chance = spread.shares
            chances.append(np.array([*(normalised(chance * each) for each in factors), chance]))
        return Mixture(self._masses(self.pairs * 2.0**self.priors), chances)

    def nothing(self) -> list[Floats]:
        return [np.zeros((len(self.priors) + 1, size)) for size in self.sizes]

    def step(self, old: Mixture, masses: Floats, seen: list[Floats]) -> Mixture:
        """One M-step."""
        chances = [self._chances(place, old, seen[place]) for place in range(len(self.sizes))]
        return Mixture(self._masses(masses[:-1]), chances)

    def _masses(self, found: Floats) -> Floats:
        """Expected pairs of each explanation; at least half a pair, strangers all that remain."""
        held = np.maximum(found, 0.5)
        return np.append(held, max(self.pairs - float(held.sum()), 1.0))

    def _chances(self, place: int, old: Mixture, seen: Floats) -> Floats:
        chance = self._by_chance(place, old)
        rows = []
        for number, shipped_factors in enumerate(self.factors[place]):
            factors = shipped_factors ** self.exchanged.powers(place, len(chance))
            shipped = normalised(chance * (self._besides(place, factors, chance) if number else factors))
            if self.learns[place][number]:
                learned = self._kept(place, normalised(seen[number] + TRUST * shipped), chance * factors)
                rows.append(self._bounded(learned, chance * self.most[place][number]))
            elif (place, number) in self.named:
                rows.append(_no_more(shipped, self.named[place, number], self.rare[place]))
            else:
                rows.append(shipped)
        return np.array([*rows, chance])

    def _besides(self, place: int, factors: Floats, chance: Floats) -> Floats:
        """The factors of an alternative where the best level is more usual by chance than where they were shipped.

        What relatives share beyond chance, as a son his father's name, they do not share more often among few names.
        """
        more = min(1.0, self.typical[place] / max(float(chance[0]), 1e-12))
        made = factors.copy()
        made[0] = 1 + (made[0] - 1) * more if made[0] > 1 else made[0]
        return made

    def _kept(self, place: int, learned: Floats, shipped: Floats) -> Floats:
        """The learned chances, those of levels that two comparisons share as they were shipped."""
        kept = self.shared[place]
        if not kept.any():
            return learned
        held = np.where(kept, np.minimum(shipped, 0.5), 0.0)
        return np.asarray(np.where(kept, held, normalised(np.where(kept, 0.0, learned)) * (1 - float(held.sum()))))

    def _bounded(self, learned: Floats, most: Floats) -> Floats:
        """The chances of an explanation, none above the most that what speaks against it may have."""
        over = learned > most
        rest = float(learned[~over].sum())
        if not over.any() or rest <= 0:
            return learned
        made = np.where(over, most, learned * (1 - float(most[over].sum())) / rest)
        return normalised(made)

    def _by_chance(self, place: int, old: Mixture) -> Floats:
        """u: what is left of all pairs when the explained ones are taken off."""
        spread, chances = self.spreads[place], old.chances[place]
        explained = (old.mass[:-1, None] * self.apart[:, None] / self.pairs * chances[:-1]).sum(axis=0)
        left = np.maximum(spread.shares - explained, FLOOR * spread.shares)
        # Too rarely seen among strangers: keep the shipped ratio to what is seen in the same party.
        shipped = chances[0] / self.factors[place][0]
        return normalised(np.where(spread.believed, left, np.minimum(spread.most, shipped)))


def _typical(model: Model, comparison: Comparison) -> float:
    """The chance of the best level for which the model's weights were made; no bound where it does not say."""
    table = model.frequencies.get(comparison.attribute)
    return table.typical if table is not None and comparison.rarity else ANY


def _factors(comparison: Comparison, alternatives: list[str]) -> Floats:
    """2^bits of each level, for the same party and under each alternative; in the order of the vocabulary."""
    known = {level.code: level for level in comparison.levels}
    levels = [known[code] for code in LEVELS[comparison.kind]]
    bits = [[each.bits for each in levels]]
    bits += [[each.under.get(name, 0.0) for each in levels] for name in alternatives]
    return 2.0 ** np.array(bits)


def _most(comparison: Comparison, factors: Floats) -> list[Floats]:
    """By explanation: how much likelier than by chance each level may be that was shipped to speak against it."""
    least = 1.0 if comparison.kind in FOR_GOOD else LEAST
    differs = np.array([level == "different" for level in LEVELS[comparison.kind]])
    same, *besides = factors
    return [
        np.where(same < 1, same**least, ANY),
        *(np.where((each < 1) & differs, each**LEAST_BESIDES, ANY) for each in besides),
    ]


def _no_more(shipped: Floats, counts: Floats, rare: NDArray[np.bool_]) -> Floats:
    """The shipped chances, those of one and the same value lowered to what was counted."""
    usual = float(shipped[rare].sum())
    found = (float(counts[rare].sum()) + KINSHIP * usual) / (float(counts.sum()) + KINSHIP)
    return normalised(np.where(rare, shipped * min(1.0, found / max(usual, 1e-12)), shipped))
