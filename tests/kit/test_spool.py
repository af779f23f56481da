"""Texts kept beside memory, in a file that nobody else can find."""

import os
import resource
import stat

import numpy as np
import polars as pl
import pytest

from cmdm.database.spool import Spool

TEXTS = [f"{number}: Zoë\n" * (number % 3) for number in range(20)]


@pytest.fixture
def spool(tmp_path):
    found = Spool([tmp_path])
    yield found
    found.close()


def test_each_text_is_found_again_by_its_place(spool):
    places = [*spool.append(pl.Series(TEXTS[:7])), *spool.append(pl.Series(TEXTS[7:]))]

    for chosen in ([3], [0, 1, 2, 3], [19, 5, 6, 7, 8, 0], [4, 4], []):
        told = spool.read(np.array([places[each] for each in chosen], dtype=np.int64))
        assert told.decode() == "".join(TEXTS[each] for each in chosen)


def test_its_file_has_no_name_and_no_other_reader(spool, tmp_path):
    spool.append(pl.Series(TEXTS))

    assert list(tmp_path.iterdir()) == []
    assert stat.S_IMODE(os.fstat(spool._file.fileno()).st_mode) == 0o600


def test_the_next_folder_is_taken_where_one_is_not_there(tmp_path):
    Spool([tmp_path / "not there", tmp_path]).close()

    with pytest.raises(OSError, match="not there"):
        Spool([tmp_path / "not there"])


def test_what_found_no_room_leaves_nothing_behind(spool):
    first = spool.append(pl.Series(["before\n"]))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            spool.append(pl.Series(["x" * 10_000]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    after = spool.append(pl.Series(["after\n"]))
    assert (spool.read(first), spool.read(after)) == (b"before\n", b"after\n")
