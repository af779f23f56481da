"""What a load hands on to its placing."""

import numpy as np
import polars as pl
import pytest

from cmdm.database.spool import Spool
from customers.queries.handed import Handed, handing

NAMES = ("email", "family_name")


def rows(*ids: int) -> pl.DataFrame:
    named = {"record": ids, "source": 1, "domain": 2, "age": 3, "key": [f"K{one}" for one in ids]}
    return pl.DataFrame(named, schema_overrides=dict.fromkeys(["record", "source", "domain", "age"], pl.Int64))


def lines(*ids: int) -> pl.Series:
    return pl.Series([f'\t"Name {one}"\n' for one in ids])


@pytest.fixture
def handed(tmp_path):
    found = Handed(NAMES, Spool([tmp_path]))
    found.add(rows(10, 11, 12), NAMES, lines(10, 11, 12))
    found.add(rows(5, 6), NAMES, lines(5, 6))
    return found


def said(handed: Handed, *ids: int) -> list[tuple]:
    places = handed.rows(handed.at(np.array(ids)))["place"].to_numpy()
    return handed.told(places, ["family_name", "email", "other"]).rows()


def test_records_are_found_by_their_ids(handed):
    assert handed.at(np.array([4, 5, 7, 12, 13])).tolist() == [-1, 0, -1, 4, -1]
    assert said(handed, 12, 5) == [('"Name 12"', None, None), ('"Name 5"', None, None)]


def test_those_that_are_dropped_are_found_no_more(handed):
    handed.drop(np.array([5, 11]))

    assert (handed.at(np.array([5, 6, 10, 11, 12])) >= 0).tolist() == [False, True, True, False, True]
    assert said(handed, 12, 6) == [('"Name 12"', None, None), ('"Name 6"', None, None)]


def test_what_is_laid_as_it_will_be_read_says_the_same(handed):
    handed.lay(np.array([12, 5, 99, 10]))
    assert said(handed, 12, 5, 10) == [(f'"Name {one}"', None, None) for one in (12, 5, 10)]
    assert said(handed, 6, 11) == [('"Name 6"', None, None), ('"Name 11"', None, None)]

    handed.add(rows(20), NAMES, lines(20))
    handed.lay(np.array([11, 6]))
    assert said(handed, 11, 20, 6) == [(f'"Name {one}"', None, None) for one in (11, 20, 6)]


def test_what_is_told_in_another_order_is_not_taken(handed):
    """The catalogue may have changed while the file was taken in."""
    handed.add(rows(20), ("family_name",), lines(20))

    assert handed.at(np.array([20])).tolist() == [-1]


@pytest.mark.parametrize("there", [True, False])
def test_without_a_folder_nothing_is_handed_on(there, tmp_path, settings, monkeypatch):
    settings.DATA_DIR = tmp_path / "nowhere"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path if there else tmp_path / "nowhere"))

    with handing(NAMES) as handed:
        handed.add(rows(1), NAMES, lines(1))
        assert (handed.at(np.array([1])) >= 0).tolist() == [there]
