"""Uploading, mapping, starting, stopping and settling loads."""

import csv
import gzip

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, Job
from customers.actions import loads
from customers.actions.previewing import preview
from customers.models import Load, LoadChunk, SourceRecord
from customers.queries.files import open_file, reader_of
from customers.queries.rejects import rejects_file, waiting
from tests.customers.files import MAPPING, accounted, row, run, text, upload
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


def bare(source, content, actor, name="x.csv"):
    return upload(source, content, actor=actor, mapping=None, name=name)


class TestUploading:
    def test_the_file_is_kept_sealed_in_pieces_and_comes_back_byte_for_byte(self, source, olga):
        content = text(*(row(number) for number in range(30_000))).encode()

        load = bare(source, content, olga)

        chunks = LoadChunk.objects.filter(load=load)
        assert chunks.count() == 1 + len(content) // 1024**2
        assert all(b"@mail.example" not in bytes(chunk.sealed) for chunk in chunks)
        assert open_file(load).read() == content
        assert (load.size, load.position["total"]) == (len(content), 30_000)

    def test_a_mapping_is_guessed_and_the_saved_one_preferred(self, source, olga):
        guessed = bare(source, text(row(1)), olga)
        assert guessed.mapping["key"] == "id"
        assert guessed.mapping["columns"]["mail"] == "email"

        loads.set_mapping(guessed, MAPPING, "upsert", actor=olga)
        source.refresh_from_db()
        again = bare(source, text(row(1)), olga)
        assert again.mapping["columns"]["mail"] == "email.home"

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "empty"),
            (b"PK\x03\x04" + b"\0" * 50, "not a CSV"),
            (b"<?xml version='1.0'?><a/>", "not a CSV"),
            (b'id,name\n1,"open\n2,x\n3,y\n', "Line 2, column 2"),
            ("id,name\n1,Müller\n".encode("latin-1"), "Line 2, column 2"),
            (b"id,id\n1,2\n", "occurs twice"),
            (b"id,,x\n1,2,3\n", "column 2"),
        ],
    )
    def test_a_broken_file_is_refused_in_a_sentence_that_says_where(self, source, olga, content, sentence):
        with pytest.raises(Refused, match=sentence):
            bare(source, content, olga)
        assert not Load.objects.exists()

    def test_a_file_over_the_limit_is_refused(self, source, olga, settings):
        settings.UPLOAD_MAX_BYTES = 2_000_000
        with pytest.raises(Refused, match="larger than 2000000 bytes"):
            bare(source, b"id,name\n" + b"1,Ann\n" * 400_000, olga)
        assert not LoadChunk.objects.exists()

    def test_a_packed_file_is_read_and_a_bomb_refused(self, source, olga):
        assert bare(source, gzip.compress(text(row(1)).encode()), olga).position["total"] == 1
        with pytest.raises(Refused, match="expands"):
            bare(source, gzip.compress(b"id,name\n" + b"1,a\n" * 10_000_000), olga)

    def test_a_files_own_name_is_shown_harmlessly(self, source, olga):
        load = bare(source, text(row(1)), olga, name="../../etc/\u202ecsv.exe\r\n\x00" + "x" * 5000)
        assert load.file_name.startswith("csv.exex")
        assert len(load.file_name) == 120

    def test_who_may_not_import_there_is_refused(self, source):
        with pytest.raises(PermissionDenied):
            bare(source, text(row(1)), make_user("steward", domain=source.domain))
        with pytest.raises(PermissionDenied):
            bare(source, text(row(1)), make_user("data owner", domain=make_domain("south")))

    def test_it_leaves_an_audit_entry_without_values(self, source, olga):
        load = bare(source, text(row(1)), olga)
        entry = AuditEntry.objects.on("load", load.pk).get()
        assert (entry.deed, entry.actor, list(entry.counts)) == ("load.uploaded", olga, ["bytes"])


class TestMapping:
    def test_every_fault_is_named_at_its_column(self, source, olga):
        load = bare(source, text(row(1)), olga)
        wrong = {"key": "nr", "columns": {"given": "first_name", "mail": "birth_date", "born": "birth_date"}}

        with pytest.raises(Invalid) as refused:
            loads.set_mapping(load, wrong, "upsert", actor=olga)

        assert set(refused.value.errors) == {"key", "columns.given", "columns.born"}

    def test_it_cannot_change_under_a_running_load(self, source, olga):
        load = loads.start(upload(source, text(row(1)), actor=olga), actor=olga)
        with pytest.raises(Refused, match="stays"):
            loads.set_mapping(load, MAPPING, "upsert", actor=olga)

    def test_a_load_without_a_usable_mapping_does_not_start(self, source, olga):
        load = bare(source, "a,b\n1,2\n", olga)
        with pytest.raises(Invalid):
            loads.start(load, actor=olga)


class TestPreviewing:
    def test_it_tells_what_would_happen_and_stores_nothing(self, source, olga):
        run(upload(source, text(row(1), row(2)), actor=olga), actor=olga)
        rows = (row(1), row(2, given="Other"), row(3), row(4, country="Atlantis"))

        seen = preview(upload(source, text(*rows), actor=olga), user=olga)

        assert dict(seen.counts) == {"new": 1, "changed": 1, "unchanged": 1, "rejected": 1}
        assert [(fault.line, fault.column) for fault in seen.faults] == [(5, "country")]
        assert seen.sample[2]["given_name"] == row(3).split(",")[1]
        assert SourceRecord.objects.count() == 2
        assert next(column for column in seen.columns if column.name == "mail").path == "email.home"

    def test_a_full_file_says_how_many_it_would_close(self, source, olga):
        run(upload(source, text(*map(row, range(10))), actor=olga), actor=olga)

        seen = preview(upload(source, text(row(1)), actor=olga, mode="replace"), user=olga)

        assert (seen.closing.closing, seen.closing.open, seen.closing.too_many) == (9, 10, True)
        assert SourceRecord.objects.current().count() == 10

    def test_sensitive_columns_are_masked_without_the_right_to_see_them(self, source, olga):
        mapping = {"key": "id", "columns": {"given": "given_name", "tax": "identifier.tax"}}
        load = upload(source, "id,given,tax\n1,Ann,DE811907980\n", actor=olga, mapping=mapping)

        hidden = preview(load, user=olga)
        assert "811907980" not in repr(hidden)

        lead = make_user("data owner", "lead", domain=source.domain)
        assert "811907980" in repr(preview(load, user=lead))


class TestStartingAndStopping:
    def test_starting_asks_for_a_job(self, source, olga):
        load = loads.start(upload(source, text(row(1)), actor=olga), actor=olga)

        assert load.state == Load.State.QUEUED
        assert (load.job.name, load.job.arguments) == ("customers.load", {"load": str(load.pk)})
        with pytest.raises(Refused, match="running already"):
            loads.start(load, actor=olga)

    def test_one_that_only_waits_stops_at_once_and_goes_on_when_started_again(self, source, olga):
        load = loads.start(upload(source, text(row(1)), actor=olga), actor=olga)

        stopped = loads.stop(load, actor=olga)

        assert stopped.state == Load.State.STOPPED
        assert Job.objects.get(pk=load.job_id).state == Job.State.CANCELLED
        assert run(stopped, actor=olga).new == 1

    def test_a_load_that_is_done_neither_starts_nor_stops(self, source, olga):
        done = run(upload(source, text(row(1)), actor=olga), actor=olga)
        with pytest.raises(Refused, match="done"):
            loads.start(done, actor=olga)
        with pytest.raises(Refused, match="not running"):
            loads.stop(done, actor=olga)

    def test_one_that_never_ran_is_discarded_altogether(self, source, olga):
        loads.discard(upload(source, text(row(1)), actor=olga), actor=olga)
        assert not Load.objects.exists()
        assert AuditEntry.objects.filter(deed="load.discarded").count() == 1

    def test_one_that_ran_is_discarded_but_its_account_stays(self, source, olga):
        load = run(upload(source, text(row(1, country="Atlantis")), actor=olga), actor=olga)
        loads.discard(load, actor=olga)
        assert Load.objects.get().rejected == 1
        assert not load.chunks.exists()
        assert not waiting(load).exists()


class TestRefusedRows:
    @pytest.fixture
    def faulty(self, source, olga):
        rows = (row(1, country="Atlantis", given="=1+1"), row(2) + ",surplus", row(3), row(3, given="Later"))
        return run(upload(source, text(*rows), actor=olga), actor=olga)

    def test_they_come_as_a_file_with_line_and_reason(self, faulty):
        lines = list(csv.reader(rejects_file(faulty)))
        assert lines[0] == "id given family born mail phone country _line _reason _received".split()
        assert [line[7] for line in lines[1:]] == ["2", "3", "4"]
        assert lines[1][1] == "'=1+1"
        assert lines[2][-1] == row(2) + ",surplus"

    def test_the_mended_file_is_loaded_as_it_was_meant(self, faulty, source, olga):
        mended = "".join(rejects_file(faulty)).replace("Atlantis", "Austria")

        load = run(upload(source, mended, actor=olga), actor=olga)

        assert accounted(load)
        assert reader_of(upload(source, mended, actor=olga)).unescape
        assert SourceRecord.objects.get(key="K00001").values["given_name"] == "=1+1"

    def test_they_are_tried_again_without_the_ones_that_a_later_row_replaced(self, faulty, olga):
        again = loads.reload(faulty, actor=olga)

        assert again.position["total"] == 1
        assert again.mapping == faulty.mapping
        assert waiting(faulty).count() == 2

    def test_settling_deletes_their_content_and_keeps_the_reason(self, faulty, olga):
        assert loads.settle(list(waiting(faulty)), actor=olga) == 3
        settled = faulty.rejects.first()
        assert bytes(settled.sealed) == b""
        assert settled.reason
        assert settled.settled_by == olga
        assert AuditEntry.objects.get(deed="rejects.settled").counts == {"rows": 3}

    def test_who_may_not_import_there_cannot_settle_them(self, faulty):
        with pytest.raises(PermissionDenied):
            loads.settle(list(waiting(faulty)), actor=make_user("steward", domain=faulty.domain))
