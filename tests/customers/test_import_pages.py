"""The pages of an import, from the file to its refused rows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cmdm.models import AuditEntry, Job
from customers.actions import loads
from customers.jobs import run
from customers.models import Load, SourceRecord
from customers.queries.importing import account_of
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db

FILE = """id,first_name,last_name,email,country
1,Anna,Bergström,anna@bergstrom.example,DE
2,Karl,Lindqvist,karl@lindqvist.example,Atlantis
3,Omar,Haddad,omar@haddad.example,SE
"""


@pytest.fixture
def at_work(client, olga):
    client.force_login(olga)
    return client


@pytest.fixture
def sent(at_work, source):
    file = SimpleUploadedFile("people.csv", FILE.encode())
    answer = at_work.post(reverse("customers:import_new"), {"source": source.pk, "file": file})
    assert answer.status_code == 302
    return Load.objects.get()


def address(name, load):
    return reverse(f"customers:{name}", args=[load.pk])


def load_now(load, olga):
    """What the worker does."""
    return run(load, actor=olga, hold=lambda: None, progress=lambda *_args: None)


class TestBefore:
    def test_the_preview_counts_and_names_the_first_faults_and_stores_nothing(self, at_work, sent):
        text = at_work.get(address("import", sent)).text
        assert "What would happen" in text
        assert "first_name" in text
        assert "Rows with a fault" in text
        assert not SourceRecord.objects.exists()

    def test_the_mapping_is_saved_and_a_fault_stands_at_its_column(self, at_work, sent):
        columns = {f"column-{place}": "" for place in range(len(sent.header))}
        whole = {"date_order": "ymd", "party_type": "person", "mode": "upsert"}
        wrong = {**columns, **whole, "column-0": "@key", "column-1": "given_name", "column-2": "given_name"}
        answer = at_work.post(address("import_mapping", sent), wrong)
        assert answer.status_code == 422
        assert "given_name" in answer.text

        Load.objects.update(
            mapping={**sent.mapping, "constants": {"party_type": "organisation", "address.city": "Ulm"}}
        )
        right = {**wrong, "column-2": "family_name"}
        assert at_work.post(address("import_mapping", sent), right).status_code == 302
        sent.refresh_from_db()
        assert sent.mapping["columns"] == {"first_name": "given_name", "last_name": "family_name"}
        assert sent.mapping["constants"] == {"party_type": "person", "address.city": "Ulm"}

    def test_a_full_file_that_lacks_much_is_shown_and_needs_a_word(self, at_work, sent, source, olga):
        load_now(sent, olga)
        short = SimpleUploadedFile("short.csv", "".join(FILE.splitlines(keepends=True)[:2]).encode())
        at_work.post(reverse("customers:import_new"), {"source": source.pk, "file": short})
        full = Load.objects.latest("created_at")
        loads.set_mapping(full, full.mapping, "replace", actor=olga)
        assert "<b>2</b> of 3 open records are not in the file" in at_work.get(address("import", full)).text
        for said, mode in (({}, "uploaded"), ({"confirmed": "on"}, "queued")):
            at_work.post(address("import_start", full), said)
            full.refresh_from_db()
            assert full.state == mode

    def test_a_file_that_is_no_table_is_refused_at_its_field(self, at_work, source):
        file = SimpleUploadedFile("people.csv", b"\x00\x01\x02")
        answer = at_work.post(reverse("customers:import_new"), {"source": source.pk, "file": file})
        assert answer.status_code == 422
        assert not Load.objects.exists()

    def test_another_owner_finds_neither_the_source_nor_the_import(self, client, sent, source):
        client.force_login(make_user("data owner", domain=make_domain("elsewhere")))
        assert client.get(address("import", sent)).status_code == 404
        assert source.name not in client.get(reverse("customers:import_new")).text
        for deed in ("import_start", "import_stop", "import_discard", "import_again", "import_settle"):
            assert client.post(address(deed, sent)).status_code == 404

    def test_who_may_not_import_is_forbidden(self, client, stefan):
        client.force_login(stefan)
        assert client.get(reverse("customers:imports")).status_code == 403
        assert client.get(reverse("customers:import_new")).status_code == 403


class TestAfter:
    @pytest.fixture
    def done(self, sent, olga):
        return load_now(Load.objects.select_related("source").get(pk=sent.pk), olga)

    @pytest.mark.parametrize(
        ("rows", "phase", "done", "told"),
        [
            (0, "Writing", 2, ("Writing: 2 of 3", 2)),
            (1, "Taking in", 1, ("", 1)),
            (3, "Writing", 2, ("Writing: 2 of 3", 3)),
        ],
    )
    def test_it_tells_what_is_done_before_a_row_is_accounted_for_and_after_the_last(
        self, at_work, sent, olga, rows, phase, done, told
    ):
        """What fills an empty hub is accounted for when all of it is written."""
        load = loads.start(sent, actor=olga)
        Job.objects.filter(pk=load.job_id).update(state=Job.State.RUNNING, phase=phase, done=done, total=3)
        Load.objects.filter(pk=load.pk).update(state=Load.State.RUNNING, rows=rows, new=rows)
        account = account_of(Load.objects.get(pk=load.pk))
        words, count = told
        assert account.done == count
        assert account.left.startswith(words)
        assert words in at_work.get(address("import_progress", load)).text

    def test_progress_ends_its_own_asking(self, at_work, sent, olga):
        waiting = at_work.get(address("import_progress", sent))
        assert (waiting.status_code, "hx-get" in waiting.text) == (200, True)
        load_now(Load.objects.select_related("source").get(pk=sent.pk), olga)
        ended = at_work.get(address("import_progress", sent))
        assert (ended.status_code, "hx-get" in ended.text) == (286, False)

    def test_refused_rows_are_listed_taken_along_and_dealt_with(self, at_work, done):
        listed = at_work.get(address("import_rejects", done)).text
        assert "Country is not known." in listed
        assert "Lindqvist" not in listed

        taken = at_work.post(address("import_rejects_file", done))
        content = b"".join(taken.streaming_content).decode()
        assert "Lindqvist" in content
        assert taken["Content-Disposition"].startswith("attachment")
        assert AuditEntry.objects.filter(deed="rejects.taken_along").exists()

        assert at_work.post(address("import_settle", done), {"all": "1"}).status_code == 302
        assert "No refused row is left" in at_work.get(address("import_rejects", done)).text

    def test_they_can_be_tried_again_as_an_import_of_their_own(self, at_work, done):
        answer = at_work.post(address("import_again", done))
        again = Load.objects.exclude(pk=done.pk).get()
        assert answer["Location"] == address("import", again)

    def test_the_list_shows_it(self, at_work, done):
        assert "people.csv" in at_work.get(reverse("customers:imports")).text
