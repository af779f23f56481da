"""Digests of many texts at once are those that hashlib makes of each."""

import hashlib

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching.engine.bulk.digesting import digests64
from matching.engine.bulk.fast import AVAILABLE

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="numba is not installed")

KEYS = st.binary(min_size=1, max_size=64)


def by_hashlib(key: bytes, begin: str, texts: list[str]) -> list[int]:
    made = (hashlib.blake2b((begin + text).encode(), digest_size=8, key=key).digest() for text in texts)
    return [int.from_bytes(each, "big", signed=True) for each in made]


@pytest.mark.parametrize("begin", ["", "space\0person\0" + "3\0", "x" * 127, "x" * 128, "x" * 129, "x" * 300])
def test_every_length_around_the_blocks_is_digested_as_hashlib_does(begin):
    texts = ["q" * length for length in range(301)]
    assert digests64(b"k" * 32, begin, pl.Series(texts)).tolist() == by_hashlib(b"k" * 32, begin, texts)


@given(KEYS, st.text(max_size=200), st.lists(st.text(max_size=300), min_size=1, max_size=20))
@example(b"k", "", [""])
@example(b"k" * 64, "", ["", "a", ""])
def test_any_key_and_any_texts_are_digested_as_hashlib_does(key, begin, texts):
    assert digests64(key, begin, pl.Series(texts, dtype=pl.String)).tolist() == by_hashlib(key, begin, texts)


def test_of_no_texts_there_are_no_digests():
    assert digests64(b"k", "begin", pl.Series([], dtype=pl.String)).tolist() == []


@pytest.mark.parametrize("key", [b"", b"k" * 65])
def test_a_key_that_blake2_does_not_take_is_refused(key):
    with pytest.raises(ValueError, match="between 1 and 64 bytes"):
        digests64(key, "", pl.Series(["a"]))
