"""Training finds the chances that made the pairs, and keeps what it had where there is nothing to find."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from matching.engine import holdings, patterns, rarity, totals
from matching.engine.anchoring import _Start
from matching.engine.model import Model
from matching.engine.patterns import Patterns
from matching.engine.totals import Totals
from matching.engine.training import TOGETHER, train
from matching.engine.vocabulary import LEVELS
from tests.matching.engine.parties import PERSONS, home, many, person

RECORDS = 20_000
PAIRS = RECORDS * (RECORDS - 1) // 2
SAME, HOUSEHOLDS = 12_000, 9_000

# Chances of the levels that occur: of one person, of a household, of strangers.
MADE = {
    "given_name": {"exact": (0.8, 0.006, 0.004), "near": (0.12, 0.001, 0.001), "different": (0.08, 0.993, 0.995)},
    "family_name": {"exact": (0.9, 0.85, 0.002), "near": (0.08, 0.05, 0.0005), "different": (0.02, 0.1, 0.9975)},
    "birth_date": {"exact": (0.95, 0.004, 4e-5), "near": (0.04, 0.002, 0.001), "different": (0.01, 0.994, 0.99896)},
    "phone": {"exact": (0.7, 0.3, 1e-6), "different": (0.3, 0.7, 0.999999)},
    "address": {"same": (0.85, 0.9, 1e-5), "different": (0.15, 0.1, 0.99999)},
}


MISSING = 0.1


def expected(which: int, pairs: float, chances=MADE) -> Patterns:
    """How many pairs of one kind show each pattern: 0 person, 1 household, 2 strangers."""
    columns = []
    for comparison in PERSONS.comparisons:
        made = chances.get(comparison.code, {})
        known = [(LEVELS[comparison.kind].index(level), each[which] * (1 - MISSING)) for level, each in made.items()]
        columns.append([*known, (-1, MISSING)] if made else [(-1, 1.0)])
    rows = list(product(*columns))
    counts = np.array([pairs * np.prod([share for _code, share in row]) for row in rows])
    codes = np.array([[code for code, _share in row] for row in rows], dtype=np.int8)
    kept = counts.round() > 0
    return Patterns(
        tuple(each.code for each in PERSONS.comparisons), codes[kept], counts[kept].round().astype(np.int64)
    )


def of(chances, same_pairs: int) -> tuple[Patterns, Totals]:
    kinds = [(0, same_pairs), (1, HOUSEHOLDS), (2, PAIRS - same_pairs - HOUSEHOLDS)]
    whole = patterns.merge([expected(which, pairs, chances) for which, pairs in kinds])
    places = {code: place for place, code in enumerate(whole.comparisons)}
    agreeing = {}
    for code, levels in chances.items():
        same, household, stranger = next(iter(levels.values()))
        agreeing[code] = stranger + (same_pairs * same + HOUSEHOLDS * household) / PAIRS
    blind = Patterns(whole.comparisons, whole.codes, (whole.counts * (1_000_000 / PAIRS)).astype(np.int64))
    # Blocking shows only those who agree in something.
    seen = np.zeros(len(whole.codes), dtype=bool)
    for code in ("given_name", "family_name", "birth_date", "phone"):
        seen |= whole.codes[:, places[code]] == 0
    return Patterns(whole.comparisons, whole.codes[seen], whole.counts[seen]), Totals(RECORDS, agreeing, blind)


@pytest.fixture(scope="module")
def made() -> tuple[Patterns, Totals]:
    return of(MADE, SAME)


@pytest.fixture(scope="module")
def trained(made):
    return train(PERSONS, *made)


def chances(report, comparison: str, level: str) -> tuple[float, float]:
    found = next(each for each in report["levels"] if (each["comparison"], each["level"]) == (comparison, level))
    return found["m"], found["u"]


def test_the_number_of_pairs_of_each_kind_is_found(trained):
    assert trained.report["expected"]["same"] == pytest.approx(SAME, rel=0.02)
    # Those of a household who share neither family name nor phone are not among the compared.
    assert trained.report["expected"]["household"] == pytest.approx(0.82 * HOUSEHOLDS, rel=0.03)


def test_a_pair_that_is_compared_is_likelier_one_party_than_its_independent_levels_say(trained):
    assert 2 ** (trained.model.prior - TOGETHER) == pytest.approx(SAME / PAIRS, rel=0.03)
    assert 0.5 < TOGETHER < 1  # what holds on labelled files: less loses pairs, more links wrong ones


@pytest.mark.parametrize("comparison", MADE)
def test_the_chances_that_made_the_pairs_are_found(trained, comparison):
    for level, (same, _household, stranger) in MADE[comparison].items():
        m, u = chances(trained.report, comparison, level)
        # The junior claims some of those who agree in all but the birth date.
        assert m == pytest.approx(same, rel=0.1, abs=0.007)
        if stranger > 1e-4:
            assert u == pytest.approx(stranger, rel=0.15)


def test_a_number_that_no_two_strangers_share_weighs_more_than_a_sample_could_tell(trained):
    _m, u = chances(trained.report, "phone", "exact")
    assert u < 1 / 100_000


def test_what_never_occurs_keeps_its_weights_and_is_told(trained):
    assert trained.model.comparisons[5] == PERSONS.comparisons[5]  # gender
    assert {"fault": "never_compared", "comparison": "gender", "pairs": 0} in trained.report["diagnostics"]
    faults = {(each["fault"], each.get("comparison")) for each in trained.report["diagnostics"]}
    assert ("few_seen", "birth_date") in faults


def test_the_trained_model_is_a_model_and_carries_its_account(trained):
    again = Model.from_dict(trained.model.to_dict())
    assert again.digest() == trained.model.digest()
    assert again.trained["records"] == RECORDS
    assert again.trained["calibration_error"] < 0.03
    assert [each.up_to for each in again.rules if 0 < each.up_to < RECORDS] == []


def test_training_is_the_same_every_time(made, trained):
    assert train(PERSONS, *made).model.digest() == trained.model.digest()


def test_a_household_never_learns_to_share_birth_dates(trained):
    known = {each.code: each for each in trained.model.comparisons}
    shipped = {each.code: each for each in PERSONS.comparisons}
    learned, before = known["birth_date"].levels[0], shipped["birth_date"].levels[0]
    assert learned.under["household"] == pytest.approx(before.under["household"], abs=0.1)


def test_a_comparison_that_contradicts_itself_keeps_its_weights_and_says_so():
    """Mailboxes made of names: namesakes' look alike, and the search takes them for one party's."""
    email = {"exact": (0.1, 0.1, 1e-5), "alike": (0.8, 0.1, 1e-3), "different": (0.1, 0.8, 0.99899)}
    few = {"given_name": MADE["given_name"], "family_name": MADE["family_name"], "email": email}
    found = train(PERSONS, *of(few, SAME))
    known = {each.code: each for each in found.model.comparisons}
    assert known["email"] == next(each for each in PERSONS.comparisons if each.code == "email")
    assert known["given_name"] != PERSONS.comparisons[0], "the others are learned"
    told = {each["comparison"]: each["fault"] for each in found.report["diagnostics"] if "comparison" in each}
    assert told["email"] == "contradicts"


def test_more_of_everybody_than_systems_ever_hold_is_not_believed():
    found = train(PERSONS, *of(MADE, 12 * RECORDS))
    assert found.model.comparisons == PERSONS.comparisons
    assert [each["fault"] for each in found.report["diagnostics"]] == ["crowded"]


def test_names_that_are_exchanged_count_once():
    """Given and family name show it both at once: learned on each, chance would count twice."""
    chances = {code: {"exact": (0.8, 0.1, 4e-3), "swapped": (0.15, 1e-4, 1e-4), "different": (0.05, 0.9, 0.9959)}
               for code in ("given_name", "family_name")} | {"phone": MADE["phone"]}  # fmt: skip
    learned = train(PERSONS, *of(chances, SAME)).model
    for place in (0, 1):
        told = [{level.code: level.bits for level in each.comparisons[place].levels} for each in (learned, PERSONS)]
        assert told[0]["swapped"] == told[1]["swapped"]
        assert told[0]["exact"] != told[1]["exact"]


@pytest.mark.parametrize("records", [0, 1, 40])
def test_too_few_records_give_back_the_shipped_weights_and_say_so(records):
    few = [person(number, given_name=f"A{number}", family_name="Lee") for number in range(records)]
    pairs = [(few[0], each) for each in few[1:]]
    found = train(PERSONS, patterns.of(PERSONS, pairs), totals.of(PERSONS, few))
    assert found.model.comparisons == PERSONS.comparisons
    assert [each["fault"] for each in found.report["diagnostics"]] == ["few_pairs"]


@pytest.mark.parametrize("records", [10_000, 1_000_000])
def test_the_prior_follows_the_number_of_records(records):
    sized = PERSONS.sized(records)
    assert 2 ** (sized.prior - PERSONS.prior) == pytest.approx(PERSONS.records / records)
    priors = {
        each.code: each.prior - before.prior
        for each, before in zip(sized.alternatives, PERSONS.alternatives, strict=True)
    }
    assert priors["namesake"] == 0
    assert priors["household"] == sized.prior - PERSONS.prior
    assert sized.sized(PERSONS.records).prior == pytest.approx(PERSONS.prior)


def test_chance_agreement_is_that_of_all_pairs():
    values = [("a",), ("a",), ("a", "b"), ("b",), ("c",), ()]
    pairs = [(one, other) for n, one in enumerate(values[:5]) for other in values[n + 1 : 5]]
    share = sum(not set(one).isdisjoint(other) for one, other in pairs) / len(pairs)
    assert holdings.agreement(values) == pytest.approx(share)
    assert holdings.agreement([("a",)]) == 0


def test_identifiers_agree_within_their_scheme():
    held = [[{"scheme": "ssn", "value": "7364009"}], [{"scheme": "ssn", "value": "7364009"}]]
    other = [[{"scheme": "tax", "value": str(9_000_000 + number)}] for number in range(4)]
    found = totals.of(PERSONS, [person(n, identifier=value) for n, value in enumerate([*held, *other])])
    assert found.agreeing["identifier"] == pytest.approx(1 / (1 + 6))


def test_patterns_count_what_the_scorer_finds_and_slices_are_as_the_whole():
    ann = {
        "given_name": "Ann",
        "family_name": "Lee",
        "phone": many("+498342550170"),
        "address": home("1 Main St", "Bern"),
    }
    people = [person(1, **ann), person(2, **ann), person(3, given_name="Bob", family_name="Lee")]
    pairs = [(people[0], people[1]), (people[0], people[2]), (people[1], people[2])]
    whole = patterns.of(PERSONS, pairs)
    assert sorted(whole.counts.tolist()) == [1, 2]
    sliced = patterns.merge([patterns.of(PERSONS, pairs[:1]), patterns.of(PERSONS, pairs[1:])])
    assert (sliced.codes == whole.codes).all()
    assert (sliced.counts == whole.counts).all()


def test_a_draw_of_the_records_tells_what_all_of_them_do():
    people = [person(n, given_name=f"A{n % 10}", family_name=f"B{n % 40}") for n in range(3_000)]
    whole = totals.of(PERSONS, people, sample=10)
    drawn = totals.of(PERSONS, people, sample=10, most=1_500)
    assert drawn.records == whole.records == 3_000
    for code in ("given_name", "family_name"):
        assert drawn.agreeing[code] == pytest.approx(whole.agreeing[code], rel=0.05)


def test_rare_names_are_learned_from_the_records():
    people = [person(n, given_name="Ann", family_name="Lee" if n % 2 else f"X{n:04d}") for n in range(400)]
    found = totals.of(PERSONS, people, sample=100)
    assert found.shares["family_name"]["lee"] == 200
    assert found.holders["family_name"] == 400


def test_a_household_of_few_names_shares_no_more_of_them_than_chance_has_it():
    """What a household has in common beyond chance is of the size that it was shipped with: 2 bits of one in 300."""
    often = {"exact": (0.8, 0.034, 0.02), "near": (0.12, 0.001, 0.001), "different": (0.08, 0.965, 0.979)}
    made = train(PERSONS, *of({**MADE, "given_name": often}, SAME)).model
    exact = next(each for each in made.comparisons if each.code == "given_name").levels[0]
    chance = 0.8 / 2**exact.bits
    assert chance * 2 ** exact.under["household"] == pytest.approx(0.02 + 0.003 * (2**2 - 1), rel=0.1)


def given_name_shared(learned: Model) -> float:
    """How many bits more than strangers relatives share a given name."""
    return learned.comparisons[0].levels[0].under["household"]


def test_where_births_tell_relatives_apart_how_rarely_they_are_named_alike_is_learned():
    alone = {**MADE, "given_name": {"exact": (0.8, 0.001, 0.002), "different": (0.2, 0.999, 0.998)}}
    told = given_name_shared(train(PERSONS, *of(alone, SAME)).model)
    untold = {code: levels for code, levels in alone.items() if code != "birth_date"}
    kept = given_name_shared(train(PERSONS, *of(untold, SAME)).model)
    assert kept == pytest.approx(2, abs=0.05)  # as shipped: nothing tells the one from the other
    assert told < 0.5


def test_relatives_are_never_learned_to_be_named_alike_more_often_than_shipped():
    often = {**MADE, "given_name": {"exact": (0.8, 0.1, 0.002), "different": (0.2, 0.9, 0.998)}}
    assert given_name_shared(train(PERSONS, *of(often, SAME)).model) <= 2.05


def test_a_tribe_of_one_name_in_many_houses_is_no_household():
    """It would take whoever bears the name, until chance alone shares hardly any."""
    tribe = {
        **MADE,
        "address": {"same": (0.85, 0.1, 1e-5), "different": (0.15, 0.9, 0.99999)},
        "phone": {"exact": (0.7, 0.1, 1e-6), "different": (0.3, 0.9, 0.999999)},
    }
    learned = train(PERSONS, *of(tribe, SAME)).model
    address = next(each for each in learned.comparisons if each.code == "address")
    assert {each.code: each.under["household"] for each in address.levels}["different"] <= -1.7


def test_who_was_born_when_is_not_told_by_pairs_that_do_not_say():
    start = _Start(PERSONS, of(MADE, SAME)[1], ())
    codes = np.full((2, len(PERSONS.comparisons)), -1, dtype=np.int8)
    codes[:, 0] = 0  # one given name
    codes[1, 4] = LEVELS["date"].index("different")
    shares = np.array([[0.0, 7.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0, 0.0]])
    start.tell(codes, shares)
    assert [counts.sum() for counts in start.named.values()] == [3]


def test_a_value_written_in_two_scripts_is_as_common_as_in_both():
    """Half of those of one name are written otherwise; each level alone knows but half of the chance."""
    half = {"exact": (0.45, 0.01, 0.005), "transliterated": (0.45, 0.01, 0.005), "different": (0.1, 0.98, 0.99)}
    seen, counted = of({**MADE, "given_name": half}, SAME)
    shares = {"given_name": {"li": 400}, "family_name": {}}
    holders = {"given_name": RECORDS, "family_name": RECORDS}
    counted = replace(counted, shares=shares, holders=holders)
    table = train(PERSONS, seen, counted).model.frequencies["given_name"]
    assert table.typical == pytest.approx(0.01, rel=0.1)
    assert table.bits("li") == pytest.approx(-1, abs=0.2)


def test_what_few_records_cannot_tell_is_not_held_against_a_value():
    """Of 400 names one in 10,000 agrees by chance: the name of one party alone is not commoner than that."""
    table = rarity.learned({}, 400, typical=1e-4)
    assert table.bits("anything") == pytest.approx(0, abs=0.01)
    made = rarity.learned({"often": 41}, 400, typical=0.0108)
    assert 0.1**2 + 0.9 * made.unseen == pytest.approx(0.0108, rel=0.01)


def test_the_son_never_becomes_the_father():
    """Where births are not known, two of one name and one house look like one person, but for Senior and Junior."""
    known = ("given_name", "family_name", "address")
    made = {code: levels for code, levels in MADE.items() if code in known}
    both = {"same": (0.1, 0.05, 0.01), "one_sided": (0.3, 0.05, 0.05), "different": (0.6, 0.9, 0.94)}
    learned = train(PERSONS, *of({**made, "suffix": both}, SAME)).model
    of_model = {each.code: {level.code: level.bits for level in each.levels} for each in learned.comparisons}
    assert of_model["given_name"]["exact"] != 8, "something was learned"
    assert of_model["suffix"]["different"] <= -9


def test_few_records_of_one_value_are_those_of_one_party():
    counts = {"twice": 2, "four times": 4, "often": 60}
    alone = rarity.learned(counts, 1_000, typical=0.001)
    doubled = rarity.learned(counts, 1_000, typical=0.001, others=1.0)
    assert alone.shares["four times"] == pytest.approx(0.003)
    assert doubled.shares["four times"] == pytest.approx(0.0015)
    assert doubled.shares["often"] == pytest.approx(alone.shares["often"], rel=0.02)
    assert "twice" not in alone.shares
