"""Totals: what is known of all records before any pair is looked at.

The bulk scorer makes them from its columns; `of` makes the same from features, for small sets and as its oracle.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from matching.engine import patterns
from matching.engine.features import Features
from matching.engine.holdings import agreement, held, scheme
from matching.engine.model import Model
from matching.engine.patterns import Patterns
from matching.engine.vocabulary import WORDS

SAMPLE: Final = 100_000
MOST: Final = 100_000
COUNTED: Final = ("given_name", "family_name", "organisation_name")
OFTEN: Final = 2


@dataclass(frozen=True)
class Totals:
    """How often values agree by chance.

    `agreeing` is the chance, by comparison, that two records that both have a value share one; `random` the patterns
    of pairs drawn blindly; `shares` how many records hold each value of an attribute whose rarity counts, those held
    once left out; `holders` how many records have a value of it at all. `whole` is how many records there are, where
    these are but a draw of them.
    """

    records: int
    agreeing: Mapping[str, float]
    random: Patterns
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    holders: Mapping[str, int] = field(default_factory=dict)
    whole: int | None = None

    @property
    def all_records(self) -> int:
        """Those that were not drawn included."""
        return self.records if self.whole is None else self.whole

    @property
    def pairs(self) -> float:
        """All pairs of these records."""
        return self.records * (self.records - 1) / 2


def of(
    model: Model,
    features: Sequence[Features],
    sample: int = SAMPLE,
    seed: int = 1,
    *,
    blind: Patterns | None = None,
    most: int = MOST,
) -> Totals:
    """The totals of these records; `blind` are the patterns of pairs drawn blindly, if somebody has them already.

    Of more than `most` records so many are drawn: the pairs among them agree as often as all pairs do, and there are
    enough of them.
    """
    records = len(features)
    if records > most:
        rng = random.Random(seed)  # noqa: S311  # the same draw for the same records: training is repeatable
        features = [features[place] for place in sorted(rng.sample(range(records), most))]
    agreeing, shares, holders = {}, {}, {}
    for comparison in model.comparisons:
        values = [held(comparison.kind, comparison.attribute, each) for each in features]
        if any(values):
            within = _within_schemes if comparison.kind == "identifier" else agreement
            agreeing[comparison.code] = within(values)
        if comparison.code in COUNTED:
            shares[comparison.code], holders[comparison.code] = _often(values), sum(map(bool, values))
        if comparison.kind == "organisation_name":
            shares[WORDS], holders[WORDS] = of_words(features)
    drawn = patterns.of(model, _blind(features, sample, seed)) if blind is None else blind
    return Totals(records, agreeing, drawn, shares, holders)


def of_words(features: Iterable[Features]) -> tuple[dict[str, int], int]:
    """In how many organisations' names each word stands, and how many have a name at all."""
    words = [{word for name in each.organisations for word in name.words} for each in features]
    return _often(words), sum(map(bool, words))


def _often(values: Iterable[Iterable[str]]) -> dict[str, int]:
    counts = Counter(value for each in values for value in each)
    return {value: count for value, count in counts.items() if count >= OFTEN}


def _within_schemes(values: Sequence[Sequence[str]]) -> float:
    """Only numbers of one scheme are compared: the agreement over all schemes, by their comparable pairs."""
    schemes: dict[str, list[list[str]]] = {}
    for each in values:
        for name in {scheme(value) for value in each}:
            schemes.setdefault(name, []).append([value for value in each if scheme(value) == name])
    pairs = {name: len(holders) * (len(holders) - 1) for name, holders in schemes.items()}
    comparable = sum(pairs.values())
    return sum(agreement(schemes[name]) * pairs[name] for name in schemes) / comparable if comparable else 0.0


def _blind(features: Sequence[Features], sample: int, seed: int) -> Iterator[tuple[Features, Features]]:
    """Pairs drawn blindly; all of them where there are not more."""
    size = len(features)
    if size * (size - 1) // 2 <= sample:
        yield from ((features[a], features[b]) for a in range(size) for b in range(a + 1, size))
        return
    rng = random.Random(seed)  # noqa: S311  # the same draw for the same records: training is repeatable
    for _ in range(sample):
        a, b = rng.sample(range(size), 2)
        yield features[a], features[b]
