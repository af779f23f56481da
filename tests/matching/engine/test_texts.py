"""Texts in columns: their numbers and their letters in bytes; and numbers that somebody made up."""

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching.engine.bulk.numbering import numbered
from matching.engine.bulk.texts import Texts, _pooled
from matching.engine.features import MADE_UP, made_up
from tests.support.kernels import WAYS, going

WORDS = st.lists(st.text("abcö12 ", max_size=6), max_size=8)


@given(words=WORDS)
def test_texts_are_numbered_in_their_order_and_the_empty_one_is_0(words):
    pool, (numbers,) = Texts.of(pl.Series(words, dtype=pl.String))
    assert pool.series.to_list() == sorted({"", *words})
    assert [pool[number] for number in numbers] == words


@pytest.mark.parametrize("hashed", [pl.Series.hash, lambda texts: texts.str.len_bytes()])
def test_texts_that_share_a_hash_keep_their_own_number(hashed):
    texts = pl.Series(["", "ab", "cd", "ab", "c", "d"])
    pool, numbers = _pooled(texts, hashed)
    assert pool.to_list() == ["", "ab", "c", "cd", "d"]
    assert pool.gather(numbers).to_list() == texts.to_list()


@pytest.mark.parametrize("compiled", WAYS)
@given(values=st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9), max_size=60))
def test_equal_numbers_have_one_number_however_often_the_table_grows(values, compiled):
    for kind in (np.int64, np.uint64):
        given = np.array(values, dtype=np.int64).view(kind)
        with going(compiled):
            numbers, places = numbered(given, smallest=2)
        assert given[places][numbers].tolist() == given.tolist()
        assert sorted(set(numbers.tolist())) == list(range(len(places))) == list(range(len(set(values))))


def test_letters_beyond_ascii_have_bytes_of_their_own_as_long_as_there_are_any():
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 126)))
    pool = Texts(pl.Series(["", "añb", many, "z" + chr(0x9000)]))
    assert pool.spelt.tolist() == [True, True, True, False]
    assert pool.plain.tolist() == [True, False, False, False]
    assert len(set(pool.letters[:-1].tolist())) == len(set("añb" + many + "z"))


@given(number=st.text("0123456789", min_size=1, max_size=20))
@example(number="7890123")
@example(number="22222222222222222222")
def test_numbers_that_somebody_made_up_are_all_listed(number):
    assert made_up(number) == (number in MADE_UP)
    assert all(map(made_up, MADE_UP))
