"""The pages of consent for people of the house: what each shows, and to whom."""

import json
import re

import pytest
from django.urls import reverse

from cmdm import clock, crypto
from cmdm.actions import Refused
from cmdm.models import AuditEntry
from consent.actions import consents
from consent.models import ConsentEvent, Evidence, Guardianship
from consent.queries.permitted import permitted
from consent.rules.receipts import opened
from tests.consent.scene import WORDS, make_notice, make_purpose
from tests.consent.test_on_behalf import MAIL, Scene
from tests.support.people import make_domain, make_user
from tests.support.records import now, person, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    made = Scene()
    [made.event] = made.say(made.karl)
    made.say(made.nora, "refused")
    return made


def shown(client, user, name, *args, status=200, **query):
    client.force_login(user)
    answer = client.get(reverse(f"consent:{name}", args=args), query)
    assert answer.status_code == status
    return answer


def test_every_figure_leads_to_exactly_its_rows(client, scene):
    page = shown(client, scene.steward, "dashboard")
    found = page.context["found"]
    assert (found.whole.yes, found.whole.no) == (1, 1)
    for bar in (found.whole, *found.purposes, *found.channels, *found.sources, found.months[0], found.months[-1]):
        for answer in ("yes", "no"):
            rows = client.get(f"{reverse('consent:acts')}?{bar.urls[answer]}").context["rows"]
            assert len(rows) == getattr(bar, answer), (bar.label, answer)


def test_a_stranger_counts_and_reads_nothing_of_it(client, scene):
    stranger = make_user("lead", domain=make_domain())
    assert shown(client, stranger, "dashboard").context["found"].whole.total == 0
    assert shown(client, stranger, "acts").context["rows"] == []
    shown(client, stranger, "receipt", scene.event.pk, status=404)
    shown(client, stranger, "receipt_signed", scene.event.pk, status=404)
    shown(client, stranger, "customer", now(scene.karl).customer.key, status=404)
    shown(client, make_user("auditor", domain=scene.retail), "dashboard", status=403)


def test_a_receipt_is_signed_names_nobody_and_opens_with_the_published_keys(client, scene):
    assert MAIL[1]["value"] in shown(client, scene.steward, "receipt", scene.event.pk).text
    token = shown(client, scene.steward, "receipt_signed", scene.event.pk).text
    client.logout()
    published = client.get(reverse("consent:keys")).json()["keys"]
    keys = crypto.verifying_keys()
    assert [key["kid"] for key in published] == list(keys)
    said = opened(token, keys)
    assert said["dpv:hasConsentStatus"][-1]["@type"] == "dpv:ConsentGiven"
    assert said["dpv:hasNotice"][0]["hub:sha256"] == scene.notice.sha256
    assert not re.search(r"karl|lindqvist|@bergstrom", json.dumps(said), re.IGNORECASE)
    assert shown(client, scene.steward, "receipt_json", scene.event.pk).json() == said
    kantara = shown(client, scene.steward, "receipt_json", scene.event.pk, form="kantara").json()
    assert kantara["consentReceiptID"] == said["dpv:hasIdentifier"]


def test_the_queue_names_those_with_two_answers(client, scene):
    scene.merged()
    client.force_login(scene.steward)
    queue = client.get(reverse("stewardship:queue"))
    beside = {str(one.label): count for one, count in queue.context["beside"]}
    assert beside == {"Two answers": 1, "Told by customers": 0, "Customers to confirm": 0, "Missing values": 0}
    page = shown(client, scene.steward, "conflicts")
    assert "Put it to the customer" in page.text
    asked = client.post(reverse("consent:ask", args=[page.context["found"][0].customer.key, "news"]), {"back": "list"})
    assert asked["Location"] == reverse("consent:conflicts")
    page = shown(client, scene.steward, "customer", page.context["found"][0].customer.key)
    assert "Put it to the customer again" in page.text
    assert "put to the customer on" in page.text


def test_half_a_notice_is_neither_saved_nor_published(client):
    officer = make_user("privacy officer", domain=make_domain())
    draft = make_notice(make_purpose("news"), published=False)
    client.force_login(officer)
    address = reverse("consent:notice", args=[draft.pk])
    sent = {**WORDS, "purposes": ["news"], "text": " ", "title": "Changed", "publish": "1"}
    assert client.post(address, sent).status_code == 422
    draft.refresh_from_db()
    assert (draft.title, draft.state) == (WORDS["title"], "draft")
    assert client.post(address, {**sent, "text": "Words"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "published"
    assert client.post(address, sent).status_code == 403


def test_terms_by_country_are_read_and_written_back(client):
    officer = make_user("privacy officer", domain=make_domain())
    client.force_login(officer)
    rules = "DE: double opt-in email sms, minimum age 16\nUS-CA: basis opt_out"
    sent = {"key": "news", "label": "News", "kind": "opt_in", "channels": ["email"], "position": 10, "rules": rules}
    assert client.post(reverse("consent:purpose_new"), {**sent, "rules": "Germany: yes"}).status_code == 422
    assert client.post(reverse("consent:purpose_new"), {**sent, "rules": "US-XY: basis opt_out"}).status_code == 422
    spoken = {**sent, "rules": rules.replace("CA", "California"), "label_de": "Neuigkeiten"}
    assert client.post(reverse("consent:purpose_new"), spoken).status_code == 302
    page = client.get(reverse("consent:purpose", args=["news"]))
    assert page.context["form"]["rules"].value() == rules
    assert page.context["purpose"].translations["de"]["label"] == "Neuigkeiten"


class TestGuardians:
    def test_a_steward_names_one_who_agrees_for_the_child_and_ends_it(self, client, scene):
        child = stored(scene.karl.source, "3", person("Mia", "Berg", "2015-05-05", "mia@berg.example"))
        camp = make_purpose("camp", minimum_age=16)
        make_notice(camp)
        ward, parent = now(child).customer, now(scene.nora).customer
        said = {"purpose": camp, "whose": "guardian", "contact": ("email", {"value": "mia@berg.example"})}
        with pytest.raises(Refused):
            scene.say(child, **said)
        client.force_login(scene.steward)
        address = reverse("consent:guardian", args=[ward.key])
        fields = {"record": child.pk, "guardian": parent.number.lower(), "note": "Birth certificate, seen by SK."}
        for wrong in ({"guardian": "C-NOBODY"}, {"guardian": ward.number}, {"note": " "}, {"record": 1}):
            assert client.post(address, {**fields, **wrong}).status_code in (409, 422)
        assert client.post(address, fields).status_code == 302
        assert client.post(address, fields).status_code == 409, "named already"
        assert Evidence.objects.latest("pk").keyed_by == scene.steward
        scene.say(child, **said)
        assert permitted([ward], "camp", "email", clock.now())[ward.pk].allowed
        page = shown(client, scene.steward, "customer", ward.key).text
        assert parent.number in page and "guardian of this customer" in page
        ended = reverse("consent:guardian_end", args=[parent.key, Guardianship.objects.get().pk])
        client.force_login(make_user("reader", domain=scene.retail))
        assert client.post(ended).status_code == 403 == client.get(address).status_code
        client.force_login(scene.steward)
        assert client.post(ended).status_code == 302
        assert Guardianship.objects.get().ended_at
        with pytest.raises(Refused):
            scene.say(child, **said)


class TestEndingAnAct:
    def post(self, client, event, **fields):
        address = reverse("consent:void", args=[event.record.customer.key, event.pk])
        return client.post(address, fields).status_code

    def test_a_mistake_counts_for_nothing_and_a_consent_ends_with_a_reason(self, client, scene):
        client.force_login(scene.steward)
        mistake = ConsentEvent.objects.get(act="refused")
        assert self.post(client, mistake, deed="terminated", note="x") == 422, "a no is no consent that could end"
        assert self.post(client, mistake, deed="invalidated", note=" ") == 422
        assert self.post(client, mistake, deed="invalidated", note="Another caller.") == 302
        assert self.post(client, mistake, deed="invalidated", note="Another caller.") == 409
        assert self.post(client, scene.event, deed="terminated", note="The newsletter ends.") == 302
        assert AuditEntry.objects.get(deed="consent.terminated").actor == scene.steward
        customer = now(scene.karl).customer
        assert permitted([customer], "news", "email", clock.now())[customer.pk].why == "expired"
        page = client.get(reverse("consent:customer", args=[customer.key])).text
        assert reverse("consent:void", args=[customer.key, scene.event.pk]) in page

    def test_what_a_person_said_himself_is_not_declared_void(self, client, scene):
        actor = {"actor": scene.steward, "purpose": scene.purpose}
        [own] = consents.record([scene.nora], act="withdrawn", method="portal", **actor)
        client.force_login(scene.steward)
        assert (
            "Only he can say something else"
            in shown(client, scene.steward, "void", own.record.customer.key, own.pk).text
        )
        assert self.post(client, own, deed="invalidated", note="x") == 422
        client.force_login(make_user("reader", domain=scene.retail))
        assert self.post(client, scene.event, deed="invalidated", note="x") == 403
        assert not ConsentEvent.objects.filter(act="invalidated").exists()
