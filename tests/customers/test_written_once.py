"""What fills an empty hub is written once, with its customers; whatever comes between, nothing is lost or double."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from cmdm import clock
from cmdm import jobs as kit_jobs
from cmdm.actions.domains import withdraw_role
from cmdm.errors import Refused
from cmdm.models import AuditEntry, system_user
from cmdm.verifying import broken
from customers import jobs
from customers.actions import filling, loads
from customers.actions.received import Received
from customers.actions.records import close, take_in
from customers.models import Customer, Load, RejectedRow, SourceRecord
from matching.actions import placing_bulk, placing_stored
from tests.customers.files import MAPPING, accounted, make_source, row, text, upload
from tests.support.people import make_domain

SAME = {"given_name": "Omarb", "family_name": "Haddadb", "birth_date": "1941-02-02"}


@pytest.fixture(autouse=True)
def sizes(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 10)
    monkeypatch.setattr(jobs, "SLAB", 8)
    monkeypatch.setattr(placing_bulk, "ROWS", 6)
    monkeypatch.setattr(placing_stored, "MANY", 1)


class Watch:
    """Runs a load; when a phase begins, and so many rows are done, somebody does something."""

    def __init__(self, load: Load) -> None:
        self.load = loads.prepare_run(load, actor=load.started_by)
        self.stored: dict[str, list[int]] = {}

    def run(self, phase: str = "", meanwhile=None, *, at: int = 0, hold=lambda: None) -> Load:
        left = [meanwhile] if meanwhile else []

        def progress(done, _total=None, now="") -> None:
            self.stored.setdefault(now, []).append(SourceRecord.objects.filter(source=self.load.source).count())
            if left and now == phase and done >= at:
                left.pop()()

        return jobs.run(self.load, actor=self.load.started_by, hold=hold, progress=progress)


def people(*numbers: int) -> list[str]:
    return [row(number) for number in numbers]


def raising(fault):
    def fail() -> None:
        raise fault

    return fail


def said_otherwise(source, key: str = "K00003") -> None:
    take_in(source, [Received(key, {**SAME, "given_name": "Otherwise"}, party_type="person")], actor=system_user())


def whole(load: Load, new: int) -> None:
    """All of it is there, once, and accounted for."""
    assert (load.state, load.new) == (Load.State.DONE, new)
    assert accounted(load)
    assert not SourceRecord.objects.filter(customer=None).exists()
    told = AuditEntry.objects.filter(deed="records.taken_in", thing="load").values_list("counts", flat=True)
    assert sum(counts.get("new", 0) for counts in told) == new
    assert broken() == []


@pytest.mark.django_db
class TestALoadIntoAnEmptyHub:
    def test_stores_nothing_before_it_has_customers(self, source, olga):
        watch = Watch(upload(source, text(*people(*range(30))), actor=olga))
        done = watch.run()
        whole(done, 30)
        assert not any(watch.stored["Taking in"])
        assert watch.stored["Writing"][0] == 0 < watch.stored["Writing"][-1]

    def test_takes_rows_that_are_looked_at_alone_with_the_others(self, source, olga):
        odd = row(40, given="two\tcells"), row(41, mail="a@b.example", given='"two\nlines"'), row(42, id="back\\slash")
        content = text(*people(*range(20)), *odd)
        done = Watch(upload(source, content, actor=olga)).run()
        whole(done, 23)
        assert SourceRecord.objects.get(key="back\\slash").customer_id
        assert {1} == set(SourceRecord.objects.values_list("version", flat=True))

    def test_keeps_rows_that_were_taken_without_a_value(self, source, olga):
        content = text(*people(*range(20)), row(30, mail="no address"), row(31, mail="none"))
        load = upload(source, content, actor=olga, mapping={**MAPPING, "on_fault": "leave_out"})
        done = Watch(load).run()
        whole(done, 22)
        assert done.incomplete == 2
        assert sorted(RejectedRow.objects.values_list("line", "kind")) == [(22, "incomplete"), (23, "incomplete")]

    @pytest.mark.parametrize("at", [6, 12])
    def test_keeps_them_once_when_it_is_cut_off(self, source, olga, at):
        rows = [row(n, mail="no address") if n % 5 == 0 else row(n) for n in range(30)]
        load = upload(source, text(*rows), actor=olga, mapping={**MAPPING, "on_fault": "leave_out"})
        watch = Watch(load)
        with pytest.raises(KeyboardInterrupt):
            watch.run("Writing", raising(KeyboardInterrupt), at=at)
        assert 0 < SourceRecord.objects.count() < 30
        done = watch.run()
        whole(done, 30)
        assert done.incomplete == 6
        assert sorted(RejectedRow.objects.values_list("line", flat=True)) == [2, 7, 12, 17, 22, 27]

    @pytest.mark.parametrize("given", ["Later", "Lat\ter"])
    def test_takes_a_key_that_comes_again_as_a_change(self, source, olga, given):
        watch = Watch(upload(source, text(*people(*range(20)), row(2, given=given)), actor=olga))
        done = watch.run()
        assert (done.new, done.changed) == (20, 1)
        assert SourceRecord.objects.get(key="K00002").version == 2
        assert not any(watch.stored["Taking in"]), "the file was read once"
        assert accounted(done) and broken() == []

    def test_has_records_in_the_order_of_the_file(self, source, olga):
        numbers = [*range(12, 24), *range(12)]
        rows = [row(n, given="two\twords") if n % 3 == 0 else row(n) for n in numbers]
        Watch(upload(source, text(*rows), actor=olga)).run()
        keys = SourceRecord.objects.order_by("pk").values_list("key", flat=True)
        assert list(keys) == [f"K{n:05d}" for n in numbers]


@pytest.mark.django_db
class TestLeftToStoringFirst:
    """What cannot be written at once is stored first and placed then, as in a hub that holds something."""

    def test_a_file_that_closes_records(self, source, olga):
        """One that it closes itself never was anybody's."""
        mapping = {**MAPPING, "columns": {**MAPPING["columns"], "gone": "closed"}}
        header = "id,given,family,born,mail,phone,country,gone"
        rows = [f"{each}," for each in people(*range(20))]
        load = upload(source, text(*rows, f"{row(2)},yes", header=header), actor=olga, mapping=mapping)
        done = Watch(load).run()
        assert (done.new, done.closed) == (20, 1)
        assert SourceRecord.objects.get(key="K00002").customer is None
        assert accounted(done) and broken() == []

    def test_more_rows_than_are_kept_in_memory(self, source, olga, monkeypatch):
        monkeypatch.setattr(filling, "MOST_LEFT", 2)
        rows = [row(n, born="never") if n % 4 == 0 else row(n) for n in range(20)]
        watch = Watch(upload(source, text(*rows), actor=olga))
        done = watch.run()
        assert (done.new, done.rejected) == (15, 5)
        assert accounted(done) and broken() == []
        assert watch.stored["Writing"][0] > 0

    def test_a_file_that_takes_longer_than_a_slice_of_time(self, source, olga):
        watch = Watch(upload(source, text(*people(*range(30))), actor=olga))
        with pytest.raises(kit_jobs.HandOn):
            watch.run("Taking in", raising(kit_jobs.HandOn), at=8)
        assert not SourceRecord.objects.exists()
        watch.stored.clear()
        whole(watch.run(), 30)
        assert watch.stored["Writing"][0] > 0


@pytest.mark.django_db
class TestSomebodyComesBetween:
    def test_who_takes_the_right_to_import_away(self, source, retail, olga):
        watch = Watch(upload(source, text(*people(*range(20))), actor=olga))
        with pytest.raises(Refused, match="right to import"):
            watch.run(
                "Writing", lambda: withdraw_role(actor=system_user(), user=olga, domain=retail, role="data owner"), at=6
            )
        written = SourceRecord.objects.count()
        assert 0 < written < 20
        assert Load.objects.get().state == Load.State.FAILED
        assert broken() == []

    def test_who_stops_it_before_anything_is_written(self, source, olga):
        watch = Watch(upload(source, text(*people(*range(20))), actor=olga))
        with pytest.raises(kit_jobs.Cancelled):
            watch.run("Taking in", raising(kit_jobs.Cancelled), at=8)
        assert not SourceRecord.objects.exists()
        assert Load.objects.get().state == Load.State.STOPPED


def by_another_connection(deed, *given) -> None:
    faults = []

    def do() -> None:
        try:
            deed(*given)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    assert not faults


class TestSomebodyWritesMeanwhile:
    @pytest.mark.parametrize(("phase", "at"), [("Taking in", 8), ("Writing", 0), ("Writing", 6)])
    def test_the_source_says_something_else_under_one_of_its_keys(self, committing, phase, at):
        source = make_source(make_domain("retail"))
        watch = Watch(upload(source, text(*people(*range(20))), actor=system_user()))
        done = watch.run(phase, lambda: by_another_connection(said_otherwise, source, "K00019"), at=at)
        assert (done.new, done.changed) == (19, 1)
        assert accounted(done) and broken() == []
        assert SourceRecord.objects.count() == 20

    @pytest.mark.parametrize("odd", [False, True])
    def test_what_is_said_of_a_record_that_is_written_stays_when_the_load_goes_on(self, committing, odd):
        source = make_source(make_domain("retail"))
        rows = [row(n, given="two\twords") if odd and n < 3 else row(n) for n in range(20)]
        watch = Watch(upload(source, text(*rows), actor=system_user()))

        def said_and_cut_off() -> None:
            said_otherwise(source, "K00001")
            close(source, ["K00002"], actor=system_user())
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            watch.run("Writing", said_and_cut_off, at=6)
        done = watch.run()
        assert (done.new, done.changed, done.unchanged) == (20, 0, 0)
        assert SourceRecord.objects.get(key="K00001").values["given_name"] == "Otherwise"
        assert SourceRecord.objects.get(key="K00002").closed_at
        assert accounted(done) and broken() == []

    @pytest.mark.parametrize(("phase", "at"), [("Taking in", 8), ("Writing", 0)])
    def test_another_source_knows_one_of_its_people(self, committing, phase, at):
        retail = make_domain("retail")
        shop = make_source(retail, "shop")
        watch = Watch(upload(make_source(retail), text(*people(*range(20))), actor=system_user()))
        known = Received("S1", {**SAME, "email": [{"value": "b.haddadb@mail.example"}]}, party_type="person")

        def meanwhile() -> None:
            take_in(shop, [known], actor=system_user())

        whole(watch.run(phase, lambda: by_another_connection(meanwhile), at=at), 20)
        assert SourceRecord.objects.get(key="S1").customer_id == SourceRecord.objects.get(key="K00001").customer_id
        assert Customer.objects.active().count() == 20
        assert AuditEntry.objects.filter(deed="load.matched").count() == 1 + (phase == "Writing")


def test_whoever_writes_a_key_of_a_slice_waits_until_that_is_written(committing):
    """Within the slice, when its rows are in: who writes the same key would add a second one."""
    source = make_source(make_domain("retail"))
    told: list[object] = []

    def say() -> None:
        try:
            told.extend(take_in(source, [Received("K00003", SAME, party_type="person")], actor=system_user()))
        except Exception as fault:
            told.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=say)

    def hold() -> None:
        if not thread.ident and written_here("K00003"):
            thread.start()
            wait_until_somebody_waits()

    done = Watch(upload(source, text(*people(*range(20))), actor=system_user())).run(hold=hold)
    thread.join()

    assert [one.status for one in told] == ["changed"]
    assert done.new == 20
    assert SourceRecord.objects.get(key="K00003").values["given_name"] == SAME["given_name"], "what was said last"
    assert broken() == []


def written_here(key: str) -> bool:
    """Whether this transaction has written the record of a key."""
    return SourceRecord.objects.filter(key=key, received_at__gt=clock.now() - timedelta(minutes=5)).exists()


def wait_until_somebody_waits() -> None:
    limit = time.monotonic() + 60
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        while not cursor.fetchone()[0]:
            assert time.monotonic() < limit
            time.sleep(0.02)
            cursor.execute(waiting)
