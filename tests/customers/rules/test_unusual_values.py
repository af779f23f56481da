"""Single values out of the ordinary: on made-up values with and without faults."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from customers.rules.unusual import values as rules


def births(count: int, seed: int) -> Counter:
    rng = random.Random(seed)
    return Counter((date(1940, 1, 1) + timedelta(days=rng.randrange(25_000))).isoformat() for _one in range(count))


class TestSharing:
    def test_where_nothing_is_shared_ten_are_many(self):
        assert rules.sharing_bound({1: 50_000}) == 10
        assert rules.sharing_bound({}) == 10

    def test_where_families_share_it_takes_more(self):
        families = {1: 20_000, 2: 12_000, 3: 8_000, 4: 5_000, 5: 2_500, 6: 1_200, 7: 500}
        assert 10 < rules.sharing_bound(families) < 40

    def test_one_wild_value_does_not_hide_itself(self):
        usual = {1: 9_000, 2: 900, 3: 80, 4: 9}
        assert rules.sharing_bound({**usual, 4_000: 1}) == rules.sharing_bound({**usual, 12: 1})
        assert rules.sharing_bound({**usual, 4_000: 1}) <= 12

    @pytest.mark.parametrize("seed", range(20))
    def test_usual_sharing_is_not_told(self, seed):
        rng = random.Random(seed)
        counts: Counter = Counter()
        for _value in range(20_000):
            many = 1
            while rng.random() < 0.25:
                many += 1
            counts[many] += 1
        assert max(counts) < rules.sharing_bound(counts)


class TestBirths:
    @pytest.mark.parametrize(
        ("day", "rule"),
        [
            ("1906-11-22", rules.EARLY),
            ("1906-11-23", ""),
            ("2026-11-23", ""),
            ("2026-11-24", rules.LATE),
            ("1980-01-01", ""),
        ],
    )
    def test_bounds(self, day, rule):
        assert rules.out_of_bounds(day, "2026-11-23") == rule

    @pytest.mark.parametrize("seed", range(20))
    def test_days_as_chance_has_them_are_not_told(self, seed):
        assert list(rules.piles(births(200_000, seed))) == []

    def test_a_day_that_was_filled_in_is_told(self):
        counts = births(100_000, 1)
        counts["1982-06-15"] += 120
        [(day, most)] = rules.piles(counts)
        assert day == "1982-06-15" and most < counts[day]

    def test_the_first_of_january_is_allowed_for(self):
        counts = births(100_000, 1)
        counts["1970-01-01"] += 5_000
        counts["1961-01-01"] += 900
        assert list(rules.piles(counts)) == []

    def test_few_are_no_pile(self):
        assert list(rules.piles({"1980-05-05": 9})) == []
        assert [day for day, _most in rules.piles({"1980-05-05": 10})] == ["1980-05-05"]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "rule"),
        [
            ("12345", rules.DIGITS),
            ("007 b", rules.DIGITS),
            ("Aaaa", rules.REPEATED),
            ("zzz", rules.REPEATED),
            ("Qwertz", rules.KEYBOARD),
            ("asdfasdf", rules.KEYBOARD),
            ("Yxcvbn", rules.KEYBOARD),
            ("poiuzt", rules.KEYBOARD),
            ("Test", rules.TEST),
            ("unbekannt", rules.TEST),
        ],
    )
    def test_what_is_none_is_told(self, name, rule):
        assert rules.no_name(name) == rule

    @pytest.mark.parametrize(
        "name",
        "Anna Wert Trew Weitz Tre Oo Li Ng Aas Powell Werther Dafydd Asad Sassa Ede Rita Poul Xi 李 Иван Ю O’Neill "
        "Ann-Sophie Müller Fritz Tyree Ware Were Jahn1 小明".split(),
    )
    def test_real_ones_are_not(self, name):
        assert rules.no_name(name) == ""
