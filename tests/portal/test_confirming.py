"""The second step of a double opt-in: the address itself answers, and the mail advertises nothing."""

import re

import pytest
from django.test import Client

from cmdm import events
from cmdm.models import portal_user
from consent.actions import consents, contacts, evidence
from consent.models import ConsentEvent
from tests.consent.scene import make_notice, make_purpose
from tests.portal.visitor import mails_to, post_mails
from tests.support.people import make_user
from tests.support.records import person, stored

MAIL = "ida@falk.example"


@pytest.fixture(params=["portal", "api"])
def link(crm, request):
    """Ida said yes where a confirmation is asked for; the link in her mail."""
    record = stored(crm, "1", person("Ida", "Falk", "1988-12-24", MAIL))
    purpose = make_purpose("news", rules={"*": {"double_opt_in": ["email"]}})
    make_notice(purpose, text="Prices that nobody beats!")
    actor = portal_user()
    contact = contacts.contact_point("email", MAIL, actor=actor)
    proof = evidence.keep(actor=actor, kind="session")
    said = {"channel": "email", "contact": contact, "act": "granted", "method": request.param, "evidence": proof}
    sender = make_user("data owner", domain=crm.domain) if request.param == "api" else actor
    consents.record([record], actor=sender, purpose=purpose, proved=[record], **said)
    assert ConsentEvent.objects.get().act == "requested"
    while events.dispatch():
        pass
    post_mails()
    [sent] = mails_to(MAIL)
    assert "Prices" not in sent.body and "News" in sent.body
    return re.search(r"http\S+(/my/agree/\S+)", sent.body)[1]


def test_only_a_press_behind_the_link_makes_it_a_consent(link):
    reader = Client()
    assert "Prices that nobody beats!" in reader.get(link).content.decode()
    assert ConsentEvent.objects.count() == 1, "opening the link is no answer"
    assert reader.post(link).status_code == 200
    event = ConsentEvent.objects.get(act="confirmed")
    assert event.method == "link", "it is the address that answers, whoever sent the first step"
    assert event.evidence.kind == "link" and event.evidence.proof["contact"] == event.contact_id
    reader.post(link)
    assert ConsentEvent.objects.filter(act="confirmed").count() == 1


def test_a_forged_link_confirms_nothing(link, client):
    assert client.post(link[:-4] + "AAA/").status_code == 404
    assert not ConsentEvent.objects.filter(act="confirmed").exists()
