"""Large loads wait until somebody else than who asked has looked at them."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from cmdm import jobs as work
from cmdm.actions import Refused
from cmdm.models import AuditEntry
from customers import jobs
from customers.actions import loads
from customers.actions.approving import approve
from customers.models import Load, SourceRecord
from tests.customers.files import MAPPING, make_source, row, run, text, upload
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(retail):
    """A source of which one person takes in two rows, not more."""
    return make_source(retail, second_above=2)


@pytest.fixture
def second(retail):
    return make_user("data owner", domain=retail, name="second")


@pytest.fixture
def asked(careful, olga):
    return loads.start(upload(careful, text(row(1), row(2), row(3)), actor=olga), actor=olga)


class TestWaiting:
    def test_nothing_of_a_larger_file_is_taken_in(self, asked, olga):
        assert asked.waits_for_second and asked.job is None and asked.state == Load.State.UPLOADED
        assert AuditEntry.objects.on("load", asked.pk).filter(deed="load.second_asked", actor=olga).exists()
        with pytest.raises(Refused, match="somebody else"):
            jobs.run(asked, actor=olga, hold=lambda: None, progress=lambda *_args: None)
        assert not SourceRecord.objects.exists()

    def test_a_smaller_one_begins_at_once(self, careful, olga):
        assert loads.start(upload(careful, text(row(1), row(2)), actor=olga), actor=olga).job is not None

    def test_one_that_empties_the_source_waits_however_small(self, careful, olga, second):
        for numbers in ((1, 2), (3, 4), (5, 6)):
            run(upload(careful, text(*map(row, numbers)), actor=olga), actor=olga)
        emptying = upload(careful, text(row(1)), actor=olga, mode="replace")
        with pytest.raises(Refused, match="closed"):
            loads.start(emptying, actor=olga)
        emptying = loads.start(emptying, actor=olga, confirmed=True)
        assert emptying.waits_for_second
        work.run(str(approve(emptying, actor=second).job_id))
        assert SourceRecord.objects.current().count() == 1

    def test_what_was_approved_to_add_is_not_approved_to_empty(self, careful, olga, second):
        larger = upload(careful, text(*map(row, range(3))), actor=olga, mode="replace")
        loads.start(larger, actor=olga)
        begun = approve(larger, actor=second)
        loads.stop(begun, actor=olga)
        assert loads.start(begun, actor=olga, confirmed=True).waits_for_second


class TestApproving:
    def test_somebody_else_lets_it_begin_in_the_name_of_who_asked(self, asked, olga, second):
        begun = approve(asked, actor=second)
        assert (begun.asked_by, begun.approved_by, begun.started_by) == (olga, second, olga)
        assert AuditEntry.objects.on("load", asked.pk).filter(deed="load.approved", actor=second).exists()
        work.run(str(begun.job_id))
        assert SourceRecord.objects.count() == 3

    def test_not_who_asked(self, asked, olga):
        with pytest.raises(Refused, match="Somebody else"):
            approve(asked, actor=olga)

    def test_nor_can_it_be_written_past_the_hub(self, asked, olga):
        with pytest.raises(IntegrityError, match="somebody_else_approves"), transaction.atomic():
            Load.objects.filter(pk=asked.pk).update(approved_by=olga)

    def test_nor_who_may_not_import_there(self, asked, retail):
        for outsider in (make_user("steward", domain=retail), make_user("data owner", domain=make_domain())):
            with pytest.raises(PermissionDenied):
                approve(asked, actor=outsider)

    def test_only_what_waits(self, careful, olga, second):
        with pytest.raises(Refused, match="does not wait"):
            approve(upload(careful, text(row(1)), actor=olga), actor=second)

    def test_another_mapping_is_looked_at_anew(self, asked, olga, second):
        mapped = loads.set_mapping(asked, {**MAPPING, "date_order": "dmy"}, "upsert", actor=olga)
        assert not mapped.waits_for_second
        with pytest.raises(Refused):
            approve(mapped, actor=second)


class TestFaces:
    def test_the_page_offers_it_to_the_second_person_alone(self, asked, olga, second):
        pages = {}
        for person in (olga, second):
            client = Client()
            client.force_login(person)
            pages[person.username] = client.get(f"/imports/{asked.pk}/").content.decode()
        assert all("It waits for somebody else." in page for page in pages.values())
        assert "Approve, and begin" in pages["second"] and "Approve, and begin" not in pages[olga.username]
        client.post(f"/imports/{asked.pk}/approve/")
        assert Load.objects.get(pk=asked.pk).state == Load.State.QUEUED

    def test_the_commands_wait_and_let_begin(self, careful, olga, second, tmp_path, capsys):
        (tmp_path / "x.csv").write_text(text(row(1), row(2), row(3)))
        (tmp_path / "m.json").write_text(json.dumps(MAPPING))
        told = {"mapping": tmp_path / "m.json", "as_user": olga.username, "json": True}
        call_command("ingest", careful.key, str(tmp_path / "x.csv"), **told)
        answer = json.loads(capsys.readouterr().out)
        assert answer["waiting"] and not SourceRecord.objects.exists()
        call_command("approve", answer["load"], as_user=second.username, json=True)
        assert Load.objects.get(pk=answer["load"]).state == Load.State.QUEUED
