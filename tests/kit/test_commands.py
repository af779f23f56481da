"""The hub's commands: one sentence or JSON, refusals as sentences with exit code 1."""

import io
import json
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command

from cmdm import access, clock, events
from cmdm.actions import action
from cmdm.models import AuditEntry, Domain, IdempotencyKey, OutboxPending, User, system_user
from customers.models import Attribute
from matching.models import MatchModel
from tests.kit.making import make_domain, make_user
from tests.support import server


def run(*arguments) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


def refused(*arguments) -> str:
    said = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(*arguments, stdout=io.StringIO(), stderr=said)
    assert end.value.code == 1
    return said.getvalue()


@pytest.mark.django_db
class TestInstall:
    def test_the_template_has_the_hub_the_catalogue_and_the_models(self):
        assert system_user().username == "hub" and not system_user().has_usable_password()
        assert Attribute.objects.filter(name="given_name", searchable=True).exists()
        assert set(MatchModel.objects.in_force().values_list("party_type", flat=True)) == {
            "person",
            "organisation",
        }
        first = AuditEntry.objects.order_by("pk").first()
        assert (first.deed, first.actor, first.change) == ("hub.installed", system_user(), system_user().change)

    def test_a_second_run_changes_nothing_and_brings_back_what_is_missing(self):
        before = AuditEntry.objects.count()
        changed = Attribute.objects.get(name="given_name")
        Attribute.objects.filter(pk=changed.pk).update(label="Forename")
        run("install")
        assert AuditEntry.objects.count() == before
        assert Attribute.objects.get(pk=changed.pk).label == "Forename", "the business edits the catalogue"


@pytest.mark.django_db
class TestSettingUp:
    def test_from_nothing_to_somebody_who_may_set_up_the_rest(self, monkeypatch):
        run("domain", "retail", "Retail")
        monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
        run("user", "ada", "--display-name", "Ada")
        assert "now administrator" in run("grant", "ada", "retail", "administrator")
        ada = User.objects.get(username="ada")
        assert ada.check_password("correct horse battery") and ada.is_staff
        assert access.scope(ada, "grant") == {Domain.objects.get(key="retail").pk}
        assert AuditEntry.objects.latest("pk").origin == "command"

    def test_a_role_is_withdrawn(self):
        user = make_user("rita", make_domain(), "steward")
        run("grant", "rita", "north", "steward", "--withdraw")
        assert not access.scope(User.objects.get(pk=user.pk), "decide")

    def test_a_weak_password_is_refused_and_not_repeated(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
        said = refused("user", "ada")
        assert "password" in said and "hunter2" not in said
        assert not User.objects.filter(username="ada").exists()

    def test_a_token_is_printed_and_works(self, client):
        make_user("shop", make_domain(), "consumer", kind="consumer")
        told = json.loads(run("token", "shop", "--label", "till", "--days", "3", "--json"))
        left = datetime.fromisoformat(told["expires_at"]) - clock.now()
        assert timedelta(days=2, hours=23) < left <= timedelta(days=3)
        answer = client.get("/api/v1/schema/", headers={"Authorization": f"Bearer {told['token']}"})
        assert answer.status_code == 200

    def test_what_no_form_would_take_is_refused_in_a_sentence(self, tmp_path):
        make_user("shop", make_domain(), "consumer", kind="consumer")
        for days in ("0", "-3", "99999999999"):
            assert "from 1 to 36,500" in refused("token", "shop", "--days", days)
        assert refused("token", "shop", "--label", "x" * 81).startswith("label: ")
        assert refused("domain", "Two words", "Name").startswith("key: ")
        assert refused("user", "till no. 3!", "--consumer", "--email", "nowhere").startswith("username: ")
        (tmp_path / "file").touch()
        assert "cannot be read or written" in refused("seed", "9", str(tmp_path / "file"))

    def test_who_acts_is_named_and_judged(self):
        make_user("rita", make_domain(), "reader")
        assert "right to do this" in refused("grant", "rita", "north", "lead", "--as", "rita")
        assert "no active user" in refused("grant", "rita", "north", "lead", "--as", "nobody")

    def test_refusals_are_sentences_or_json(self):
        make_domain()
        assert refused("domain", "north", "Again") == "There is a domain with this key already.\n"
        said = json.loads(refused("domain", "north", "Again", "--json"))
        assert said == {"detail": "There is a domain with this key already.", "code": "refused"}


@action
def _say(*, actor):
    events.emit("test.nobody_listens")


@pytest.mark.django_db
class TestRelayOnce:
    def test_it_hands_on_all_events_and_ends(self):
        events.dispatch()
        for _ in range(3):
            _say(actor=system_user())
        assert json.loads(run("relay", "--once", "--json")) == {"dispatched": 3}
        assert not OutboxPending.objects.exists()

    def test_it_removes_what_has_expired_and_nothing_else(self):
        def keep(key, age):
            at = clock.now() - age
            IdempotencyKey.objects.create(client=system_user(), key=key, request=b"x" * 32, created_at=at)

        keep("old", timedelta(hours=25))
        keep("new", timedelta(hours=23))
        for name, left in (("over", -1), ("runs", 1)):
            Session.objects.create(session_key=name, session_data="", expire_date=clock.now() + timedelta(hours=left))
        run("relay", "--once")
        assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]
        assert [row.session_key for row in Session.objects.all()] == ["runs"]
        assert AuditEntry.objects.get(deed="expired.removed").counts == {"answers": 1, "sessions": 1}


@pytest.mark.race
class TestProcesses:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_the_relay_runs_until_it_is_told_to_stop(self, committing, number):
        relay = subprocess.Popen(
            [sys.executable, "manage.py", "relay", "--json"],
            cwd=server.PROJECT,
            env=committing.environment() | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        make_domain()
        _say(actor=system_user())
        limit = time.monotonic() + 60
        while OutboxPending.objects.exists() and time.monotonic() < limit:
            time.sleep(0.1)
        relay.send_signal(number)
        out, err = relay.communicate(timeout=20)
        assert relay.returncode == 0, err
        assert json.loads(out)["dispatched"] >= 1

    def test_keys_are_printed_without_any_key_or_database(self, tmp_path):
        done = subprocess.run(
            [sys.executable, "manage.py", "keys"],
            cwd=server.PROJECT,
            env={"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert [line.split("=")[0] for line in done.stdout.split()] == [
            "CMDM_SECRET_KEY",
            "CMDM_SEALING_KEYS",
            "CMDM_DIGEST_KEY",
            "CMDM_SIGNING_KEYS",
        ]

    def test_a_start_with_a_database_and_no_keys_is_refused_in_a_sentence(self):
        done = subprocess.run(
            [sys.executable, "manage.py", "check"],
            cwd=server.PROJECT,
            env={"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.startswith("Set CMDM_SECRET_KEY") and "Traceback" not in done.stderr
