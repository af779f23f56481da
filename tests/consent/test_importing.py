"""Files of consents: what columns and cells mean, what becomes of each row, by page and by command."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from cmdm import jobs
from cmdm.actions import Refused
from cmdm.models import Job
from consent.actions import uploads
from consent.models import ConsentEvent
from consent.rules.importing import BadColumns, checked, claim_of, guessed, moment
from tests.consent.test_on_behalf import Scene
from tests.support.people import make_domain, make_user

HEADER = ["Customer ID", "Purpose", "Opt-in", "E-mail", "Date", "Way", "Policy version"]


class TestReading:
    def test_columns_are_known_by_what_systems_call_them(self):
        assert guessed(HEADER) == ["key", "purpose", "act", "contact", "occurred_at", "method", "notice"]
        assert guessed(["id", "key", "colour"]) == ["key", "", ""]

    @pytest.mark.parametrize("columns", [["key", "act"], ["key", "key", "purpose", "act"], ["key", "purpose", "age"]])
    def test_a_part_is_needed_once(self, columns):
        with pytest.raises(BadColumns):
            checked(columns)

    def test_cells_become_codes(self):
        row = claim_of(["7", "news", "Ja", "a@b.example", "2024-03-01", "shop", ""], guessed(HEADER))
        assert (row.act, row.channel, row.occurred_at.isoformat()) == ("granted", "email", "2024-03-01T00:00:00+00:00")
        assert claim_of(["7", "news", "perhaps"], ["key", "purpose", "act"]).act == "perhaps"

    @pytest.mark.parametrize("text", ["", "yesterday", "2024-13-45", "01/02/2024"])
    def test_a_day_that_may_be_two_is_none(self, text):
        assert moment(text) is None


def row(key, act, notice="", day="", way="", mail=""):
    return ",".join([key, "news", act, mail, day, way, notice])


@pytest.mark.django_db
class TestTakingIn:
    @pytest.fixture
    def scene(self):
        made = Scene()
        made.owner = make_user("data owner", domain=made.retail)
        made.source = made.karl.source
        return made

    def file(self, scene):
        shown = f"{scene.notice.key}/1/en"
        day = scene.notice.valid_from.isoformat()
        rows = [
            row("1", "yes", shown, day, "shop", "karl@lindqvist.example"),
            row("1", "yes", mail="other@lindqvist.example"),
            row("1", "no", mail="third@lindqvist.example"),
            row("404", "no"),
            row("1", "perhaps"),
            row("1", "no", mail="third@lindqvist.example"),
            "too,short",
        ]
        return "\n".join([",".join(HEADER), *rows, ""]).encode()

    EXPECTED = {"recorded": 2, "unproved": 1, "known": 1, "refused": 3}

    def test_an_owner_sees_what_would_happen_and_then_takes_it_in(self, scene, client):
        client.force_login(scene.owner)
        address = reverse("consent:imports")
        sent = {"source": scene.source.pk, "file": as_upload(self.file(scene))}
        page = client.post(address, sent, follow=True)
        assert page.context["tried"].counts == self.EXPECTED
        assert not ConsentEvent.objects.exists()

        columns = {f"column-{place}": part for place, part in enumerate(guessed(HEADER))}
        assert client.post(page.request["PATH_INFO"], {**columns, "column-0": "", "start": "1"}).status_code == 409
        started = client.post(page.request["PATH_INFO"], {**columns, "start": "1"})
        jobs.run(str(Job.objects.get(name=uploads.JOB).pk))
        account = client.get(started["Location"])
        assert account.context["counts"] == self.EXPECTED
        assert "No such record." in account.text and "line 5" in account.text
        acts = ConsentEvent.objects.order_by("pk").values_list("act", "method")
        assert list(acts) == [("granted", "import"), ("unknown", "import"), ("refused", "import")]

    def test_the_command_gives_the_same_account(self, scene, tmp_path, capsys):
        path = tmp_path / "consents.csv"
        path.write_bytes(self.file(scene))
        call_command("consents", scene.source.key, path, "--dry-run", "--json")
        tried = json.loads(capsys.readouterr().out)
        assert not ConsentEvent.objects.exists()
        call_command("consents", scene.source.key, path, "--json")
        done = json.loads(capsys.readouterr().out)
        assert {name: done[name] for name in self.EXPECTED} == self.EXPECTED == {n: tried[n] for n in self.EXPECTED}
        assert (done["rows"], done["faults"][1]) == (7, [6, "This is neither a yes nor a no."])

    def test_who_may_not_import_there_is_refused_and_finds_no_foreign_file(self, scene):
        key = uploads.upload(scene.source, self.file(scene), actor=scene.owner)
        other = make_user("data owner", domain=make_domain())
        with pytest.raises(PermissionDenied):
            uploads.upload(scene.source, self.file(scene), actor=other)
        assert uploads.waiting(key, other) is None
        assert uploads.waiting(key, scene.steward) is None

    def test_what_is_no_csv_is_refused_whole(self, scene):
        broken = (b"%PDF-1.4\x00\x01", b"id,purpose,answer\nM\xfcller,news,no\n", b'id,purpose,answer\n"1,news,no\n')
        for content in broken:
            with pytest.raises(Refused):
                uploads.upload(scene.source, content, actor=scene.owner)


def as_upload(content):
    return SimpleUploadedFile("consents.csv", content)
