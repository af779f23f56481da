"""Texts kept beside memory, in a file that nobody else can find."""

import os
import resource
import stat

import numpy as np
import polars as pl
import pytest

from cmdm.database import spool as spools
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


@pytest.fixture
def small(monkeypatch):
    """Parts and stretches of a few texts."""
    monkeypatch.setattr(spools, "PART", 60)
    monkeypatch.setattr(spools, "STRETCH", 90)


def kept(spool, random, count=60):
    """Texts by their places, some of them empty."""
    texts = [f"{number} Zoë " * int(random.integers(4)) for number in range(count)]
    return dict(zip(spool.append(pl.Series(texts)).tolist(), texts, strict=True))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(20))
def test_what_is_laid_anew_is_found_by_the_same_places(spool, seed):
    random = np.random.default_rng(seed)
    told = kept(spool, random)
    shuffled = random.permutation(60)
    order, rest = np.split(shuffled[seed:], [int(random.integers(60 - seed))])

    spool.lay(order, np.sort(rest))
    told |= kept(spool, random, 3)
    for chosen in (order, rest, order[::-1], shuffled[seed:], order[7:19], np.array([60, 62])):
        assert spool.read(chosen).decode() == "".join(told[place] for place in chosen.tolist())

    again = np.concatenate([rest[::2], [61]])
    spool.lay(again, rest[1::2])
    for chosen in (again, rest):
        assert spool.read(chosen).decode() == "".join(told[place] for place in chosen.tolist())


@pytest.mark.usefixtures("small")
def test_what_is_laid_in_order_is_read_from_the_disk_once(spool, monkeypatch):
    told = kept(spool, np.random.default_rng(5), 300)
    order = np.random.default_rng(6).permutation(300)
    spool.lay(order, order[:0])
    read = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, at: read.append(size) or pread(file, size, at))

    for some in np.split(order, 30):
        spool.read(some)

    assert sum(read) == sum(len(text.encode()) for text in told.values())


def test_without_room_for_a_second_file_all_stays_as_it_lies(spool):
    told = kept(spool, np.random.default_rng(1), 2_000)
    order = np.random.default_rng(2).permutation(2_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        spool.lay(order, order[:0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert spool.read(order).decode() == "".join(told[place] for place in order.tolist())
