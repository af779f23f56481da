"""What pairs were drawn with is found again in them: class shares, m and u, within what chance leaves open."""

import random
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from matching.engine import patterns, rarity, totals
from matching.engine.anchoring import LEAST, TRUST, Fitted, fit
from matching.engine.model import RARITY_LIMIT
from matching.engine.patterns import Patterns
from matching.engine.totals import Totals
from matching.engine.vocabulary import LEVELS, SHARED
from tests.matching.engine.parties import PERSONS, home, many, person

COMPARED = ("given_name", "family_name", "birth_date", "phone", "address")
MODEL = replace(
    PERSONS,
    comparisons=tuple(each for each in PERSONS.comparisons if each.code in COMPARED),
    alternatives=tuple(
        replace(each, learns=tuple(code for code in each.learns if code in COMPARED))
        for each in PERSONS.alternatives
        if each.code == "household"
    ),
    interactions=(),
)
RECORDS = 20_000
PAIRS = RECORDS * (RECORDS - 1) // 2
SAME, HOUSEHOLD = 12_000, 9_000
BLIND = 1_000_000
MISSING = 0.1
GIVEN = ("Anna", "Robert", "Olga", "Wei", "Juan", "Ursula", "Pierre")
FAMILY = ("Smith", "Keller", "Ivanova", "Zhang", "Dubois", "Garcia", "Okafor", "Tanaka", "Lindqvist")
PLACES = (("Bern", "3010"), ("Basel", "4051"), ("Genf", "1201"))
ERRORS = 4.5  # standard errors within which each of some hundred figures is to be found

# The chances of one person and of strangers for the levels in their order; the last one has what is left.
PERSON = {
    "given_name": (0.72, 0.01, 0.05, None, 0.06, 0.03, 0.01, 0.02, 0.01),
    "family_name": (0.85, 0.01, None, 0.03, 0.05, 0.01, 0.004),
    "birth_date": (0.9, 0.01, 0.04, 0.01, 0.01, 0.005, 0.005),
    "phone": (0.7, 0.02, 0.03),
    "address": (0.6, 0.03, 0.02, 0.02, 0.03, 0.08),
}
STRANGER = {
    "given_name": (0.004, 1e-4, 0.002, 1e-4, 0.003, 0.01, 0.002, 0.002, 0.02),
    "family_name": (0.002, 1e-4, 2e-4, 0.001, 0.003, 0.01, 0.01),
    "birth_date": (4e-5, 2e-4, 0.001, 0.001, 0.002, 0.003, 0.02),
    "phone": (1e-6, 1e-5, 1e-4),
    "address": (1e-5, 1e-4, 5e-4, 5e-4, 0.002, 0.04),
}
OF_HOUSEHOLD = {  # what a household learns; all else is anchored at u times the shipped factor
    "family_name": (0.8, 0.005, 0.001, 0.02, 0.04, 0.01, 0.03),
    "phone": (0.3, 0.05, 0.02),
    "address": (0.85, 0.03, 0.01, 0.01, 0.02, 0.03),
}


def whole(chances) -> np.ndarray:
    return np.append(chances, 1 - sum(chances))


def factors(comparison, explanation: str = "") -> np.ndarray:
    known = {each.code: each for each in comparison.levels}
    levels = [known[code] for code in LEVELS[comparison.kind]]
    return 2.0 ** np.array([each.under.get(explanation, 0.0) if explanation else each.bits for each in levels])


def made(comparison) -> np.ndarray:
    """The chances of a comparison's levels: of one person, of a household, of strangers."""
    stranger = whole(STRANGER[comparison.code])
    # What two comparisons show at once keeps its shipped ratio, in the truth as in the model.
    shipped = stranger * factors(comparison)
    person = whole([shipped[place] if each is None else each for place, each in enumerate(PERSON[comparison.code])])
    learned = OF_HOUSEHOLD.get(comparison.code)
    anchored = stranger * factors(comparison, "household")
    return np.array([person, anchored / anchored.sum() if learned is None else whole(learned), stranger])


CHANCES = [made(each) for each in MODEL.comparisons]
CODES = np.array(list(product(*[[*range(each.shape[1]), -1] for each in CHANCES])), dtype=np.int8)


def shares(which: int) -> np.ndarray:
    """The chance of every pattern under an explanation."""
    found = np.ones(len(CODES))
    for place, each in enumerate(CHANCES):
        found *= np.append(each[which] * (1 - MISSING), MISSING)[CODES[:, place]]
    return found


def drawn(seed: int, *, blocked: bool = True, blind: int = BLIND) -> tuple[Patterns, Totals]:
    """Pairs of all kinds, and what is known of all records; blocking shows only those who agree in something."""
    chance = np.random.default_rng(seed)
    sizes = (SAME, HOUSEHOLD, PAIRS - SAME - HOUSEHOLD)
    every = sum(chance.multinomial(size, shares(which)) for which, size in enumerate(sizes))
    names = tuple(each.code for each in MODEL.comparisons)
    by_chance = patterns.count(names, CODES, chance.multinomial(blind, every / every.sum()))
    agreeing = {}
    for place, code in enumerate(names):
        known, best = CODES[:, place] >= 0, CODES[:, place] == 0
        agreeing[code] = every[best].sum() / every[known].sum()
    shown = (CODES == 0).any(axis=1) if blocked else np.ones(len(CODES), dtype=bool)
    return Patterns(names, CODES[shown], every[shown]), Totals(RECORDS, agreeing, by_chance)


def astray(found, truth, size: float) -> float:
    """By how many standard errors of a share among so many the worst of the chances is wrong."""
    return float((np.abs(found - truth) / np.sqrt(truth * (1 - truth) / size)).max())


@pytest.fixture(scope="module", params=[1, 2])
def blocked(request) -> Fitted:
    return fit(MODEL, *drawn(request.param, blocked=True))


@pytest.fixture(scope="module", params=[3])
def whole_table(request) -> Fitted:
    return fit(MODEL, *drawn(request.param, blocked=False))


def test_how_many_pairs_are_one_person_is_found(blocked):
    assert blocked.mixture.mass[0] == pytest.approx(SAME, abs=ERRORS * SAME**0.5)
    assert blocked.mixture.mass.sum() == pytest.approx(PAIRS)


def test_how_many_pairs_are_a_household_is_found_where_all_of_them_are_shown(whole_table):
    for which, size in enumerate((SAME, HOUSEHOLD)):
        assert whole_table.mixture.mass[which] == pytest.approx(size, abs=ERRORS * size**0.5)


@pytest.mark.parametrize("place", range(len(COMPARED)), ids=COMPARED)
def test_m_and_u_are_found_though_blocking_hides_who_agrees_in_nothing(blocked, place):
    found = blocked.mixture.chances[place]
    assert astray(found[0], CHANCES[place][0], SAME * (1 - MISSING)) < ERRORS
    assert astray(found[-1], CHANCES[place][-1], BLIND * (1 - MISSING) ** 2) < ERRORS


@pytest.mark.parametrize("place", range(len(COMPARED)), ids=COMPARED)
def test_what_an_alternative_learns_is_found_and_what_is_anchored_stays(whole_table, place):
    found, truth = whole_table.mixture.chances[place][1], CHANCES[place][1]
    if MODEL.comparisons[place].code in OF_HOUSEHOLD:
        # A household that shares little looks like strangers: its pairs tell less than their number.
        assert astray(found, truth, HOUSEHOLD * (1 - MISSING) / 3) < ERRORS
    else:
        chances, shipped = whole_table.mixture.chances[place][-1], factors(MODEL.comparisons[place], "household")
        if MODEL.comparisons[place].code == "given_name":
            # What is shared beyond chance is so much as it was among names of the usual variety, one in 300 the same.
            shipped[0] = 1 + (shipped[0] - 1) * 0.003 / chances[0]
        anchored = chances * shipped
        assert found == pytest.approx(anchored / anchored.sum())


def test_what_two_comparisons_show_at_once_keeps_its_shipped_ratio(blocked):
    for each, chances in zip(MODEL.comparisons, blocked.mixture.chances, strict=True):
        for place, level in enumerate(LEVELS[each.kind]):
            if (each.kind, level) in SHARED:
                assert chances[0][place] == pytest.approx(chances[-1][place] * factors(each)[place])


class TestAnchors:
    """What holds the explanations where the pairs alone would not."""

    @staticmethod
    def place_of(code: str, level: str) -> tuple[int, int]:
        place = COMPARED.index(code)
        return place, LEVELS[MODEL.comparisons[place].kind].index(level)

    def test_what_pairs_drawn_blindly_hardly_show_is_known_from_the_values(self):
        place, best = self.place_of("birth_date", "exact")
        shown, known = drawn(1, blind=20_000)
        with_values = fit(MODEL, shown, known).mixture.chances[place]
        assert with_values[-1][best] == pytest.approx(CHANCES[place][-1][best], rel=0.06)
        without = fit(MODEL, shown, replace(known, agreeing={})).mixture.chances[place]
        assert without[-1][best] != pytest.approx(CHANCES[place][-1][best], rel=0.2)

    def test_a_level_that_no_two_strangers_show_is_rarer_than_three_of_all(self):
        place, heard = self.place_of("given_name", "heard")
        shown, known = drawn(1, blind=20_000)
        kept = known.random.codes[:, place] != heard
        blind = Patterns(known.random.comparisons, known.random.codes[kept], known.random.counts[kept])
        u = fit(MODEL, shown, replace(known, random=blind)).mixture.chances[place][-1][heard]
        assert 0 < u <= 3 / (20_000 * (1 - MISSING) ** 2) * 1.02
        assert u < CHANCES[place][0][heard] / factors(MODEL.comparisons[place])[heard]

    def test_who_shares_a_name_by_chance_is_one_of_those_that_u_counts(self):
        """An alternative that is no answer of its own explains strangers, and takes nothing off their chances."""
        place, best = self.place_of("address", "same")
        [household] = MODEL.alternatives
        shown, known = drawn(1, blocked=False)
        found = {
            related: fit(replace(MODEL, alternatives=(replace(household, related=related),)), shown, known)
            for related in (True, False)
        }
        u = {related: each.mixture.chances[place][-1][best] for related, each in found.items()}
        by_households = HOUSEHOLD * CHANCES[place][1][best] / PAIRS
        assert u[True] == pytest.approx(CHANCES[place][-1][best], rel=0.1)
        assert u[False] == pytest.approx(CHANCES[place][-1][best] + by_households, rel=0.1)

    def test_what_is_hardly_seen_keeps_close_to_what_was_shipped(self):
        """Dirichlet: the shipped chances count as so many pairs."""
        place, last = self.place_of("phone", "different")
        shown, known = drawn(1)
        few, without = shown.counts // 400, shown.codes.copy()
        without[:, place] = -1
        codes, counts = np.concatenate([shown.codes, without]), np.concatenate([few, shown.counts - few])
        shown = patterns.count(COMPARED, codes, counts)
        fitted = fit(MODEL, shown, known)
        u = fitted.mixture.chances[place][-1]
        shipped = u * factors(MODEL.comparisons[place])
        weighed = fitted.seen[place][0] + TRUST * shipped / shipped.sum()
        assert 1 < fitted.seen[place][0].sum() < 100
        assert fitted.mixture.chances[place][0] == pytest.approx(weighed / weighed.sum(), rel=1e-3)
        assert fitted.mixture.chances[place][0][last] < u[last]

    def test_what_differs_never_speaks_for_one_person(self):
        """A quarter of all pairs differ in birth dates and in all else that is not a name: no class of its own."""
        place, last = self.place_of("birth_date", "different")
        shown, known = drawn(1)
        names = [COMPARED.index(code) for code in ("given_name", "family_name")]
        namesakes = np.full((1, len(COMPARED)), -1, dtype=np.int8)
        namesakes[0, names] = 0
        namesakes[0, place] = last
        codes = np.concatenate([shown.codes, namesakes])
        shown = patterns.count(COMPARED, codes, np.append(shown.counts, 200_000))
        found = fit(MODEL, shown, known).mixture.chances[place]
        least = 2.0 ** (LEAST * next(each.bits for each in MODEL.comparisons[place].levels if each.code == "different"))
        assert found[0][last] <= found[-1][last] * least * 1.001


class TestByChance:
    """How often strangers agree, counted in all pairs of generated records."""

    @pytest.fixture(scope="class")
    def people(self):
        chance = random.Random(7)
        made = []
        for number in range(200):
            values = {
                "given_name": chance.choice(GIVEN),
                "family_name": chance.choice(FAMILY),
                "middle_name": chance.choice(["", "James", "Maria", "Rosa"]),
                "birth_date": f"19{chance.randrange(60, 70)}-0{chance.randrange(1, 7)}-1{chance.randrange(10)}",
                "gender": chance.choice(["f", "m"]),
                "email": many(f"{chance.choice(FAMILY).lower()}{chance.randrange(9)}@mail.example"),
                "phone": many(f"+4930{chance.randrange(1_200_000, 1_200_150)}"),
                "address": home(f"{chance.randrange(1, 9)} Long Road", *chance.choice(PLACES)),
                "identifier": [{"scheme": chance.choice(["ssn", "tax"]), "value": f"73640{chance.randrange(10, 60)}"}],
            }
            made.append(person(number, **{name: value for name, value in values.items() if chance.random() < 0.9}))
        return made

    @pytest.fixture(scope="class")
    def counted(self, people):
        """By comparison and level the share of all pairs that have a value on both sides."""
        whole = patterns.of(PERSONS, combinations(people, 2))
        found = {}
        for place, each in enumerate(PERSONS.comparisons):
            codes, counts = whole.codes[:, place], whole.counts
            known = counts[codes >= 0].sum()
            found[each.code] = counts[codes == 0].sum() / known if known else None
        return found

    def test_the_closed_form_of_the_best_level_is_what_all_pairs_show(self, people, counted):
        told = totals.of(PERSONS, people, sample=10).agreeing
        assert set(told) == set(counted) - {"suffix"}
        for code in told:
            assert counted[code] > 0
            assert told[code] == pytest.approx(counted[code], rel=1e-9), code

    def test_agreement_on_a_value_weighs_what_its_frequency_makes_of_it(self):
        """Of pairs that agree on v, one person does so in m · p(v) of all cases, strangers in p(v)²."""
        chance = np.random.default_rng(3)
        shares = np.array([0.3, 0.1, 0.05, *[0.55 / 2_000] * 2_000])
        holders = 1_000_000
        counts = chance.multinomial(holders, shares)
        u, m = float((shares**2).sum()), 0.8
        table = rarity.learned({f"v{n}": int(count) for n, count in enumerate(counts)}, holders, u)
        strangers = chance.choice(len(shares), (2, 2_000_000), p=shares)
        alike = strangers[0][strangers[0] == strangers[1]]
        for place in range(3):
            by_chance = (alike == place).sum() / strangers.shape[1]
            told = np.log2(m / u) + table.bits(f"v{place}")
            assert told == pytest.approx(np.log2(m * shares[place] / by_chance), abs=0.05)
        assert table.bits("v0") < 0 < table.bits("v2") < table.bits("never seen") == RARITY_LIMIT
