"""Proof files: asked for, written, verified without the hub, fetched by who asked, for a day."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import clock, crypto, jobs
from cmdm.actions import Refused
from cmdm.actions.domains import withdraw_role
from cmdm.models import AuditEntry, system_user
from consent.actions import proof
from consent.models import ProofChunk, ProofFile
from tests.consent.test_on_behalf import MAIL, Scene
from tests.support.people import make_domain, make_user
from tests.support.records import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    made = Scene()
    made.say(made.karl, method="paper", note="Form 7, cabinet 4", scan=b"%PDF-1.4")
    made.say(made.nora, "refused")
    return made


def ask(scene, **more):
    said = {"actor": scene.officer, "reason": "authority", "customer": now(scene.karl).customer}
    return proof.prepare(**{**said, **more})


def written(file):
    jobs.run(str(file.job_id))
    file.refresh_from_db()
    return file


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.removeprefix("proof/"): archive.read(name) for name in archive.namelist()}


def test_the_proof_of_a_customer_holds_and_is_his_alone(scene, tmp_path):
    content = proof.fetch(written(ask(scene)), actor=scene.officer)
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    done = subprocess.run([sys.executable, "-I", tmp_path / "proof" / "verify.py"], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("The proof holds.\n", "")

    files = opened(content)
    [event] = json.loads(files["events.json"])
    assert (event["act"], event["contact"], event["notice"]) == ("granted", MAIL[1]["value"], scene.notice.sha256)
    assert json.loads(files[f"notices/{scene.notice.sha256}.json"])["text"] == scene.notice.text
    assert json.loads(files["evidence.json"])[0]["note"] == "Form 7, cabinet 4"
    assert [content for name, content in files.items() if name.startswith("evidence/")] == [b"%PDF-1.4"]
    assert json.loads(files["about.json"])["customer"] == now(scene.karl).customer.number
    assert json.loads(files["audit.json"])


def test_it_lies_sealed_and_each_step_is_noted(scene):
    file = written(ask(scene))
    proof.fetch(file, actor=scene.officer)
    assert b"PK" not in bytes(ProofChunk.objects.get().sealed)[:40]
    assert MAIL[1]["value"].encode() not in bytes(ProofChunk.objects.get().sealed)
    deeds = AuditEntry.objects.filter(deed__startswith="proof.").order_by("pk")
    assert [(one.deed, one.purpose) for one in deeds] == [
        ("proof.asked", "authority"),
        ("proof.written", "authority"),
        ("proof.exported", "authority"),
    ]
    assert deeds.last().counts == {"events": 1}


def test_a_sample_of_a_purpose_draws_records_and_can_be_drawn_again(scene):
    file = written(ask(scene, customer=None, purpose=scene.purpose, sample=1))
    again = proof.events_of(file, scene.officer)
    assert (file.events, len({event.record_id for event in again})) == (1, 1)
    assert ProofFile.objects.get(pk=file.pk).events == len(again)


def test_without_reveal_addresses_are_masked_and_notes_left_out(scene):
    owner = make_user("data owner", domain=scene.retail)
    files = opened(proof.fetch(written(ask(scene, actor=owner)), actor=owner))
    assert MAIL[1]["value"] not in files["events.json"].decode()
    assert "cabinet" not in files["evidence.json"].decode()
    assert not [name for name in files if name.startswith("evidence/")]


def test_who_may_not_export_gets_none_nor_somebody_without_a_reason(scene):
    with pytest.raises(PermissionDenied):
        ask(scene, actor=scene.steward)
    with pytest.raises(PermissionDenied):
        ask(scene, actor=make_user("lead", domain=make_domain()))
    with pytest.raises(Refused):
        ask(scene, reason="curiosity")


def test_a_file_is_for_who_asked_while_he_may_and_for_a_day(scene):
    file = ask(scene)
    with pytest.raises(Refused):
        proof.fetch(file, actor=scene.officer)
    with pytest.raises(Refused):
        ask(scene)
    written(file)
    with pytest.raises(PermissionDenied):
        proof.fetch(file, actor=make_user("privacy officer", domain=scene.retail))
    with clock.at(clock.now() + timedelta(hours=25)):
        with pytest.raises(Refused):
            proof.fetch(file, actor=scene.officer)
        assert proof.remove_expired(actor=system_user()) == 1
    second = written(ask(scene))
    withdraw_role(actor=system_user(), user=scene.officer, domain=scene.retail, role="privacy officer")
    with pytest.raises(PermissionDenied):
        proof.fetch(second, actor=scene.officer)


def test_a_right_withdrawn_before_it_was_written_ends_it(scene):
    file = ask(scene)
    withdraw_role(actor=system_user(), user=scene.officer, domain=scene.retail, role="privacy officer")
    written(file)
    file.job.refresh_from_db()
    assert (file.finished_at, file.job.state) == (None, "failed")
    assert crypto.signing_key() not in file.job.error
