"""Kernels: numba is imported for those who have much to go through; all others come to the same without."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine.bulk import fast
from matching.engine.bulk.keys import distinct
from matching.engine.bulk.lists import Lists
from matching.engine.bulk.parts import cross
from tests.support.kernels import WAYS, going

ROOT = Path(__file__).parents[3]
LISTS = st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=1, max_size=6)
FEW = """
import numpy as np, polars as pl, sys
from matching.engine.bulk.columns import of_features
from matching.engine.bulk.blocking import block, pairs
from matching.engine.bulk.scoring import Scorer
from matching.engine.defaults import person_model
from matching.engine.features import Party, prepare
model = person_model()
values = {"given_name": "Anna", "family_name": "Lopez", "birth_date": "1980-02-03"}
columns = of_features(model, [prepare(model, Party(number, "person", values)) for number in range(20)])
found = list(pairs(block(model, columns), fast=False))
scores = Scorer(model, columns, fast=False).score(*found[0], floor=model.review)
print(len(scores), "numba" in sys.modules)
"""


def nested(lists):
    rows = [row for row, of in enumerate(lists) for _each in of]
    values = [each for of in lists for each in of]
    return Lists.of(np.array(rows, dtype=np.int64), np.array(values, dtype=np.int32), len(lists))


def test_comparing_a_few_imports_no_compiler():
    done = subprocess.run(
        [sys.executable, "-c", FEW],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["190", "False"]


def test_kernels_pay_for_whoever_has_gone_through_enough(monkeypatch):
    monkeypatch.setattr(fast._gone_through, "values", 0)
    assert [fast.pays(fast.PLAIN // 2) for _time in range(4)] == [False, *[fast.AVAILABLE] * 3]


@pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed")
def test_a_kernel_is_made_once_and_calls_others():
    @fast.inlined
    def more(number):
        return number + 1

    @fast.kernel
    def last(numbers):
        return more(numbers[len(numbers) - 1])

    # What stands within a test is not kept on disk, and a kernel sees only what is global.
    for each in (more, last):
        each.options["cache"] = False
    assert last(np.array([4, 7])) == 8
    assert last.made() is last.made()
    assert more.made() is more.made()


@pytest.mark.parametrize("compiled", WAYS)
@given(lists=LISTS, chosen=st.lists(st.integers(0, 5), max_size=8))
def test_lists_are_gathered(lists, chosen, compiled):
    rows = np.array([row for row in chosen if row < len(lists)], dtype=np.int64)
    with going(compiled):
        taken = nested(lists).take(rows)
    assert [taken.row(place) for place in range(len(rows))] == [lists[row] for row in rows]


@pytest.mark.parametrize("compiled", WAYS)
@given(lists=LISTS)
def test_values_are_crossed_with_those_of_their_row(lists, compiled):
    other = nested(lists)
    rows = np.arange(len(lists))
    with going(compiled):
        made = [each.tolist() for each in cross(rows, rows + 10, other)]
    assert list(zip(*made, strict=True)) == [(row, row + 10, each) for row, of in enumerate(lists) for each in of]


@pytest.mark.parametrize("compiled", WAYS)
@given(lists=LISTS)
def test_each_key_of_a_row_is_there_once_in_order(lists, compiled):
    keys = nested(lists)
    with going(compiled):
        places = distinct(keys.rows, keys.values, len(lists))
    found = list(zip(keys.rows[places].tolist(), keys.values[places].tolist(), strict=True))
    assert found == sorted({(row, each) for row, of in enumerate(lists) for each in of})
