"""A load beside the loads before: what is told, and what is not. Histories are made up, with faults and without."""

import random
from dataclasses import replace

import polars as pl
import pytest

from customers.rules.unusual.census import FORMS, MOST, Tally
from customers.rules.unusual.expecting import FEWEST, Share, amounts, shares
from customers.rules.unusual.judging import (
    EMPTY,
    FORM,
    LEAST_STEP,
    LEAST_TOP,
    LEVEL,
    NEW,
    REFUSED,
    ROWS,
    TOP,
    WINDOW,
    Load,
    judged,
)
from customers.rules.unusual.spread import deviation, middle, steps

CHANCE = 0.001


def share(hits: int, rows: int = 1_000) -> Share:
    return Share(hits, rows)


def load(rows: int = 1_000, *, empty: int = 200, top: int = 8, refused: int = 2, forms: dict | None = None) -> Load:
    counted = {(EMPTY, "phone"): share(empty), (TOP, "email.home"): share(top), (REFUSED, ""): share(refused)}
    return Load({ROWS: float(rows)}, counted, {"birth_date": forms or {"9-9-9": 970, "9.9.9": 30}})


def before(count: int = 12) -> list[Load]:
    chance = random.Random(1)
    return [
        load(1_000 + chance.randint(-60, 60), empty=200 + chance.randint(-15, 15), top=8 + chance.randint(-2, 2))
        for _ in range(count)
    ]


def marks(found) -> set:
    return {(one.rule, one.attribute) for one in found.findings}


class TestSpread:
    def test_a_wild_number_among_ten_moves_neither_middle_nor_spread_far(self):
        calm = [100.0, 101, 99, 102, 98, 100, 101, 99, 100]
        assert middle([*calm, 9_999.0]) == pytest.approx(middle(calm), abs=1)
        assert deviation([*calm, 9_999.0]) < 3 * deviation(calm)

    def test_the_spread_is_that_of_normal_numbers(self):
        chance = random.Random(2)
        found = [deviation([chance.gauss(0, 1) for _ in range(7)]) for _ in range(4_000)]
        assert sum(found) / len(found) == pytest.approx(1, abs=0.05)

    # Quantiles of tables of Student's distribution.
    @pytest.mark.parametrize(
        ("chance", "seen", "quantile"), [(0.05, 6, 2.571), (0.01, 11, 3.169), (0.001, 25, 3.745), (0.001, 11, 4.587)]
    )
    def test_steps_are_students_quantiles(self, chance, seen, quantile):
        assert steps(chance, seen) == pytest.approx(quantile, rel=0.01)

    def test_few_numbers_make_wide_bounds(self):
        assert steps(CHANCE, 5) > steps(CHANCE, 8) > steps(CHANCE, 24)

    def test_of_one_number_there_are_no_steps(self):
        with pytest.raises(ValueError, match="Two"):
            steps(CHANCE, 1)


class TestExpecting:
    def test_too_few_loads_say_nothing(self):
        assert amounts([1_000.0] * (FEWEST - 1), CHANCE) is None
        assert shares([share(5)] * (FEWEST - 1), 1_000, CHANCE) is None
        assert shares([Share(0, 0)] * FEWEST, 1_000, CHANCE) is None
        assert shares([share(5)] * FEWEST, 0, CHANCE) is None

    def test_loads_that_were_all_alike_leave_some_room(self):
        found = amounts([1_000.0] * 10, CHANCE)
        assert found.holds(1_050) and not found.holds(2_000) and not found.holds(500)

    def test_loads_that_swing_leave_more(self):
        swinging = amounts([500.0, 2_000, 900, 1_800, 600, 1_100, 1_500, 700], CHANCE)
        assert swinging.holds(3_000) and not swinging.holds(1_000_000)

    def test_a_share_of_few_rows_may_lie_farther_off(self):
        seen = [share(100)] * 10
        few, many = shares(seen, 20, CHANCE), shares(seen, 20_000, CHANCE)
        assert few.low < many.low < 0.1 < many.high < few.high

    def test_what_loads_differ_by_beyond_chance_widens_the_bounds(self):
        alike, differing = [share(100)] * 10, [share(hits) for hits in (40, 180, 90, 130, 60, 150, 100, 75, 120, 160)]
        assert shares(differing, 1_000, CHANCE).high > shares(alike, 1_000, CHANCE).high + 0.05

    def test_nothing_and_all_are_shares_too(self):
        none, whole = shares([share(0)] * 8, 1_000, CHANCE), shares([share(1_000)] * 8, 1_000, CHANCE)
        assert none.low == 0 and none.holds(0) and not none.holds(0.1)
        assert whole.high == 1 and whole.holds(1) and not whole.holds(0.9)

    def test_what_was_accepted_lies_inside_from_then_on(self):
        seen = [1_000.0] * 10
        assert not amounts(seen, CHANCE).holds(5_000)
        assert amounts(seen, CHANCE, [5_000.0]).holds(5_100)
        assert not amounts(seen, CHANCE, [5_000.0]).holds(50_000)


class TestJudging:
    def test_a_load_like_the_others_is_not_told_of(self):
        assert judged(load(), before()).findings == []

    def test_with_few_loads_nothing_is_compared_however_odd(self):
        found = judged(load(3, empty=1_000), before(FEWEST - 1))
        assert not found.findings and not found.was_compared and found.loads == FEWEST - 1

    @pytest.mark.parametrize(
        ("odd", "mark"),
        [
            (load(100), (ROWS, "")),
            (load(9_000), (ROWS, "")),
            (load(empty=900), (EMPTY, "phone")),
            (load(empty=0), (EMPTY, "phone")),
            (load(top=110), (TOP, "email.home")),
            (load(refused=120), (REFUSED, "")),
            (load(forms={"9/9/9": 600, "9-9-9": 400}), (FORM, "birth_date")),
        ],
    )
    def test_each_fault_is_told_of_and_nothing_else(self, odd, mark):
        assert marks(judged(odd, before())) == {mark}

    def test_fewer_refused_rows_are_no_fault(self):
        assert not judged(load(refused=0), [load(refused=90) for _ in range(9)]).findings

    def test_a_value_that_came_four_times_dominates_nothing(self):
        few = [Load({ROWS: 20.0}, {(TOP, "phone"): Share(0, 20)}, {}) for _ in range(8)]
        odd = replace(few[0], counted={(TOP, "phone"): Share(LEAST_TOP - 1, 20)})
        assert not judged(odd, few).findings
        assert judged(replace(odd, counted={(TOP, "phone"): Share(LEAST_TOP + 5, 20)}), few).findings

    def test_a_share_that_lies_outside_by_next_to_nothing_is_not_told(self):
        seen = [Load({}, {(EMPTY, "phone"): Share(30_000, 1_000_000)}, {}) for _ in range(20)]
        edge = shares([one.counted[EMPTY, "phone"] for one in seen], 1_000_000, LEVEL).high
        for beyond, told in ((LEAST_STEP / 2, 0), (LEAST_STEP * 2, 1)):
            odd = replace(seen[0], counted={(EMPTY, "phone"): Share(round((edge + beyond) * 1_000_000), 1_000_000)})
            assert len(judged(odd, seen).findings) == told

    def test_old_loads_are_forgotten(self):
        assert judged(load(5_000), [load(5_000)] * WINDOW + before()).findings == []

    def test_what_was_accepted_is_not_told_again_but_other_figures_of_that_load_are(self):
        branch = load(6_000, empty=900)
        agreed = [(branch, frozenset({(ROWS, "")}))]
        found = judged(load(6_100, empty=900), [branch, *before()], accepted=agreed)
        assert marks(found) == {(EMPTY, "phone")}

    def test_what_is_kept_comes_back_as_it_was(self):
        one = load()
        assert Load.from_dict(one.to_dict()) == one

    @pytest.mark.parametrize("length", [FEWEST, 8, 24])
    def test_false_alarms_are_rare(self, length):
        """The whole measurement stands in benchmarks/unusual_loads.py."""
        alarms = 0
        for seed in range(150):
            chance = random.Random(seed)
            rows, empty, new = chance.choice((200, 5_000)), chance.random(), chance.random()

            def made(chance=chance, rows=rows, empty=empty, new=new) -> Load:
                count = max(round(rows * chance.lognormvariate(0, 0.15)), 1)
                counted = {
                    (rule, name): Share(sum(chance.random() < part for _ in range(200)), 200)
                    for rule, name, part in ((EMPTY, "phone", empty), (NEW, "", new), (REFUSED, "", 0.01))
                }
                return Load({ROWS: float(count)}, counted, {})

            alarms += bool(judged(made(), [made() for _ in range(length)]).findings)
        assert alarms <= 6


class TestCensus:
    def test_columns_are_counted(self):
        tally = Tally(2)
        tally.add_rows([2, 3, 4, 5], [["Anna", ""], ["Ömer-Can", " "], ["ANNA", "08 12"], ["Anna", "+49 8"]])
        tally.add_count(1)
        found = tally.census()
        assert (found.rows, found.seen) == (5, 4)
        assert [one.filled for one in found.columns] == [4, 2]
        assert (found.commonest[0], found.columns[0].top) == ("Anna", 2)
        assert found.columns[0].forms == {"Aa": 2, "A": 1, "Aa-Aa": 1}
        assert set(found.columns[1].forms) == {"9 9", "+9 9"}

    def test_rows_in_columns_and_rows_one_by_one_say_the_same(self):
        cells = [[f"a{number % 7}", "x" * (number % 2)] for number in range(50)]
        lines = list(range(2, 52))
        single, columns = Tally(2), Tally(2)
        single.add_rows(lines, cells)
        columns.add(pl.DataFrame(cells, schema=["0", "1"], orient="row").with_columns(pl.Series("line", lines)))
        assert single.census() == columns.census()

    def test_of_a_large_file_some_rows_are_looked_at_and_all_are_counted(self):
        def counted(size: int) -> Tally:
            tally = Tally(1)
            for start in range(0, 300_000, size):
                lines = pl.Series("line", range(start, start + size), dtype=pl.Int64)
                # Every second row says it: whoever takes every second line sees all or none.
                cells = pl.Series("0", ["x" if line % 2 else "" for line in range(start, start + size)])
                tally.add(pl.DataFrame([cells, lines]))
            return tally

        found = counted(20_000).census()
        assert found.rows == 300_000
        assert MOST / 2 <= found.seen <= 2 * MOST
        assert found.columns[0].filled / found.seen == pytest.approx(0.5, abs=0.02)
        assert counted(30_000).census() == found

    def test_forms_say_how_not_what_and_are_few(self):
        tally = Tally(1)
        tally.add_rows(list(range(200)), [["x." * number] for number in range(200)])
        [column] = tally.census().columns
        assert len(column.forms) <= FORMS
        assert not any("x." * 15 in form for form in column.forms)

    def test_a_file_of_a_header_alone_holds_nothing(self):
        found = Tally(3).census()
        assert (found.rows, found.seen, len(found.columns)) == (0, 0, 3)
