"""Two answers of one customer: he is asked by mail, a code leads him to the question, and only he settles it."""

import re

import pytest

from cmdm.actions import Refused
from cmdm.models import portal_user, system_user
from consent.actions import consents, contacts, evidence
from consent.actions.on_behalf import ask_customer
from consent.models import ConsentEvent
from consent.queries.conflicts import conflicts
from matching.actions import ledger
from tests.consent.scene import make_notice, make_purpose
from tests.portal.visitor import Visitor, mails_to, post_mails
from tests.support.people import make_user
from tests.support.records import now, person, seen, stored

MAIL, OTHER = "ida@falk.example", "elsewhere@falk.example"
WHERE = "we hold a no from elsewhere"


class Asked:
    """Ida agreed at one record, another one of hers says no; a steward asks her which is right."""

    def __init__(self, crm, shop):
        self.ida = stored(
            crm, "1", {**person("Ida", "Falk", "1988-12-24"), "email": [{"value": MAIL, "verified": True}]}
        )
        self.other = stored(shop, "2", person("Ilse", "Berg", "1951-01-02", OTHER))
        self.purpose = make_purpose("news")
        make_notice(self.purpose)
        contact = contacts.contact_point("email", MAIL, actor=portal_user())
        proof = evidence.keep(actor=portal_user(), kind="session")
        said = {"actor": portal_user(), "purpose": self.purpose, "method": "portal", "evidence": proof}
        consents.record([self.ida], act="granted", proved=[self.ida], channel="email", contact=contact, **said)
        consents.record([self.other], act="refused", proved=[self.other], **said)
        pair = [now(self.ida).customer, now(self.other).customer]
        self.merged = ledger.merge(pair, actor=system_user(), seen=seen(*pair))
        self.steward = make_user("steward", domain=self.ida.domain)

    def ask(self):
        ask_customer(now(self.ida).customer, actor=self.steward, purpose=self.purpose)
        post_mails()

    def link(self):
        found = (re.search(r"http\S+(/my/which/\S+)", mail.body) for mail in mails_to(MAIL))
        return next(one[1] for one in found if one)


@pytest.fixture
def asked(crm, shop):
    return Asked(crm, shop)


def test_the_mail_leads_to_the_question_by_a_code_alone_and_tells_nobody_what_was_said(asked, visitor):
    asked.ask()
    assert mails_to(OTHER) == [], "a no from a record that perhaps is a stranger's brings him no mail"
    [mail] = mails_to(MAIL)
    assert "News" in mail.body and "refused" not in mail.body and "Ilse" not in mail.body
    assert visitor.get(asked.link()).status_code == 200
    assert ConsentEvent.objects.count() == 2, "opening the link is no answer"
    assert visitor.post(asked.link()).url == "/my/code/"
    post_mails()
    code = re.search(r"\b(\d{6})\b", mails_to(MAIL)[-1].body)[1]
    assert visitor.post("/my/code/", code=code).url == "/my/consents/#ask"
    page = visitor.text("/my/consents/")
    assert "Which answer is right?" in page and WHERE in page and OTHER not in page
    assert visitor.get(asked.link()).url == "/my/consents/#ask", "signed in already"


def test_her_answer_is_hers_and_she_is_not_asked_again(asked, visitor):
    asked.ask()
    visitor.sign_in(MAIL)
    ref = re.search(r'name="ref" value="([^"]+)"', visitor.text("/my/consents/"))[1]
    assert visitor.post("/my/consents/answer/", purpose="news", ref=ref, answer="no").status_code == 302
    assert WHERE not in visitor.text("/my/consents/")
    assert conflicts(asked.steward) == ([], None), "both say no now"


def test_nothing_is_asked_before_a_steward_asks_and_not_twice_a_day(asked, visitor, monkeypatch):
    visitor.sign_in(MAIL)
    assert WHERE not in visitor.text("/my/consents/")
    asked.ask()
    with pytest.raises(Refused):
        asked.ask()
    [[one], _following] = conflicts(asked.steward)
    assert one.rows[0].asked.actor == asked.steward
    visitor.later(monkeypatch, days=1, minutes=1)
    asked.ask()


def test_a_forged_link_asks_for_no_code(asked, visitor):
    asked.ask()
    assert Visitor().post(asked.link()[:-4] + "AAA/").status_code == 404
