"""What other people's pages and words could do to who is signed in: post in his name, run in his browser."""

import uuid

import pytest
from django.test import Client

from cmdm.models import AuditEntry
from consent.models import Proposal
from consent.portal_urls import urlpatterns
from tests.stewardship.scene import ask, task_of
from tests.support.people import make_user
from tests.support.records import person, stored

MAIL = "ines@mail.example"
EVIL = "https://evil.example"
SAMPLES = {"<slug:token>": "x", "<slug:attribute>": "birth_date", "<slug:key>": "x", "<slug:kind>": "access"}
SAMPLES |= dict.fromkeys(("<uuid:pk>", "<uuid:group>"), str(uuid.UUID(int=7)))
MARK = "qz7"
HOSTILE = f'"><svg/onload={MARK}()><img src=x onerror={MARK}()>'


def places():
    found = []
    for pattern in urlpatterns:
        path = f"/my/{pattern.pattern}"
        for part, sample in SAMPLES.items():
            path = path.replace(part, sample)
        found.append(path)
    return found


@pytest.fixture
def ines(crm, visitor):
    """Ines, signed in, in a browser that checks where a form comes from."""
    said = {**person("Ines", "Prado", "1991-03-04"), "email": [{"value": MAIL, "verified": True}]}
    stored(crm, "1", said)
    visitor.sign_in(MAIL)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = visitor.client.cookies
    assert browser.get("/my/data/").status_code == 200
    return browser


def test_a_form_of_another_page_is_refused_everywhere(ines):
    own = {"csrfmiddlewaretoken": ines.cookies["csrf"].value}
    before = AuditEntry.objects.count()
    refused = {path: ines.post(path, own, headers={"Origin": EVIL}).status_code for path in places()}
    assert refused == dict.fromkeys(places(), 403)
    for sent, more in (
        ({}, {}),
        ({"csrfmiddlewaretoken": "x" * 64}, {}),
        (own, {"headers": {"Origin": "null"}}),
        (own, {"headers": {"Referer": f"{EVIL}/page"}, "secure": True}),
        (own, {"secure": True}),
    ):
        assert ines.post("/my/consents/stop/", sent, **more).status_code == 403, (sent, more)
    assert AuditEntry.objects.count() == before, "nothing was done"
    own_page = ines.post("/my/consents/stop/", own, headers={"Origin": "http://testserver"})
    assert own_page.status_code == 302


def test_looking_changes_nothing(ines):
    before = AuditEntry.objects.count()
    for path in places():
        assert ines.get(path, headers={"Sec-GPC": "0"}).status_code in (200, 302, 404, 405), path
    assert AuditEntry.objects.count() == before


def test_what_somebody_writes_is_shown_and_never_run(crm, shop, visitor, client):
    said = {
        **person(f"Ada {HOSTILE}", f"Byron {HOSTILE}", "1991-03-04"),
        "email": [{"value": MAIL, "verified": True}],
        "address": [{"line1": HOSTILE, "city": HOSTILE, "region": HOSTILE, "country": "ES"}],
    }
    record = stored(crm, "1", said)
    crm.name = f"CRM {HOSTILE}"
    crm.save(update_fields=["name"])
    visitor.sign_in(MAIL)
    visitor.post("/my/data/name/", given_name=HOSTILE, family_name=HOSTILE, place="0")
    pages = [visitor.text(path) for path in ("/my/data/", "/my/history/", "/my/not-me/", "/my/data/address/?place=0")]
    visitor.post("/my/not-me/", records=[str(record.pk)], note=HOSTILE)
    other = stored(shop, "2", person(f"Uwe {HOSTILE}", "Zorn", "1950-01-05"))
    task = task_of(ask(record, other))
    officer = make_user("privacy officer", domain=crm.domain)
    client.force_login(officer)
    key = record.customer.key
    staff = ["/consent/proposals/", f"/customers/{key}/", f"/customers/{key}/consents/", "/consent/"]
    pages += [client.get(path).content.decode() for path in staff]
    client.force_login(make_user("steward", domain=crm.domain))
    pages += [client.get(path).content.decode() for path in ("/review/", f"/review/{task.pk}/")]
    assert Proposal.objects.exists() and sum(MARK in page for page in pages) >= 8, "it was shown"
    for page in pages:
        assert "<svg/onload" not in page and "<img src=x" not in page
