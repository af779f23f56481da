"""What a load hands on to its placing gives what the database would have told, and no more than that.

So where it is stored first, in a hub that holds something already, and where it is written with its customers.
"""

import threading

import pytest
from django.db import connection

from cmdm.models import system_user
from cmdm.verifying import broken
from customers import jobs
from customers.actions import loads
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.actions.sources import own_source
from customers.models import Customer, Source, SourceRecord
from matching.actions import placing_bulk, placing_stored
from tests.customers.files import hold_one_already, make_source, row, text, upload
from tests.matching.actions.test_killed_loads import TOLD, content, told
from tests.support import databases
from tests.support.people import make_domain

ODD = (
    row(2001, given="Zoë", family="O'Neil"),
    row(2002, given='"An ""odd"" one"', family="Back\\slash"),
    row(2003, given="Ольга", mail="olga@mail.example", phone="+4915112345678"),
    row(2004, born="1980", phone="+4915112345678"),
    row(2005, id="K\\N", mail="", born=""),
)


@pytest.fixture(autouse=True)
def sizes(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 1)
    monkeypatch.setattr(jobs, "SLAB", 400)
    monkeypatch.setattr(placing_bulk, "ROWS", 150)
    monkeypatch.setattr(placing_stored, "MANY", 1)


@pytest.fixture
def nowhere(monkeypatch, tmp_path, settings):
    """Call it, and no load finds a place for what it would hand on."""

    def close() -> None:
        settings.DATA_DIR = tmp_path / "nowhere"
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    return close


def run(rows: str, meanwhile=None) -> None:
    """Take a file in; when all of it is stored and nothing is placed, somebody else does something."""
    load = upload(make_source(make_domain("retail")), rows, actor=system_user())
    ready = loads.prepare_run(load, actor=system_user())
    done = []

    def progress(now: int, total: int | None, phase: str) -> None:
        if meanwhile and phase == "Taking in" and now == total and not done:
            done.append(True)
            thread = threading.Thread(target=by_another_connection)
            thread.start()
            thread.join()

    def by_another_connection() -> None:
        try:
            meanwhile()
        finally:
            connection.close()

    jobs.run(ready, actor=system_user(), hold=lambda: None, progress=progress)


def owner(key: str) -> Customer:
    return SourceRecord.objects.select_related("customer").get(key=key).customer


@pytest.mark.parametrize("empty", [True, False])
def test_every_table_says_what_it_says_when_all_is_read_back(committing, template_database, nowhere, empty):
    rows = content() + "\n".join(ODD) + "\n"
    if not empty:
        hold_one_already()
    run(rows)
    handed = told()
    with databases.clone(template_database) as other, databases.connected_to(other):
        if not empty:
            hold_one_already()
        nowhere()
        run(rows)
        read = told()
    assert all(read[name] for name in read)
    for name in TOLD:
        assert handed[name] == read[name], name


TWICE = (row(1), row(1, id="S1"), *map(row, range(2, 30)))


def correct(key: str, **said: str) -> None:
    record = SourceRecord.objects.get(key=key)
    own = own_source(record.source.domain, Source.Role.STEWARD, actor=system_user())
    correction = Received(f"about {key}", said, party_type="person", about=record.pk)
    take_in(own, [correction], actor=system_user(), verb="correct")


def test_two_who_say_the_same_are_one(committing):
    run(text(*TWICE))

    assert broken() == []
    assert owner("K00001") == owner("S1")


def test_what_a_steward_corrected_before_it_was_placed_is_compared(committing):
    hold_one_already()
    run(text(*TWICE), lambda: correct("S1", given_name="Wilhelmine", family_name="Ahrens", birth_date="1911-11-11"))

    assert broken() == []
    assert owner("K00001") != owner("S1")
    assert owner("S1").values["family_name"] == "Ahrens"


def test_what_has_another_version_before_it_was_placed_is_read(committing):
    """One record is corrected, so that its slice is founded from the rows."""
    hold_one_already()

    def meanwhile() -> None:
        correct("K00020", given_name="Wilhelmine")
        values = {"given_name": "Wilhelmine", "family_name": "Ahrens", "birth_date": "1911-11-11"}
        SourceRecord.objects.filter(key="S1").update(values=values, version=2, last_version=2)

    run(text(*TWICE), meanwhile)

    assert owner("K00001") != owner("S1")
    assert owner("S1").values["family_name"] == "Ahrens"
