"""Many customers leave as a file: written in the background, for one person, for a day."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm import clock, jobs
from cmdm.actions import Refused, action
from cmdm.actions.domains import grant_role, withdraw_role
from cmdm.models import AuditEntry, Job, User, system_user
from customers.actions import export_files, exports
from customers.actions.export_files import fetch, prepare, remove_expired_files, withdraw_files, write_next
from customers.actions.received import Received
from customers.actions.records import close, take_in
from customers.models import Attribute, Customer, ExportChunk, ExportFile
from customers.queries import sheets
from tests.customers.files import make_source
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db
PAGE = "/customers/export/"
NAMES = ("Ada", "Berta", "Cora", "Dora", "=1+1")


@pytest.fixture
def five(source, monkeypatch):
    """Five customers, two a page, and a file for more than three."""
    monkeypatch.setattr(exports, "MAX_STREAMED", 3)
    monkeypatch.setattr(sheets, "PAGE", 2)
    received = [
        Received(
            str(number), {"given_name": name, "family_name": f"Strange{number}", "birth_date": f"19{60 + number}-01-01"}
        )
        for number, name in enumerate(NAMES)
    ]
    take_in(source, received, actor=system_user())
    return list(Customer.objects.order_by("pk"))


def now(file: ExportFile) -> ExportFile:
    return ExportFile.objects.select_related("job").get(pk=file.pk)


def written(file: ExportFile) -> ExportFile:
    jobs.run(str(file.job_id))
    return now(file)


def asked(actor: User, **filters) -> ExportFile:
    return prepare(filters, actor=actor, purpose="analysis")


def table(pieces) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode())))


def names(pieces) -> list[str]:
    return [row["given_name"] for row in table(pieces)]


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def free() -> None:
    """No fence: the step is called outside of a job."""


class TestAsking:
    def test_a_large_choice_is_written_to_a_file_and_fetched(self, client, five, olga):
        client.force_login(olga)
        answer = client.post(PAGE, {"purpose": "analysis"})
        file = ExportFile.objects.get()
        assert answer.url == reverse("customers:export_file", args=[file.pk])
        assert "is being written" in client.get(answer.url).content.decode()

        file = written(file)

        assert (file.job.state, file.rows, file.expected, file.pieces) == ("done", 5, 5, 3)
        assert "The file is ready" in client.get(answer.url).content.decode()
        sent = client.post(reverse("customers:export_fetch", args=[file.pk]))
        content = b"".join(sent.streaming_content)
        assert names([content]) == ["Ada", "Berta", "Cora", "Dora", "'=1+1"]
        assert int(sent["Content-Length"]) == len(content) == file.size

    def test_the_filters_of_the_list_hold_for_the_file(self, five, olga, source):
        assert written(asked(olga, party_type="organisation")).rows == 0
        assert written(asked(olga, source=source.pk, domain=source.domain_id)).rows == 5
        assert written(asked(olga, status="merged")).rows == 0

    def test_a_file_without_customers_is_a_header(self, five, olga):
        file = written(asked(olga, party_type="organisation"))
        assert b"".join(fetch(file, actor=olga)).startswith(b'"customer_number"')

    def test_without_the_right_or_a_purpose_there_is_no_file(self, five, stefan, olga):
        with pytest.raises(PermissionDenied):
            asked(stefan)
        with pytest.raises(Refused, match="purpose"):
            prepare({}, actor=olga, purpose="curiosity")
        assert not ExportFile.objects.exists()

    def test_one_file_is_written_at_a_time(self, five, olga):
        first = asked(olga)
        with pytest.raises(Refused, match="still being written"):
            asked(olga)
        written(first)
        asked(olga)

    def test_the_bytes_lie_sealed(self, five, olga):
        written(asked(olga))
        assert not any(b"Berta" in bytes(chunk.sealed) for chunk in ExportChunk.objects.all())

    def test_asking_writing_and_fetching_are_noted_without_values(self, five, olga):
        file = written(asked(olga))
        assert not AuditEntry.objects.filter(deed="customers.exported").exists()

        fetch(file, actor=olga)

        deeds = AuditEntry.objects.filter(thing="exportfile", thing_id=str(file.pk)).order_by("pk")
        counts = {"rows": 5, "event": file.filters["event"]}
        assert [(one.deed, one.purpose, one.counts) for one in deeds] == [
            ("export.asked", "analysis", {}),
            ("export.written", "analysis", counts),
            ("customers.exported", "analysis", counts),
        ]
        assert "birth_date" in deeds[2].attributes


class TestWriting:
    def test_a_killed_worker_s_file_is_gone_on_with_where_it_stands(self, five, olga, monkeypatch):
        file, steps = asked(olga), iter([True, False])

        def dying(*args, **kwargs):
            if not next(steps):
                raise SystemExit
            return write_next(*args, **kwargs)

        monkeypatch.setattr(export_files, "write_next", dying)
        with pytest.raises(SystemExit):
            jobs.run(str(file.job_id))
        assert (now(file).rows, now(file).finished_at) == (2, None)

        monkeypatch.setattr(export_files, "write_next", write_next)
        Job.objects.filter(pk=file.job_id).update(heartbeat=clock.now() - jobs.LOST)
        assert names(fetch(written(file), actor=olga)) == ["Ada", "Berta", "Cora", "Dora", "'=1+1"]

    def test_the_rights_of_the_moment_of_writing_count(self, five, olga, source):
        south = make_domain("south")
        take_in(
            make_source(south, "hr"),
            [Received("1", {"given_name": "Frida", "family_name": "Sund"})],
            actor=system_user(),
        )
        file = asked(olga)
        grant_role(actor=system_user(), user=olga, domain=south, role="data owner")
        assert "Frida" in names(fetch(written(file), actor=olga))

    def test_rights_that_change_half_way_begin_the_file_anew(self, five, olga, source):
        south = make_domain("south")
        grant_role(actor=system_user(), user=olga, domain=south, role="data owner")
        file = write_next(asked(olga), actor=again(olga), hold=free)
        assert file.domains == sorted([source.domain_id, south.pk])

        withdraw_role(actor=system_user(), user=olga, domain=south, role="data owner")
        file = write_next(file, actor=again(olga), hold=free)

        assert (file.rows, file.pieces, file.domains) == (2, 1, [source.domain_id])

    def test_a_column_that_comes_half_way_begins_the_file_anew(self, five, olga):
        file = write_next(asked(olga), actor=olga, hold=free)
        retire("gender")
        file = write_next(file, actor=olga, hold=free)
        assert (file.rows, "gender" in file.columns) == (2, False)

    def test_who_lost_the_right_meanwhile_gets_no_file_but_a_reason(self, five, olga, source):
        file = asked(olga)
        withdraw_role(actor=system_user(), user=olga, domain=source.domain, role="data owner")
        file = written(file)
        assert (file.job.state, file.job.error) == ("failed", "The right to export was withdrawn.")
        assert not file.chunks.exists()

    def test_sensitive_values_are_masked_for_who_may_not_see_them(self, source, olga):
        tax = {"identifier": [{"scheme": "tax", "value": "DE811907980"}]}
        take_in(source, [Received("1", {"given_name": "Ada", "family_name": "Lund", **tax})], actor=system_user())
        lead = make_user("lead", domain=source.domain)
        assert b"811907980" not in b"".join(fetch(written(asked(olga)), actor=olga))
        assert b"811907980" in b"".join(fetch(written(asked(lead)), actor=lead))

    def test_it_can_be_stopped(self, client, five, olga):
        file = asked(olga)
        jobs.cancel(file.job, actor=olga)
        client.force_login(olga)
        assert "was not written" in client.get(reverse("customers:export_file", args=[file.pk])).content.decode()
        with pytest.raises(Refused, match="not whole"):
            fetch(file, actor=olga)


class TestFetching:
    @pytest.mark.parametrize("page", ["export_file", "export_progress", "export_fetch"])
    def test_somebody_else_s_file_is_not_there(self, client, five, olga, source, page):
        file = written(asked(olga))
        client.force_login(make_user("lead", "data owner", domain=source.domain))
        way = client.post if page == "export_fetch" else client.get
        assert way(reverse(f"customers:{page}", args=[file.pk])).status_code == 404
        with pytest.raises(PermissionDenied):
            fetch(file, actor=make_user("lead", domain=source.domain))

    @pytest.mark.parametrize("role", ["data owner", "lead"])
    def test_a_right_that_was_withdrawn_since_keeps_the_bytes_back(self, client, five, source, role):
        """The lead loses `reveal` and keeps `export`."""
        user = make_user("lead", domain=source.domain) if role == "lead" else make_user(role, domain=source.domain)
        file = written(asked(user))
        withdraw_role(actor=system_user(), user=user, domain=source.domain, role=role)
        if role == "lead":
            grant_role(actor=system_user(), user=user, domain=source.domain, role="data owner")
        client.force_login(again(user))
        assert client.post(reverse("customers:export_fetch", args=[file.pk])).status_code == 403
        assert not AuditEntry.objects.filter(deed="customers.exported").exists()

    def test_a_file_that_is_not_whole_is_not_sent(self, client, five, olga):
        file = asked(olga)
        client.force_login(olga)
        answer = client.post(reverse("customers:export_fetch", args=[file.pk]))
        assert (answer.status_code, "not whole" in answer.content.decode()) == (409, True)

    def test_after_a_day_it_is_gone(self, client, five, olga):
        file = written(asked(olga))
        client.force_login(olga)
        expire(file, timedelta(minutes=1))
        assert client.get(reverse("customers:export_file", args=[file.pk])).status_code == 410
        assert client.post(reverse("customers:export_fetch", args=[file.pk])).status_code == 410
        assert remove_expired_files(actor=system_user()) == 0

        expire(file, timedelta(hours=2))

        assert remove_expired_files(actor=system_user()) == 1
        assert not ExportChunk.objects.exists()
        assert client.post(reverse("customers:export_fetch", args=[file.pk])).status_code == 404
        assert AuditEntry.objects.get(deed="exports.expired").counts == {"files": 1}

    def test_it_is_kept_for_a_day_from_its_last_byte(self, five, olga):
        file = written(asked(olga))
        assert timedelta(hours=23) < file.expires_at - clock.now() <= timedelta(hours=24)

    def test_a_file_that_loses_a_piece_breaks_off(self, five, olga):
        file = written(asked(olga))
        file.chunks.filter(number=1).delete()
        with pytest.raises(LookupError):
            b"".join(fetch(file, actor=olga))

    def test_one_finds_his_files_on_the_page_of_exports(self, client, five, olga, source):
        file = written(asked(olga))
        client.force_login(olga)
        assert reverse("customers:export_file", args=[file.pk]) in client.get(PAGE).content.decode()
        client.force_login(make_user("lead", domain=source.domain))
        assert reverse("customers:export_file", args=[file.pk]) not in client.get(PAGE).content.decode()


@action
def expire(file: ExportFile, since: timedelta) -> None:
    ExportFile.objects.filter(pk=file.pk).update(expires_at=clock.now() - since)


@action
def retire(name: str) -> None:
    Attribute.objects.filter(name=name).update(retired=True)


class TestWithdrawing:
    @pytest.mark.parametrize("fate", [{"restricted": True}, {"status": "erased"}])
    def test_a_file_with_somebody_who_may_not_leave_is_refused_and_deleted(self, five, source, olga, fate):
        file = written(asked(olga))
        assert withdraw_files(actor=system_user()) == 0
        close(source, ["1"] if "status" in fate else [], actor=system_user())
        Customer.objects.filter(pk=five[1].pk).update(**fate, changed_at=clock.now())
        with pytest.raises(Refused, match="no longer be taken along"):
            fetch(file, actor=olga)
        assert withdraw_files(actor=system_user()) == 1
        assert not ExportFile.objects.exists() and not ExportChunk.objects.exists()
        assert AuditEntry.objects.get(deed="exports.withdrawn").counts == {"files": 1}

    def test_a_file_whose_owner_lost_the_right_is_deleted(self, five, olga, retail):
        written(asked(olga))
        withdraw_role(actor=system_user(), user=olga, domain=retail, role="data owner")
        assert withdraw_files(actor=system_user()) == 1 and not ExportFile.objects.exists()
