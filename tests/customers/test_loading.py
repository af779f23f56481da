"""A file on its way into records: every line is accounted for, whatever happens."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import jobs as kit_jobs
from cmdm.actions import Refused
from cmdm.models import AuditEntry, DomainGroupPermission
from customers import jobs
from customers.actions import loading, loads
from customers.actions.rows import rows_of
from customers.models import Customer, Load, LoadChunk, RejectedRow, SourceRecord
from customers.queries.files import bound, reader_of
from customers.rules.batching import batches
from tests.customers.files import MAPPING, accounted, make_source, row, run, text, upload
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


EVERY_FAULT = text(
    row(1),
    "",
    row(2, born="1980-02-31"),
    row(3, country="Atlantis"),
    "K00004,too,few",
    row(5) + ",one,more",
    row(6, id=""),
    row(7, given='"two\nlines"'),
    row(8),
    row(8, given="Later"),
    row(9, mail="not an address"),
    row(10, given="\0"),
    row(11, given="x" * 10_001),
    ",,,,,,",
    "",
)


class TestTakingInAFile:
    def test_each_row_becomes_a_record_of_a_customer(self, source, olga):
        load = run(upload(source, text(row(1), row(2), row(3)), actor=olga), actor=olga)

        assert load.state == Load.State.DONE
        assert (load.new, load.rows, load.lines) == (3, 3, 4)
        assert accounted(load)
        assert SourceRecord.objects.filter(source=source, customer__isnull=False).count() == 3
        assert Customer.objects.active().count() >= 2

    def test_the_same_file_again_changes_nothing(self, source, olga):
        content = text(*map(row, range(20)))
        run(upload(source, content, actor=olga), actor=olga)
        versions = dict(Customer.objects.values_list("pk", "version"))

        again = run(upload(source, content, actor=olga), actor=olga)

        assert (again.unchanged, again.new, again.changed) == (20, 0, 0)
        assert dict(Customer.objects.values_list("pk", "version")) == versions

    def test_a_file_with_every_fault_is_accounted_for_line_by_line(self, source, olga):
        load = run(upload(source, EVERY_FAULT, actor=olga), actor=olga)

        assert accounted(load)
        assert load.state == Load.State.DONE
        assert load.position["blank"] == 3
        assert load.lines == len(EVERY_FAULT.splitlines())
        assert load.quarantined == 1
        told = {reject.line: (reject.field, reject.code) for reject in RejectedRow.objects.filter(load=load)}
        assert told[4][0] == "birth_date"
        assert told[5][0] == "address.country"
        assert told[6] == ("born", "columns_missing")
        assert told[7][1] == "columns_surplus"
        assert told[8] == ("key", "key_empty")
        assert told[11] == ("key", "repeated")
        assert told[14] == ("given", "nul")
        assert told[15] == ("given", "field_too_long")
        assert sorted(told) == [4, 5, 6, 7, 8, 11, 13, 14, 15]
        assert load.new == 3

    def test_of_several_rows_with_one_key_the_last_is_used(self, source, olga):
        run(upload(source, text(row(8), row(8, given="Later")), actor=olga), actor=olga)

        assert SourceRecord.objects.get(source=source).values["given_name"] == "Later"

    def test_a_row_that_says_closed_closes_its_record(self, source, olga):
        mapping = {"key": "id", "columns": {"given": "given_name", "family": "family_name", "gone": "closed"}}
        header = "id,given,family,gone"
        first = text("1,Ann,Berg,", "2,Omar,Haddad,", header=header)
        run(upload(source, first, actor=olga, mapping=mapping), actor=olga)

        second = text("1,Ann,Berg,yes", "3,Zoe,Martin,yes", "2,Omar,Haddad,yes", "2,Omar,Haddad,", header=header)
        load = run(upload(source, second, actor=olga, mapping=mapping), actor=olga)

        assert (load.changed, load.unchanged, load.quarantined, load.closed) == (1, 2, 1, 1)
        assert list(SourceRecord.objects.current().values_list("key", flat=True)) == ["2"]
        assert accounted(load)

    def test_a_value_that_cannot_be_read_is_left_out_and_its_row_listed(self, source, olga):
        lenient = {**MAPPING, "on_fault": "leave_out"}
        content = text(row(1, country="Atlantis"), row(2, born="1971-13-40"), row(3))
        load = run(upload(source, content, actor=olga, mapping=lenient), actor=olga)

        assert (load.new, load.rejected, load.incomplete) == (3, 0, 2)
        kept = RejectedRow.objects.order_by("line")
        assert [(one.kind, one.line, one.field) for one in kept] == [
            ("incomplete", 2, "address.country"),
            ("incomplete", 3, "birth_date"),
        ]
        assert b"Atlantis" not in bytes(kept[0].sealed)
        stored = SourceRecord.objects.get(key="K00002")
        assert "birth_date" not in stored.values and stored.values["given_name"]
        assert stored.findings == [{"attribute": "birth_date", "code": "left_out", "part": ""}]
        assert accounted(load)

        again = run(upload(source, content, actor=olga, mapping=lenient, name="again.csv"), actor=olga)
        assert (again.unchanged, again.incomplete, RejectedRow.objects.count()) == (3, 0, 2)

    def test_a_row_of_which_nothing_can_be_read_is_refused(self, source, olga):
        mapping = {"key": "id", "columns": {"born": "birth_date"}, "constants": {"party_type": "person"}}
        load = run(upload(source, text(row(2, born="soon")), actor=olga, mapping=mapping), actor=olga)
        assert (load.new, load.rejected, load.incomplete) == (0, 1, 0)

    def test_refused_rows_are_kept_sealed(self, source, olga):
        run(upload(source, text(row(3, country="Atlantis")), actor=olga), actor=olga)

        kept = RejectedRow.objects.get()
        assert b"Atlantis" not in bytes(kept.sealed)
        assert "Atlantis" not in kept.reason

    def test_each_step_leaves_its_audit_entry(self, source, olga):
        load = run(upload(source, text(row(1)), actor=olga), actor=olga)

        deeds = AuditEntry.objects.on("load", load.pk).order_by("pk").values_list("deed", flat=True)
        assert list(deeds) == [
            "load.uploaded",
            "load.mapped",
            "load.started",
            "load.begun",
            "records.taken_in",
            "load.done",
            "load.judged",
        ]
        assert AuditEntry.objects.filter(deed="load.done").get().counts["new"] == 1


class Break(Exception):
    """The power goes off."""


class TestBeingCutOff:
    @pytest.fixture
    def batches_of_four(self, monkeypatch):
        monkeypatch.setattr(jobs, "BATCH", 4)

    def test_a_load_that_broke_down_goes_on_where_it_was(self, source, olga, batches_of_four):
        load = upload(source, EVERY_FAULT + "\n".join(map(row, range(20, 41))), actor=olga)
        steps = iter(range(100))

        def breaking(*_args):
            if next(steps) == 4:
                raise Break

        with pytest.raises(Break):
            jobs.run(loads.prepare_run(load, actor=olga), actor=olga, hold=lambda: None, progress=breaking)
        part = Load.objects.get(pk=load.pk)
        assert accounted(part)
        assert part.state == Load.State.FAILED
        assert 0 < part.rows < 34

        whole = run(part, actor=olga)

        assert accounted(whole)
        assert whole.rows == whole.position["total"]
        assert SourceRecord.objects.filter(source=source).count() == whole.new
        assert RejectedRow.objects.filter(load=load).count() == whole.rejected + whole.quarantined

    def test_a_batch_that_breaks_in_its_middle_leaves_nothing(self, source, olga, monkeypatch):
        load = loads.prepare_run(upload(source, text(*map(row, range(6))), actor=olga), actor=olga)
        monkeypatch.setattr(loading, "_account", lambda *args, **kwargs: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            jobs.run(load, actor=olga, hold=lambda: None, progress=lambda *_args: None)

        assert not SourceRecord.objects.exists()
        assert accounted(Load.objects.get(pk=load.pk))

    def test_stopping_ends_it_after_the_present_batch(self, source, olga, batches_of_four, monkeypatch):
        load = loads.start(upload(source, text(*map(row, range(12))), actor=olga), actor=olga)
        take_batch = loading.take_batch

        def then_stop(load, *args, **kwargs):
            taken = take_batch(load, *args, **kwargs)
            loads.stop(taken, actor=olga)
            return taken

        with monkeypatch.context() as patched:
            patched.setattr(loading, "take_batch", then_stop)
            kit_jobs.run(str(load.job_id))
        load = Load.objects.select_related("job").get(pk=load.pk)
        assert (load.state, load.job.state, load.rows) == (Load.State.STOPPED, "cancelled", 4)

        load = loads.start(load, actor=olga)
        kit_jobs.run(str(load.job_id))
        load = Load.objects.select_related("job").get(pk=load.pk)
        assert (load.state, load.new) == (Load.State.DONE, 12)
        assert (load.job.state, load.job.result["rows"], load.job.percent) == ("done", 12, 100)
        assert accounted(load)

    def test_a_fault_of_the_whole_file_is_told_by_load_and_job(self, source, olga, monkeypatch):
        monkeypatch.setattr(loads, "READ_AT_ONCE", 0)
        load = loads.start(upload(source, text(row(1), '9,"open'), actor=olga), actor=olga)

        kit_jobs.run(str(load.job_id))

        load = Load.objects.select_related("job").get(pk=load.pk)
        assert (load.state, load.job.state, load.rows) == (Load.State.FAILED, "failed", 0)
        assert load.error == load.job.error
        assert load.error.startswith("Line 3, column 2")

    def test_a_worker_that_was_overtaken_writes_nothing(self, source, olga):
        load = loads.prepare_run(upload(source, text(row(1)), actor=olga), actor=olga)

        def overtaken():
            raise kit_jobs.Fenced

        with pytest.raises(kit_jobs.Fenced):
            jobs.run(load, actor=olga, hold=overtaken, progress=lambda *_args: None)
        assert not SourceRecord.objects.exists()
        assert Load.objects.get(pk=load.pk).state == Load.State.UPLOADED

    def test_a_batch_that_another_worker_has_taken_in_is_not_taken_in_again(self, source, olga):
        load = loads.prepare_run(upload(source, text(row(1), row(2)), actor=olga), actor=olga)
        free = {"actor": olga, "hold": lambda: None}
        reader = reader_of(load)
        [batch] = batches(reader, 10)
        rows = rows_of(batch.rows, bound(load, reader.header), reader.header)
        with pytest.raises(kit_jobs.Fenced):
            loading.take_batch(load, batch, rows, **free)  # nobody has begun it
        loading.begin(load, **free)
        loading.take_batch(load, batch, rows, **free)

        with pytest.raises(kit_jobs.Fenced):
            loading.take_batch(load, batch, rows, **free)
        load.refresh_from_db()
        assert (load.new, load.unchanged, load.rows) == (2, 0, 2)
        assert AuditEntry.objects.on("load", load.pk).filter(deed="records.taken_in").count() == 1

    def test_who_lost_the_right_takes_in_nothing_more(self, source, olga, retail):
        load = loads.prepare_run(upload(source, text(row(1)), actor=olga), actor=olga)
        DomainGroupPermission.objects.filter(content_object=retail).delete()

        with pytest.raises(Refused, match="withdrawn"):
            jobs.run(load, actor=olga, hold=lambda: None, progress=lambda *_args: None)
        assert not SourceRecord.objects.exists()
        assert Load.objects.get(pk=load.pk).error == "The right to import was withdrawn."


class TestReplacing:
    @pytest.fixture
    def twenty(self, source, olga):
        return run(upload(source, text(*map(row, range(20))), actor=olga), actor=olga)

    def test_what_a_full_file_lacks_is_closed(self, source, olga, twenty):
        load = run(upload(source, text(*map(row, range(17))), actor=olga, mode="replace"), actor=olga)

        assert (load.closed, load.unchanged) == (3, 17)
        assert SourceRecord.objects.current().filter(source=source).count() == 17
        assert accounted(load)

    def test_closing_more_than_a_fifth_needs_a_persons_word(self, source, olga, twenty):
        load = upload(source, text(*map(row, range(5, 17))), actor=olga, mode="replace")

        with pytest.raises(Refused, match="8 of the 20") as refused:
            loads.start(load, actor=olga)
        assert (refused.value.code, refused.value.facts) == ("confirm_closing", {"closing": 8, "open": 20})

        done = run(load, actor=olga, confirmed=True)
        assert (done.closed, done.unchanged) == (8, 12)
        assert SourceRecord.objects.current().count() == 12

    def test_a_large_file_is_asked_about_at_its_end(self, source, olga, twenty, monkeypatch):
        monkeypatch.setattr(loads, "READ_AT_ONCE", 0)
        load = upload(source, text(*map(row, range(10, 30))), actor=olga, mode="replace")

        with pytest.raises(Refused, match="10 of the 30"):
            run(load, actor=olga)
        load = Load.objects.get(pk=load.pk)
        assert (load.state, load.new, load.closed) == (Load.State.FAILED, 10, 0)

        done = run(load, actor=olga, confirmed=True)
        assert (done.state, done.closed, done.new, done.error) == (Load.State.DONE, 10, 10, "")
        assert accounted(done)

    def test_a_row_that_was_refused_keeps_its_record_open(self, source, olga, twenty):
        rows = [row(0) + ",surplus", row(1, country="Atlantis"), *map(row, range(2, 20))]

        load = run(upload(source, text(*rows), actor=olga, mode="replace"), actor=olga)

        assert (load.rejected, load.closed) == (2, 0)

    def test_records_of_other_sources_stay(self, source, olga, twenty, retail):
        other = make_source(retail, "shop")
        run(upload(other, text(row(99)), actor=olga, mode="replace"), actor=olga)

        assert SourceRecord.objects.current().filter(source=source).count() == 20


class TestTheFile:
    def test_it_is_deleted_when_nothing_is_left_to_look_at(self, source, olga):
        clean = run(upload(source, text(row(1)), actor=olga), actor=olga)
        faulty = run(upload(source, text(row(2, country="Atlantis")), actor=olga), actor=olga)

        assert not LoadChunk.objects.filter(load=clean).exists()
        assert LoadChunk.objects.filter(load=faulty).exists()

        loads.settle(list(faulty.rejects.all()), actor=olga)
        assert not LoadChunk.objects.filter(load=faulty).exists()

    def test_somebody_without_the_right_can_neither_start_nor_run_it(self, source, olga):
        load = upload(source, text(row(1)), actor=olga)

        with pytest.raises(PermissionDenied):
            loads.prepare_run(load, actor=make_user("steward", domain=source.domain))


class TestComparingFirst:
    def test_what_came_just_so_before_is_not_standardised_again(self, source, olga, monkeypatch):
        content = text(*map(row, range(5)))
        run(upload(source, content, actor=olga), actor=olga)
        monkeypatch.setattr("customers.actions.preparing.standardise", lambda *args, **kwargs: 1 / 0)

        again = run(upload(source, content, actor=olga), actor=olga)

        assert (again.unchanged, again.state) == (5, Load.State.DONE)

    def test_an_unchanged_last_row_still_stands_against_an_earlier_one(self, source, olga):
        run(upload(source, text(row(8)), actor=olga), actor=olga)

        load = run(upload(source, text(row(8, given="Earlier"), row(8)), actor=olga), actor=olga)

        assert (load.quarantined, load.unchanged) == (1, 1)
        assert SourceRecord.objects.get(source=source).values["given_name"] != "Earlier"

    def test_a_closed_record_that_comes_again_is_opened(self, source, olga):
        run(upload(source, text(row(1), row(2)), actor=olga), actor=olga)
        run(upload(source, text(row(1)), actor=olga, mode="replace"), actor=olga, confirmed=True)

        again = run(upload(source, text(row(1), row(2)), actor=olga), actor=olga)

        assert (again.unchanged, again.changed) == (1, 1)
        assert SourceRecord.objects.current().count() == 2
