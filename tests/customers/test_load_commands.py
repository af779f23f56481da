"""The commands that bring files in, take them out, make them up and measure the links."""

import csv
import json

import pytest
from django.core.management import call_command

from cmdm.models import AuditEntry, Domain
from customers.models import Load, Source, SourceRecord
from tests.customers.files import MAPPING, row, text
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(capsys):
    """Runs a command and gives its answer."""

    def run(*arguments, **options):
        call_command(*map(str, arguments), "--json", **options)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def crm(tmp_path):
    path = tmp_path / "crm.csv"
    path.write_text(text(row(1), row(2), row(3, country="Atlantis")))
    return path


class TestIngesting:
    def test_it_adds_source_and_domain_and_accounts_for_every_line(self, hub, crm):
        answer = hub("ingest", "crm", crm, "--create-source", "retail")

        counts = {name: answer[name] for name in ("lines", "rows", "new", "rejected", "incomplete", "state")}
        assert counts == {"lines": 4, "rows": 3, "new": 3, "rejected": 0, "incomplete": 1, "state": "done"}
        assert Source.objects.get(key="crm").domain == Domain.objects.get(key="retail")
        assert AuditEntry.objects.get(deed="load.done").origin == "command"

    def test_a_mapping_of_ones_own_is_taken_and_kept(self, hub, crm, source, tmp_path):
        (tmp_path / "mapping.json").write_text(json.dumps(MAPPING))
        hub("ingest", "crm", crm, "--mapping", tmp_path / "mapping.json")

        source.refresh_from_db()
        assert source.mapping == MAPPING
        assert SourceRecord.objects.get(key="K00001").values["email"][0]["kind"] == "home"

    def test_a_dry_run_stores_nothing(self, hub, crm, source, tmp_path):
        (tmp_path / "mapping.json").write_text(json.dumps({**MAPPING, "on_fault": "leave_out"}))
        before = source.mapping
        answer = hub("ingest", "crm", crm, "--dry-run", "--mapping", tmp_path / "mapping.json")
        assert hub("ingest", "another", crm, "--dry-run", "--create-source", "elsewhere")["new"] == 3

        assert (answer["new"], answer["incomplete"], answer["faults"][0]["line"]) == (3, 1, 4)
        source.refresh_from_db()
        assert source.mapping == before
        assert not SourceRecord.objects.exists()
        assert not Load.objects.exists()
        assert not Domain.objects.filter(key="elsewhere").exists()
        assert AuditEntry.objects.filter(deed="load.tried").count() == 2

    def test_replacing_closes_what_the_file_lacks(self, hub, crm, source, tmp_path):
        hub("ingest", "crm", crm)
        smaller = tmp_path / "smaller.csv"
        smaller.write_text(text(row(1), row(2)))

        with pytest.raises(SystemExit):
            hub("ingest", "crm", smaller, "--replace")
        assert hub("ingest", "crm", smaller, "--replace", "--confirm")["closed"] == 1

    @pytest.mark.parametrize("broken", ["", "a,b\n1,2\n", 'id,given\n1,"x\n'])
    def test_a_file_that_cannot_be_used_leaves_no_load(self, crm, source, broken, capsys):
        crm.write_text(broken)
        with pytest.raises(SystemExit) as ended:
            call_command("ingest", "crm", str(crm))
        assert ended.value.code == 1
        assert len(capsys.readouterr().err) > 10
        assert not Load.objects.exists()

    def test_an_unknown_source_is_a_sentence(self, crm, capsys):
        with pytest.raises(SystemExit):
            call_command("ingest", "nobody", str(crm))
        assert "There is no source with this key." in capsys.readouterr().err

    def test_who_acts_needs_the_right(self, crm, source, capsys):
        make_user("steward", domain=source.domain, name="stefan")
        with pytest.raises(SystemExit):
            call_command("ingest", "crm", str(crm), "--as", "stefan")
        assert "does not have the right" in capsys.readouterr().err


class TestSeedingAndMeasuring:
    def test_made_up_files_come_in_and_their_links_are_measured_against_the_truth(self, hub, tmp_path):
        files = hub("seed", 300, tmp_path / "seed", "--seed", 7)["files"]
        assert sum(files.values()) == 300
        for name in files:
            hub("ingest", name.removesuffix(".csv"), tmp_path / "seed" / name, "--create-source", "retail")

        measured = hub("evaluate", tmp_path / "seed" / "truth.csv")

        assert measured["records"] + measured["unknown"] == 300
        assert measured["links"]["precision"] > 0.9
        assert measured["links"]["recall"] > 0.6
        assert measured["with_review"]["recall"] >= measured["links"]["recall"]
        assert AuditEntry.objects.get(deed="links.measured").counts["records"] == measured["records"]

    def test_the_same_seed_writes_the_same_files(self, hub, tmp_path):
        for folder in ("one", "two"):
            hub("seed", 200, tmp_path / folder, "--seed", 9)
        assert (tmp_path / "one" / "crm.csv").read_bytes() == (tmp_path / "two" / "crm.csv").read_bytes()


class TestExporting:
    def test_customers_and_links_are_written_whole(self, hub, crm, source, tmp_path):
        hub("ingest", "crm", crm)
        for what in ("customers", "links"):
            path = tmp_path / f"{what}.csv"
            assert hub("export", what, path)["rows"] == 3
            assert len(list(csv.DictReader(path.open()))) == 3
            assert path.stat().st_mode & 0o077 == 0
            assert AuditEntry.objects.get(deed=f"{what}.exported").purpose == "system"

    def test_where_nothing_can_be_written_is_a_sentence_and_nothing_is_left(self, source, tmp_path, capsys):
        for path in (tmp_path, tmp_path / "nowhere" / "links.csv"):  # a folder, and one that is not there
            with pytest.raises(SystemExit):
                call_command("export", "links", str(path))
            assert "cannot be read or written" in capsys.readouterr().err
        assert sorted(tmp_path.parent.glob("*.part")) == []
