"""Signing in by a code: nobody learns who is known, nobody guesses, and one browser is not another."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmdm import clock
from cmdm.models import AuditEntry, Job, portal_user
from consent.actions import portal_accounts, portal_codes
from consent.models import PortalAccount, PortalCode
from tests.portal.visitor import Visitor, code_in, mails_to, post_mails
from tests.support.people import PASSWORD, make_user
from tests.support.records import person, stored

MAIL = "mona@sahlin.example"
MONA = {**person("Mona", "Sahlin", "1957-03-09"), "email": [{"value": MAIL, "verified": True}]}


@pytest.fixture
def mona(crm):
    return stored(crm, "4711", MONA)


def later(monkeypatch, **passed):
    at = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: at)


class TestTheWayIn:
    def test_the_code_in_the_mailbox_opens_the_own_record(self, visitor, mona):
        assert visitor.ask(MAIL).url == "/my/code/"
        assert not visitor.is_in
        answer = visitor.post("/my/code/", code=code_in(MAIL))
        assert answer.url == "/my/" and visitor.is_in
        account = PortalAccount.objects.get()
        assert list(account.anchors.values_list("record", "how")) == [(mona.pk, "verified")]
        assert AuditEntry.objects.filter(deed="portal.signed_in", actor=portal_user()).count() == 1

    def test_the_code_lies_nowhere_but_in_the_mail(self, visitor, mona):
        visitor.ask(MAIL)
        code = code_in(MAIL)
        with connection.cursor() as cursor:
            cursor.execute("SELECT c::text, j::text FROM consent_portalcode c, cmdm_job j WHERE j.name = 'portal.code'")
            row, job = cursor.fetchone()
        assert code not in row and code not in job and MAIL not in row + job

    def test_the_mail_is_plain_and_short(self, visitor, mona, settings):
        visitor.ask(MAIL)
        [sent] = mails_to(MAIL)
        assert settings.PORTAL_NAME in sent.subject and "\n" not in sent.subject
        assert "10 minutes" in sent.body and "http" not in sent.body
        assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


class TestNobodyLearnsWhoIsKnown:
    def seen(self, address):
        browser = Client()
        browser.get("/my/sign-in/")
        with CaptureQueriesContext(connection) as queries:
            first = browser.post("/my/sign-in/", {"address": address})
        asked = len(queries)  # counted at once: the next request empties what was captured
        second = browser.get("/my/code/")
        with CaptureQueriesContext(connection) as wrong:
            third = browser.post("/my/code/", {"code": "000000"})
        bodies = [answer.content.decode().replace(_token(answer), "") for answer in (first, second, third)]
        jobs = list(Job.objects.filter(name="portal.code").values_list("state", "result", "error", "total"))
        headers = [sorted(set(answer.headers) - {"Content-Length"}) for answer in (first, second, third)]
        codes = [first.status_code, second.status_code, third.status_code]
        return codes, first.url, bodies, headers, asked, len(wrong), jobs[-1:]

    def test_known_and_unknown_addresses_cannot_be_told_apart(self, mona):
        self.seen("warm@up.example")
        known, unknown = self.seen(MAIL), self.seen("nobody@nowhere.example")
        assert known == unknown
        post_mails()
        assert mails_to(MAIL) and not mails_to("nobody@nowhere.example")
        assert self.seen(MAIL) == self.seen("nobody@nowhere.example"), "nor once the mails are out"
        assert all(row == {} for row in Job.objects.filter(name="portal.code").values_list("result", flat=True))

    def test_what_is_no_address_is_refused_without_a_code(self, visitor):
        for broken in ("mona", "a@b@c.example", "mona@sahlin.example\nBcc: all@others.example", ""):
            assert visitor.post("/my/sign-in/", address=broken).status_code == 422
        assert not PortalCode.objects.exists()


def _token(answer) -> str:
    found = answer.content.decode().partition('name="csrfmiddlewaretoken" value="')[2]
    return found.partition('"')[0] or "no token"


class TestGuessing:
    def test_five_tries_are_looked_at_and_then_the_right_one_is_too_late(self, visitor, mona):
        visitor.ask(MAIL)
        right = code_in(MAIL)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        answers = [visitor.post("/my/code/", code=wrong).status_code for _ in range(5)]
        assert answers == [422] * 5
        assert visitor.post("/my/code/", code=right).status_code == 422
        assert PortalCode.objects.get().tries == 5 and not visitor.is_in

    def test_the_fifth_try_still_counts(self, visitor, mona):
        visitor.ask(MAIL)
        for _ in range(4):
            visitor.post("/my/code/", code="1")
        assert visitor.post("/my/code/", code=code_in(MAIL)).status_code == 302
        assert visitor.is_in

    def test_ten_codes_a_day_go_to_an_address_and_the_answer_stays_the_same(self, mona, monkeypatch):
        answers = {(answer := Visitor(REMOTE_ADDR=f"10.0.0.{n}").ask(MAIL)).status_code: answer.url for n in range(12)}
        assert answers == {302: "/my/code/"}
        assert len(mails_to(MAIL)) == 10 == PortalCode.objects.count()
        later(monkeypatch, hours=25)
        Visitor().ask(MAIL)
        assert len(mails_to(MAIL)) == 11

    def test_one_place_floods_nobody(self, visitor, monkeypatch):
        monkeypatch.setattr(portal_codes, "CODES_A_SENDER", 3)
        answers = [visitor.post("/my/sign-in/", address=f"somebody{n}@flood.example").status_code for n in range(5)]
        assert answers == [302] * 5
        assert PortalCode.objects.count() == 3 == Job.objects.filter(name="portal.code").count()


class TestACode:
    def test_works_once(self, visitor, mona):
        visitor.ask(MAIL)
        code, pk = code_in(MAIL), PortalCode.objects.get().pk
        visitor.post("/my/code/", code=code)
        other = visitor.client.session["portal"]
        assert visitor.post("/my/code/", code=code).url == "/my/sign-in/"
        row = PortalCode.objects.get(pk=pk)
        assert row.used_at and other["account"]
        assert portal_codes.check(pk, actor=portal_user(), browser="any", typed=code) is None

    def test_works_in_the_browser_that_asked_only(self, visitor, mona):
        visitor.ask(MAIL)
        code, pk = code_in(MAIL), PortalCode.objects.get().pk
        stranger = Visitor()
        assert stranger.post("/my/code/", code=code).url == "/my/sign-in/"
        stranger.ask("other@mail.example")
        session = stranger.client.session
        session["portal_code"] = {**session["portal_code"], "code": pk}
        session.save()
        assert stranger.post("/my/code/", code=code).status_code == 422
        assert not stranger.is_in
        visitor.post("/my/code/", code=code)
        assert visitor.is_in

    def test_a_code_for_another_address_opens_nothing(self, visitor, mona, crm):
        stored(crm, "4712", {**person("Nils", "Holm", "1960-01-01"), "email": [{"value": "n@holm.example"}]})
        visitor.ask(MAIL)
        other = Visitor()
        other.ask("n@holm.example")
        assert other.post("/my/code/", code=code_in(MAIL)).status_code in (422, 302)
        assert not other.is_in

    def test_a_newer_code_replaces_it(self, visitor, mona):
        visitor.ask(MAIL)
        old, typed = PortalCode.objects.get(), code_in(MAIL)
        visitor.ask(MAIL)
        browser = visitor.client.session["portal_browser"]
        assert portal_codes.check(old.pk, actor=portal_user(), browser=browser, typed=typed) is None
        assert visitor.post("/my/code/", code=code_in(MAIL)).status_code == 302

    def test_it_dies_after_ten_minutes(self, visitor, mona, monkeypatch):
        visitor.ask(MAIL)
        later(monkeypatch, minutes=10, seconds=1)
        assert visitor.post("/my/code/", code=code_in(MAIL)).status_code == 422

    def test_it_is_removed_after_two_days(self, visitor, mona, monkeypatch):
        visitor.ask(MAIL)
        assert portal_codes.remove_old_codes(actor=portal_user()) == 0
        later(monkeypatch, days=3)
        assert portal_codes.remove_old_codes(actor=portal_user()) == 1


class TestSessions:
    def test_signing_in_gives_the_session_a_new_name_and_nothing_of_the_old_one(self, visitor, mona):
        visitor.get("/my/sign-in/")
        visitor.ask(MAIL)
        session = visitor.client.session
        session["planted"] = 1
        session.save()
        before = session.session_key
        visitor.post("/my/code/", code=code_in(MAIL))
        assert visitor.client.session.session_key != before and "planted" not in visitor.client.session
        visitor.client.cookies["session"] = before
        assert not visitor.is_in

    def test_so_does_proving_again(self, visitor, mona):
        visitor.sign_in(MAIL)
        before = visitor.client.session.session_key
        visitor.post("/my/again/", next="/my/addresses/add/")
        post_mails()
        assert visitor.post("/my/code/", code=code_in(MAIL)).url == "/my/addresses/add/"
        assert visitor.client.session.session_key != before and visitor.is_in
        visitor.client.cookies["session"] = before
        assert not visitor.is_in

    def test_half_an_hour_without_a_request_ends_it(self, visitor, mona):
        visitor.sign_in(MAIL)
        session = visitor.client.session
        session["portal"] = {**session["portal"], "seen": session["portal"]["seen"] - 1_801}
        session.save()
        assert not visitor.is_in

    def test_signing_out_ends_it_and_clears_what_the_browser_kept(self, visitor, mona):
        visitor.sign_in(MAIL)
        assert visitor.get("/my/sign-out/").status_code == 405
        kept = visitor.client.session.session_key
        answer = visitor.post("/my/sign-out/")
        assert '"cache"' in answer["Clear-Site-Data"]
        visitor.client.cookies["session"] = kept
        assert not visitor.is_in

    def test_everywhere_means_every_browser_at_once(self, visitor, mona):
        other = Visitor()
        for one in (visitor, other):
            one.sign_in(MAIL)
            assert one.is_in
        visitor.post("/my/sign-out-everywhere/")
        assert not visitor.is_in and not other.is_in

    def test_a_closed_account_is_out_at_once_and_stays_out(self, visitor, mona):
        visitor.sign_in(MAIL)
        account = PortalAccount.objects.get()
        portal_accounts.close(account, actor=portal_user())
        assert not visitor.is_in
        assert not account.anchors.filter(ended_at__isnull=True).exists()

    def test_it_is_no_session_of_staff_and_the_other_way_round(self, visitor, mona):
        visitor.sign_in(MAIL)
        for path in ("/", "/customers/", "/review/", "/audit/", "/admin/"):
            assert visitor.get(path).status_code == 302
        assert visitor.get("/api/v1/customers/").status_code in (401, 403)
        user = make_user("steward", name="stella")
        visitor.post("/sign-in/", username=user.username, password=PASSWORD)
        assert visitor.get("/password/").status_code == 200
        assert not visitor.is_in, "who is signed in as staff is no customer here"
        visitor.sign_in(MAIL)
        assert visitor.is_in and visitor.get("/password/").status_code == 302

    def test_pages_are_not_kept_and_cannot_be_framed(self, visitor, mona):
        visitor.sign_in(MAIL)
        for path in ("/my/sign-in/", "/my/addresses/add/"):
            answer = visitor.get(path)
            assert "no-store" in answer["Cache-Control"]
            assert "frame-ancestors 'none'" in answer["Content-Security-Policy"] and answer["X-Frame-Options"] == "DENY"
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "/customers/" not in answer.content.decode(), "nothing of the stewards' pages"

    def test_no_address_outside_is_gone_to_afterwards(self, visitor, mona):
        visitor.post("/my/sign-in/", address=MAIL, next="https://evil.example/my/")
        post_mails()
        assert visitor.post("/my/code/", code=code_in(MAIL)).url == "/my/"

    def test_a_form_of_another_session_is_refused(self, mona):
        strict = Client(enforce_csrf_checks=True)
        assert strict.post("/my/sign-in/", {"address": MAIL}).status_code == 403
        assert not mail.outbox
