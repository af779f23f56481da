"""Exports for a use: who permits it when his line is written, with the addresses that his consent covers."""

import csv
import io

import pytest
from django.urls import reverse

from cmdm import events
from cmdm.actions.users import issue_token
from cmdm.models import AuditEntry, system_user
from customers.actions import export_files
from customers.actions.exports import export_customers
from customers.forms.exports import ExportForm
from customers.models import Customer
from tests.consent.portal import make_account, sign_in
from tests.consent.scene import make_notice
from tests.consent.test_recording import MAIL, Scene
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db):
    scene = Scene(key="newsletter")
    scene.grant()
    return scene


def rows(lines):
    return list(csv.DictReader(io.StringIO("".join(lines))))


def test_only_who_permits_the_use_leaves_and_only_with_that_address(scene):
    lines = export_customers(Customer.objects.all(), actor=scene.lead, purpose="system", use="newsletter/email")
    (row,) = rows(lines)
    assert (row["customer_number"], row["email"], row["phone"]) == (scene.karl.customer.number, MAIL, "")
    assert AuditEntry.objects.latest("pk").purpose == "system newsletter/email"


def test_a_file_obeys_a_withdrawal_made_before_its_page_is_written(scene):
    file = export_files.prepare({"use": "newsletter/email"}, actor=scene.lead, purpose="system")
    scene.deny()
    while file.finished_at is None:
        file = export_files.write_next(file, actor=scene.lead, hold=lambda: None)
    assert file.rows == 0
    assert rows([b"".join(export_files.fetch(file, actor=scene.lead)).decode()]) == []


def test_the_form_offers_what_is_in_use(scene):
    make_notice(scene.purpose, named_recipients=["mailhaus"])
    choices = [code for code, _label in ExportForm().fields["use"].choices]
    assert choices == ["", "newsletter/email", "newsletter/email/mailhaus"]


def test_who_takes_data_along_for_whom_stands_in_the_audit_log_and_with_the_person(scene, client):
    named = make_notice(scene.purpose, key=scene.notice.key, named_recipients=["mailhaus"])
    asked = {"actor": scene.lead, "purpose": "system", "use": "newsletter/email/mailhaus"}
    assert rows(export_customers(Customer.objects.all(), **asked)) == []
    scene.grant(notice=named)
    (row,) = rows(export_customers(Customer.objects.all(), **asked))
    assert row["email"] == MAIL
    entry = AuditEntry.objects.latest("pk")
    assert (entry.purpose, entry.counts["event"]) == ("system newsletter/email/mailhaus", events.position())
    for name, domain in (("Billing", scene.domain), ("Foreign", scene.other)):
        issue_token(user=make_user("consumer", domain=domain, name=name), actor=system_user())
    page = sign_in(client, make_account(scene.karl, address=MAIL)).get(reverse("my:history")).text
    assert f"Taken along for another of our systems: “{scene.purpose.label}”, for mailhaus" in page
    assert "Billing" in page
    assert "Foreign" not in page
