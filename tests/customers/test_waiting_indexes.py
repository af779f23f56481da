"""While a hub is filled some indexes wait; whatever happens to the load, they come back as they were."""

import signal
import subprocess
import sys
import threading

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from cmdm import jobs as kit_jobs
from cmdm.database import waiting
from cmdm.management.commands.migrate import as_owner
from cmdm.models import system_user
from cmdm.verifying import broken
from customers import jobs
from customers.actions import loads, storing
from customers.models import Load, SourceRecord
from tests.customers.files import accounted, hold_one_already, make_source, row, text, upload
from tests.support import server
from tests.support.people import make_domain

NAMES = ["one_term_a_record", "terms_of_record", "record_compared", "one_key_a_record", "keys_of_record"]
LEFT = "no index waits for a load that has ended"
DIES = """
import os, signal, django
django.setup()
from cmdm.models import system_user
from customers import jobs
from customers.models import Load
jobs.LARGE, jobs.SLAB = 10, 8
steps = iter(range(100))

def die(*_args):
    if next(steps) == int(os.environ["AFTER"]):
        os.kill(os.getpid(), signal.SIGKILL)

jobs.run(Load.objects.get(pk=os.environ["LOAD"]), actor=system_user(), hold=lambda: None, progress=die)
"""


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 10)
    monkeypatch.setattr(jobs, "SLAB", 8)


def definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [NAMES])
        return dict(cursor.fetchall())


def ready(source, rows=range(30)) -> Load:
    return loads.prepare_run(upload(source, text(*map(row, rows)), actor=system_user()), actor=system_user())


def go(load, progress=lambda *_args: None) -> Load:
    return jobs.run(load, actor=system_user(), hold=lambda: None, progress=progress)


@pytest.fixture
def source(db):
    return make_source(make_domain("retail"))


class TestALoadThatFillsTheHub:
    def test_writes_without_them_and_has_them_at_its_end_as_the_models_say(self, source):
        before, seen = definitions(), []
        go(ready(source), lambda *_args: seen.append(waiting.waiting()))
        assert sorted(before) == sorted(NAMES)
        assert NAMES in seen
        assert definitions() == before

    def test_knows_at_once_what_it_has_brought(self, source):
        analysed = "SELECT sum(analyze_count) FROM pg_stat_user_tables WHERE relname = ANY(%s) GROUP BY relname"

        def times() -> list[int]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(analysed, [["matching_matchkey", "customers_searchterm"]])
                return [count for (count,) in cursor.fetchall()]

        before = times()
        go(ready(source))
        assert times() == [count + 1 for count in before]
        assert len(before) == 2

    @pytest.mark.parametrize("fault", [KeyboardInterrupt, kit_jobs.Cancelled, ValueError])
    def test_builds_them_when_it_fails_or_is_stopped(self, source, fault):
        def fail(_done, _total=None, _phase="") -> None:
            if waiting.waiting():
                raise fault

        with pytest.raises(fault):
            go(ready(source), fail)
        assert waiting.waiting() == []

    def test_leaves_them_to_whoever_goes_on(self, source):
        load = ready(source)

        def over(_done, _total=None, _phase="") -> None:
            if waiting.waiting():
                raise kit_jobs.HandOn

        with pytest.raises(kit_jobs.HandOn):
            go(load, over)
        assert waiting.waiting() == NAMES
        assert go(load).state == Load.State.DONE
        assert waiting.waiting() == []


@pytest.mark.django_db
class TestBringsMost:
    def test_a_file_that_says_what_is_known_or_less_than_ten_times_what_the_hub_holds(self, source):
        assert storing.brings_most(source, 30)
        go(ready(source))
        assert not storing.brings_most(source, 30)
        other = make_source(make_domain("wholesale"), key="other")
        assert not storing.brings_most(other, 299)
        assert storing.brings_most(other, 300)

    def test_the_same_file_again_leaves_them_where_they_are(self, source):
        go(ready(source))
        seen = []
        go(ready(source), lambda *_args: seen.extend(waiting.waiting()))
        assert seen == []


class TestALoadThatIsKilled:
    @pytest.fixture
    def killed(self, committing):
        """One that died after its first rows were in; the load."""
        hold_one_already()
        load = ready(make_source(make_domain("retail")))
        environment = {**committing.environment(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
        environment |= {"LOAD": str(load.pk), "AFTER": "4"}
        done = subprocess.run([sys.executable, "-c", DIES], cwd=server.PROJECT, env=environment, check=False)
        assert done.returncode == -signal.SIGKILL
        assert SourceRecord.objects.count() > 1
        assert waiting.waiting() == NAMES
        return load

    def test_is_told_of_and_leaves_nothing_waiting_once_it_has_gone_on(self, killed):
        [told] = broken([LEFT])
        assert told.examples == tuple(NAMES)
        done = go(killed)
        assert (done.state, done.new) == (Load.State.DONE, 30)
        assert accounted(done)
        assert waiting.waiting() == []
        assert broken() == []

    def test_is_made_good_by_whoever_comes_next_but_not_under_another_load(self, killed, committing):
        with psycopg.connect(committing.url_app) as other:
            other.execute("SELECT pg_advisory_lock_shared(%s)", [waiting._LOCK])
            waiting.build_left()
            assert waiting.waiting() == NAMES
            assert waiting.left() == []
            other.execute("SELECT pg_advisory_unlock_shared(%s)", [waiting._LOCK])
        waiting.build_left()
        assert waiting.waiting() == []

    def test_is_made_good_by_a_migration(self, killed, committing):
        committing.command("migrate", "-v0")
        assert waiting.waiting() == []


def test_a_table_in_use_keeps_its_index(committing):
    """Somebody reads for long: the load goes on with the index in its place, and takes what it can."""
    with psycopg.connect(committing.url_app) as other:
        other.execute("SELECT 1 FROM customers_searchterm")
        waiting.set_aside()
        assert waiting.waiting() == ["record_compared", "one_key_a_record", "keys_of_record"]
    waiting.build()


def room() -> list[str] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'customers_sourcerecord'::regclass")
        return cursor.fetchone()[0]


def test_records_have_room_for_their_customer_only_while_the_hub_is_filled(committing):
    """A version with its customer lies on the page of the one without: the log need not tell the row again."""
    source, seen = make_source(make_domain("retail")), set()

    go(ready(source), lambda *_args: seen.add(str(room())))

    assert seen == {"None"}, "in an empty hub each is written once"
    go(ready(source, range(30, 400)), lambda *_args: seen.add(str(room())))

    assert seen == {"None", "['fillfactor=50']"}
    assert room() is None


TWICE = {
    "matching_matchkey": "INSERT INTO matching_matchkey (key, record_id, rule, finer) "
    "SELECT key, record_id, rule, true FROM matching_matchkey",
    "customers_searchterm": "INSERT INTO customers_searchterm SELECT * FROM customers_searchterm",
}


@pytest.mark.parametrize("table", TWICE)
def test_what_was_written_twice_while_they_waited_stands_once(committing, table):
    """What was there first stays: a key that is plain does not become a finer one."""
    go(ready(make_source(make_domain("retail"))))
    ask = f"SELECT array_agg(t::text ORDER BY t::text) FROM {table} t"
    with connection.cursor() as cursor:
        cursor.execute(ask)
        before = cursor.fetchone()
        waiting.set_aside()
        cursor.execute(TWICE[table])
        waiting.build()
        cursor.execute(ask)
        assert cursor.fetchone() == before
    assert waiting.waiting() == []
    assert broken() == []
    with pytest.raises(DatabaseError, match=r"one_(key|term)_a_record"), connection.cursor() as cursor:
        cursor.execute(TWICE[table])


def test_somebody_who_has_read_writes_once_they_are_built(committing):
    """He waits for the index with what he has read in hand; the index must not wait for him."""
    go(ready(make_source(make_domain("retail"))))
    waiting.set_aside()
    faults = []

    def build() -> None:
        try:
            waiting.build()
        except DatabaseError as fault:
            faults.append(fault)
        finally:
            connection.close()

    with psycopg.connect(committing.url_app) as other:
        other.execute("SELECT 1 FROM matching_matchkey")
        other.execute("SELECT 1 FROM customers_searchterm")
        thread = threading.Thread(target=build)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
        other.execute("DELETE FROM matching_matchkey WHERE record_id = 0")
    assert faults == []
    assert waiting.waiting() == []


def test_two_who_build_at_once_build_once(committing):
    waiting.set_aside()
    faults = []

    def build() -> None:
        try:
            waiting.build()
        except DatabaseError as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert waiting.waiting() == []


def test_the_application_role_makes_and_drops_nothing_else(committing):
    for statement in ("DROP INDEX one_term_a_record", "CREATE INDEX another ON customers_searchterm (domain_id)"):
        with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with as_owner("default"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p "
            "WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace "
            "AND (p.proconfig IS NULL OR NOT 'search_path=public, pg_temp' = ANY(p.proconfig) "
            "OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))"
        )
        assert cursor.fetchall() == []
