"""The demonstration: made through the actions, only where it belongs, and all of it ends together."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from django.core.management import call_command

from cmdm import access, verifying
from cmdm.management import demonstrated_consents, demonstration, supervision
from cmdm.management.commands import demo
from cmdm.models import ApiToken, AuditEntry, Domain, User, system_user
from consent.models import ConsentEvent, Notice, Purpose
from consent.queries.conflicts import two_answers
from customers.actions.records import Received, take_in
from customers.actions.sources import add_source
from customers.models import Customer, Load, Source, SourceRecord
from tests.kit.making import make_domain
from tests.portal.visitor import Visitor


def silent(*_):
    """Nobody looks at the progress."""


@pytest.fixture
def people(db):
    passwords = {person.name: f"{person.name} of the tests" for person in demonstration.PEOPLE}
    demonstration.marker(actor=system_user())
    return demonstration.people(passwords, actor=system_user())


def make_foreign_customer():
    source = add_source(actor=system_user(), domain=make_domain(), key="crm", fields={"name": "CRM"})
    row = Received(key="1", values={"given_name": "Ann", "family_name": "Lee"}, party_type="person")
    take_in(source, [row], actor=system_user())


class TestItsContent:
    def test_somebody_of_every_role_holds_it_in_every_domain(self, people):
        domains = set(Domain.objects.values_list("pk", flat=True))
        assert len(domains) == 3
        for person in (*demonstration.PEOPLE, demonstration.CONSUMER):
            user = User.objects.get(username=person.name)
            held = {verb for verb in access.VERBS if access.scope(user, verb) == domains}
            assert held == set(access.ROLES[person.role])
        assert {person.role for person in (*demonstration.PEOPLE, demonstration.CONSUMER)} == set(access.ROLES)
        assert User.objects.get(username="steward").check_password("steward of the tests")
        assert ApiToken.objects.get().user.kind == "consumer"

    def test_its_records_are_taken_in_from_four_systems_a_domain_and_an_interruption_is_made_good(self, people):
        done = demonstration.load(silent, actor=system_user(), count=150)
        assert done == 150
        kept = SourceRecord.objects.count()
        assert kept >= 140 and Customer.objects.active().count() < kept
        assert demonstration.is_loaded()
        assert {source.key.split("-")[-1] for source in Source.objects.all()} == {"crm", "shop", "helpdesk", "erp"}
        assert len(set(Source.objects.values_list("trust", flat=True))) == 4
        assert set(Load.objects.values_list("state", "started_by__username")) == {("done", "owner")}
        demonstration.load(silent, actor=system_user(), count=150)
        assert SourceRecord.objects.count() == kept
        assert not SourceRecord.objects.filter(version__gt=1).exists()

    def test_its_customers_were_asked_and_answered_and_one_signs_in_to_the_portal(self, people):
        demonstration.load(silent, actor=system_user(), count=60)
        facts = {"actor": system_user(), "privacy": User.objects.get(username="privacy"), "domain_key": "retail-europe"}
        demonstrated_consents.make(**facts)
        assert demonstrated_consents.is_made()
        assert set(Notice.objects.published().values_list("language", flat=True)) == {"en", "de", "fr", "es"}
        eva = SourceRecord.objects.get(key="eva-crm").customer
        assert two_answers(eva, Purpose.objects.get(key="offers"), system_user()), "Eva said yes and no"
        events = ConsentEvent.objects.count()
        demonstrated_consents.make(**facts)
        assert ConsentEvent.objects.count() == events
        assert verifying.broken() == []
        karl = Visitor()
        karl.sign_in(demonstrated_consents.KARL)
        assert "Karl Oberlaender" in karl.text("/my/data/")


@pytest.mark.django_db
class TestWhereItBelongs:
    def test_an_empty_database_may_be_taken(self):
        assert not demonstration.is_foreign()

    def test_its_own_is_known_again(self):
        mark = demonstration.marker(actor=system_user())
        make_foreign_customer()
        assert not demonstration.is_foreign()
        assert demonstration.marker(actor=system_user()) == mark
        assert AuditEntry.objects.filter(deed=demonstration.BEGUN).count() == 1

    def test_one_with_customers_of_somebody_else_is_refused_before_anything_is_done(
        self, tmp_path, monkeypatch, capsys
    ):
        make_foreign_customer()
        monkeypatch.setenv("CMDM_DATA", str(tmp_path))
        for options in ([], ["--reset"]):
            with pytest.raises(SystemExit):
                call_command("demo", "--prepare-only", *options)
            assert "no demonstration made" in capsys.readouterr().err
        assert Customer.objects.count() == 1 and not (tmp_path / "demo.json").exists()

    def test_two_on_one_folder_are_refused(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CMDM_DATA", str(tmp_path))
        with demo._alone(), pytest.raises(demo._Taken):
            with demo._alone():
                pass

    def test_a_taken_port_is_said_before_anything_starts(self):
        import socket

        with socket.socket() as busy:
            busy.bind(("127.0.0.1", 0))
            busy.listen()
            with pytest.raises(demo._Taken, match="--port"):
                demo._refuse_taken(busy.getsockname()[1])

    def test_the_web_server_listens_on_this_machine_only(self):
        web = dict(demo._processes(8123))["web"]
        assert [part for part in web if part.startswith("--bind")] == ["--bind=127.0.0.1:8123"]

    def test_what_opens_the_hub_is_for_its_owner_only(self, tmp_path):
        demo._write_private(tmp_path / "demo.json", "{}")
        assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print("begun", flush=True)
time.sleep(300)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('begun', flush=True); time.sleep(300)"
)


def left_of(group: int) -> list[int]:
    """Processes of the group that are there a moment later: a killed one takes its time to go."""
    limit = time.monotonic() + 5
    while (found := processes_of(group)) and time.monotonic() < limit:
        time.sleep(0.05)
    return found


def processes_of(group: int) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.Error):
            continue
    return found


def wait_for(words: str, child) -> None:
    limit = time.monotonic() + 30
    while words not in child.log.read_text():
        assert time.monotonic() < limit
        time.sleep(0.05)


class TestTogether:
    def commands(self, *programs):
        return [(f"part {number}", [sys.executable, "-c", program]) for number, program in enumerate(programs)]

    def test_at_the_end_no_process_of_any_group_is_left(self, tmp_path, monkeypatch):
        monkeypatch.setattr(supervision, "PATIENCE", 1.0)
        with supervision.together(self.commands(PARENT, STUBBORN), folder=tmp_path, logs=tmp_path / "logs") as children:
            for child in children:
                wait_for("begun", child)
            groups = [child.group for child in children]
            assert len(processes_of(groups[0])) == 2
        assert [left_of(group) for group in groups] == [[], []]

    def test_a_killed_parent_takes_its_children_with_it(self, tmp_path):
        with supervision.together(self.commands(PARENT), folder=tmp_path, logs=tmp_path / "logs") as children:
            wait_for("begun", children[0])
            os.kill(children[0].process.pid, signal.SIGKILL)
            with pytest.raises(supervision.Died):
                supervision.watch(children, threading.Event())
        assert left_of(children[0].group) == []

    def test_one_that_dies_is_told_with_its_last_words(self, tmp_path):
        dying = "print('no such port'); raise SystemExit(3)"
        with pytest.raises(supervision.Died, match=r"(?s)part 1 has ended .code 3.*no such port"):
            with supervision.together(self.commands(PARENT, dying), folder=tmp_path, logs=tmp_path / "l") as children:
                supervision.watch(children, threading.Event())

    def test_a_request_to_stop_is_heard_once_and_the_handlers_come_back(self, tmp_path):
        before = signal.getsignal(signal.SIGTERM)
        with supervision.told_to_stop() as stop:
            os.kill(os.getpid(), signal.SIGTERM)
            supervision.watch([], stop)
            assert stop.is_set()
        assert signal.getsignal(signal.SIGTERM) == before

    def test_logs_are_for_their_owner_only(self, tmp_path):
        with supervision.together(self.commands(PARENT), folder=tmp_path, logs=tmp_path / "logs") as children:
            assert children[0].log.stat().st_mode & 0o777 == 0o600
            assert isinstance(children[0].process, subprocess.Popen)

    def test_only_leaders_are_asked_to_end_so_that_they_can_end_theirs(self, tmp_path):
        asked = tmp_path / "asked"
        worker = (
            f"import signal, time; signal.signal(15, lambda *_: open({str(asked)!r}, 'w')); "
            "print('begun', flush=True); time.sleep(60)"
        )
        leader = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {worker!r}])"
        with supervision.together(self.commands(leader), folder=tmp_path, logs=tmp_path / "logs") as children:
            wait_for("begun", children[0])
        assert not asked.exists()
        assert left_of(children[0].group) == []
