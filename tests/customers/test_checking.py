"""Files too large to be read while somebody waits: a worker counts them, holds them or lets them begin."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cmdm import jobs as work
from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job, OutboxEvent
from customers import jobs
from customers.actions import checking, loads
from customers.actions.approving import approve
from customers.models import Load, LoadCensus, SourceRecord
from customers.queries.unusual import unusual_in
from customers.rules.unusual.expecting import FEWEST
from tests.customers.files import MAPPING, run, text, upload
from tests.customers.test_unusual import file, holding
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(source, olga):
    """As many loads as it takes to compare the next."""
    return [run(upload(source, file(number), actor=olga), actor=olga) for number in range(FEWEST)]


@pytest.fixture
def large(before, monkeypatch):
    """From here on every file is a large one."""
    for module in (loads, checking):
        monkeypatch.setattr(module, "READ_AT_ONCE", 10)


@pytest.fixture
def careful(large, source):
    return holding(source, True)


@pytest.fixture
def second(retail):
    return make_user("data owner", domain=retail, name="second")


@pytest.fixture
def odd(careful, olga):
    """A file that differs, asked to begin: nobody has read it to its end."""
    return loads.start(upload(careful, file(9, rows=180), actor=olga), actor=olga)


def now(load: Load) -> Load:
    return Load.objects.select_related("source").get(pk=load.pk)


class TestBeforeItBegins:
    def test_a_worker_counts_it_and_its_page_tells_what_is_unusual(self, large, source, olga):
        load = checking.ask_to_check(upload(source, file(9, rows=180), actor=olga), actor=olga)
        assert unusual_in(load, olga) is None and load.job is not None
        work.run(str(load.job_id))
        load = now(load)
        assert load.state == Load.State.UPLOADED and load.position["total"] == 180
        assert [one.rule for one in unusual_in(load, olga).findings] == ["rows"]

    def test_it_is_asked_for_once_and_of_a_small_file_never(self, before, source, olga, monkeypatch):
        assert checking.ask_to_check(upload(source, file(9), actor=olga), actor=olga).job is None
        for module in (loads, checking):
            monkeypatch.setattr(module, "READ_AT_ONCE", 10)
        load = checking.ask_to_check(upload(source, file(9), actor=olga), actor=olga)
        assert checking.ask_to_check(load, actor=olga).job_id == load.job_id
        assert Job.objects.filter(name=checking.JOB).count() == 1

    def test_it_is_refused_to_whoever_may_not_import(self, large, source, olga, stefan):
        load = upload(source, file(9), actor=olga)
        with pytest.raises(PermissionDenied):
            checking.ask_to_check(load, actor=stefan)

    def test_one_that_began_meanwhile_is_left_alone(self, large, source, olga):
        load = checking.ask_to_check(upload(source, file(9), actor=olga), actor=olga)
        asked, begun = load.job_id, loads.start(load, actor=olga)
        work.run(str(begun.job_id))
        figures = LoadCensus.objects.values().get(load=load)
        work.run(str(asked))
        assert LoadCensus.objects.values().get(load=load) == figures
        census = loads.counted(upload(source, file(9), actor=olga))
        checking.keep_count(load, census, actor=olga, hold=lambda: None)
        assert LoadCensus.objects.values().get(load=load) == figures

    def test_one_that_was_discarded_is_not_missed(self, large, source, olga):
        load = checking.ask_to_check(upload(source, file(9), actor=olga), actor=olga)
        loads.discard(load, actor=olga)
        work.run(str(load.job_id))
        assert Job.objects.get(pk=load.job_id).state == Job.State.DONE

    def test_of_a_broken_file_its_job_says_where(self, large, source, olga):
        load = checking.ask_to_check(
            upload(source, text('"open', header="id,given"), actor=olga, mapping=None), actor=olga
        )
        work.run(str(load.job_id))
        assert "2" in Job.objects.get(pk=load.job_id).error


class TestHolding:
    def test_who_asks_for_it_is_answered_before_it_is_read(self, odd):
        assert odd.state == Load.State.QUEUED and odd.is_unchecked and not odd.waits_for_second
        assert not LoadCensus.objects.filter(load=odd).exists()

    def test_an_unusual_one_is_held_and_nothing_of_it_is_written(self, odd, olga, second):
        count = SourceRecord.objects.count()
        work.run(str(odd.job_id))
        held = now(odd)
        assert held.waits_for_second and held.is_held and held.state == Load.State.UPLOADED and held.job is None
        assert SourceRecord.objects.count() == count
        assert OutboxEvent.objects.filter(topic="load.held", payload__load=str(odd.pk)).count() == 1
        assert AuditEntry.objects.on("load", odd.pk).filter(deed="load.checked").exists()
        with pytest.raises(Refused, match="Somebody else"):
            approve(held, actor=olga)
        work.run(str(approve(held, actor=second).job_id))
        assert SourceRecord.objects.count() == count + 180

    def test_one_like_those_before_begins(self, careful, olga):
        load = loads.start(upload(careful, file(9), actor=olga), actor=olga)
        work.run(str(load.job_id))
        assert now(load).state == Load.State.DONE and not now(load).is_unchecked

    def test_one_that_was_held_is_not_begun_by_the_job_that_held_it(self, odd):
        job, count = odd.job_id, SourceRecord.objects.count()
        work.run(str(job))
        Job.objects.filter(pk=job).update(state=Job.State.QUEUED)
        work.run(str(job))
        assert now(odd).is_held and Job.objects.get(pk=job).error == ""
        assert SourceRecord.objects.count() == count

    @pytest.mark.parametrize("place", ["counted", "settled"])
    def test_a_worker_that_dies_on_the_way_loses_nothing(self, odd, monkeypatch, place):
        class Killed(BaseException):
            pass

        def die(*args, **named):
            if place == "settled":
                settle(*args, **named)
            raise Killed

        settle = checking.settle
        with monkeypatch.context() as broken, pytest.raises(Killed):
            broken.setattr(checking, "settle", die)
            jobs.run(now(odd), actor=odd.started_by, hold=lambda: None, progress=lambda *_args: None)
        work.run(str(odd.job_id))
        held = now(odd)
        assert held.is_held and held.waits_for_second and not SourceRecord.objects.filter(key="K01800").exists()

    def test_one_that_is_stopped_while_it_is_looked_at_stays_stopped(self, odd, olga, monkeypatch):
        census = jobs.counted

        def stopping(load):
            found = census(load)
            loads.stop(load, actor=olga)
            return found

        monkeypatch.setattr(jobs, "counted", stopping)
        work.run(str(odd.job_id))
        assert now(odd).state == Load.State.STOPPED and now(odd).is_unchecked
        assert Job.objects.get(pk=odd.job_id).state == Job.State.CANCELLED

    def test_what_somebody_approved_before_it_was_looked_at_is_asked_anew(self, careful, olga, second):
        careful = loads.Source.objects.get(pk=careful.pk)
        type(careful).objects.filter(pk=careful.pk).update(second_above=100)
        careful.refresh_from_db()
        asked = loads.start(upload(careful, file(9, rows=180), actor=olga), actor=olga)
        assert asked.waits_for_second and asked.is_unchecked
        work.run(str(approve(asked, actor=second).job_id))
        held = now(asked)
        assert held.is_held and held.waits_for_second and held.new == 0
        work.run(str(approve(held, actor=second).job_id))
        assert now(asked).new == 180

    def test_where_its_source_stopped_holding_meanwhile_it_begins(self, odd, careful):
        holding(careful, False)
        work.run(str(odd.job_id))
        assert now(odd).state == Load.State.DONE

    def test_a_file_that_cannot_be_read_fails_and_says_where(self, careful, olga):
        broken = upload(careful, text('K9,"open', header="id,given"), actor=olga, mapping=None)
        columns = {**MAPPING, "columns": {"given": "given_name"}}
        load = loads.start(loads.set_mapping(broken, columns, "upsert", actor=olga), actor=olga)
        work.run(str(load.job_id))
        assert now(load).state == Load.State.FAILED and now(load).error


class TestPages:
    @pytest.fixture
    def at_work(self, client, olga):
        client.force_login(olga)
        return client

    @pytest.fixture
    def sent(self, large, source, at_work):
        file_ = SimpleUploadedFile("people.csv", file(9, rows=180).encode())
        answer = at_work.post(reverse("customers:import_new"), {"source": source.pk, "file": file_})
        return Load.objects.get(pk=answer.url.split("/")[-2])

    def test_a_large_file_is_shown_at_once_and_read_behind_the_page(self, sent, at_work):
        assert sent.job.name == checking.JOB and not LoadCensus.objects.filter(load=sent).exists()
        told = at_work.get(reverse("customers:import", args=[sent.pk])).text
        assert (
            "The file is being read to its end." in told and reverse("customers:import_checked", args=[sent.pk]) in told
        )

    def test_the_page_asks_until_it_is_read_and_tells_then_what_is_unusual(self, sent, at_work):
        address = reverse("customers:import_checked", args=[sent.pk])
        assert at_work.get(address).status_code == 200
        work.run(str(sent.job_id))
        answer = at_work.get(address)
        assert answer.status_code == 286 and "Rows in the file" in answer.text and "hx-get" not in answer.text

    def test_a_fault_of_the_file_is_told_there(self, sent, at_work):
        Job.objects.filter(pk=sent.job_id).update(state=Job.State.FAILED, error="Line 3 has no end.")
        answer = at_work.get(reverse("customers:import_checked", args=[sent.pk]))
        assert answer.status_code == 286 and "Line 3 has no end." in answer.text

    def test_while_it_is_looked_at_its_page_says_so_and_leads_to_what_is_held(self, odd, at_work):
        assert "It is looked at before it begins" in at_work.get(reverse("customers:import", args=[odd.pk])).text
        work.run(str(odd.job_id))
        asked = at_work.get(reverse("customers:import_progress", args=[odd.pk]), headers={"HX-Request": "true"})
        assert asked.headers["HX-Refresh"] == "true"
        told = at_work.get(reverse("customers:import", args=[odd.pk])).text
        assert "Held: it differs from the files before." in told and "Rows in the file" in told

    def test_others_find_nothing(self, sent, client, stefan):
        client.force_login(stefan)
        assert client.get(reverse("customers:import_checked", args=[sent.pk])).status_code == 404
