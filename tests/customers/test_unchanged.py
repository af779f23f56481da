"""What a source has said, asked piece by piece while its file is read again."""

import polars as pl
import pytest

from cmdm import crypto
from customers.actions.unchanged import Said


def said(*keys):
    digests = pl.Series(crypto.digests([f"says {key}".encode() for key in keys], "record"), dtype=pl.Binary)
    return Said(pl.Series(keys, dtype=pl.String), digests)


def rows(**contents):
    return pl.DataFrame({"line": range(2, len(contents) + 2), "key": contents.keys(), "content": contents.values()})


def same(known, **contents):
    return known.lines_of(rows(**contents))["key"].to_list()


def test_a_row_is_unchanged_where_its_key_said_this_very_content():
    known = said("a", "b", "c")
    assert same(known, c="says c", a="says a now", d="says d", b="says b") == ["c", "b"]


def test_a_row_that_states_nothing_certain_is_not():
    assert said("a").lines_of(pl.DataFrame({"line": [2], "key": ["a"], "content": [None]})).is_empty()


def test_which_keys_have_a_record():
    assert said("a", "b").knows(["b", "x", "", "a"]) == [True, False, False, True]
    assert said("a").knows([]) == []
    assert said().knows(["a"]) == [False]


def test_what_the_file_has_told_of_is_not_known_any_more():
    known = said("a", "b")
    known.forget(["b", "elsewhere"])
    known.forget([])
    assert known.knows(["a", "b"]) == [True, False]
    assert same(known, a="says a", b="says b") == ["a"]


def test_keys_that_share_a_hash_are_told_apart(monkeypatch):
    ordinary = pl.Series.hash
    monkeypatch.setattr(pl.Series, "hash", lambda keys, seed=0: ordinary(keys, seed) if seed else keys.str.len_chars())
    known = said("a", "b", "cd")
    assert known.knows(["a", "b", "c", "cd"]) == [True, True, False, True]


def test_a_source_that_has_said_nothing_knows_no_row():
    assert said().lines_of(rows(a="says a")).is_empty()
    said().forget(["a"])


@pytest.mark.parametrize("count", [1, 7, 1_000])
def test_every_key_is_found_whatever_their_number(count):
    keys = [f"key {each}" for each in range(count)]
    assert all(said(*keys).knows(keys))
    assert not any(said(*keys).knows([f"{key}!" for key in keys]))
