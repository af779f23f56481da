"""The portal's pages behind the sign-in, as its server answers them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmdm import clock, jobs
from cmdm.models import AuditEntry, Job, OutboxEvent, system_user
from consent.actions import consents, expiring, proposals, telling
from consent.actions.on_behalf import ask_customer
from consent.models import ConsentEvent, PortalAnchor, Proposal, SubjectRequest
from consent.queries.portal_consents import topics
from consent.queries.portal_data import holdings
from consent.queries.portal_words import day_in_words
from customers.sealing import open_values
from matching.actions import ledger
from tests.consent.people import MAIL, make_karl
from tests.consent.portal import make_account, sign_in
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain
from tests.support.records import make_source, now, seen, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def karl():
    return make_karl(make_domain("shop-of-karl"))


@pytest.fixture
def account(karl):
    return make_account(karl, address=MAIL)


@pytest.fixture
def his(client, account):
    return sign_in(client, account)


@pytest.fixture
def offers():
    purpose = make_purpose("offers", label="Offers", channels=["email", "phone"], description="News and prices.")
    return purpose, make_notice(purpose, key="offers")


@pytest.mark.parametrize("name", ["data", "consents", "requests", "history", "receipts", "account", "not_me"])
def test_a_page_is_shown_to_its_person_and_to_nobody_else(his, client, name, offers):
    address = reverse(f"my:{name}")
    answer = his.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    client.cookies.clear()
    assert client.get(address).status_code == 302


def test_choices_stand_in_their_own_order_and_not_in_that_of_the_database(his):
    words = his.get(reverse("my:consents")).content.decode()
    assert words.index(">Weekly<") < words.index(">Monthly<") < words.index(">Yearly<")


@pytest.mark.parametrize(
    ("name", "most"), [("data", 14), ("consents", 16), ("requests", 6), ("history", 17), ("receipts", 6)]
)
def test_a_page_asks_as_much_for_one_record_as_for_many(client, karl, offers, name, most):
    """Two proved records, one of them with a correction, and three acts."""
    desk = make_source(karl.domain)
    other = stored(desk, "9", {"given_name": "Carl", "family_name": "Overlander", "birth_date": "1958-04-20"})
    visitor = sign_in(client, make_account(karl, other, address=MAIL))
    telling.tell(other, actor=system_user(), attribute="language", value="de")
    visitor.get(reverse("my:consents"))
    for answer in ("yes", "no", "yes"):
        topic = topics([karl.pk, other.pk], holdings([karl.pk, other.pk]))[0]
        visitor.post(reverse("my:answer"), said(offers[1], topic.switches[0], answer))
    visitor.get(reverse(f"my:{name}"))
    with CaptureQueriesContext(connection) as asked:
        assert visitor.get(reverse(f"my:{name}")).status_code == 200
    assert len(asked) == most


class TestMyData:
    def test_a_preference_counts_at_once(self, his, karl):
        answer = his.post(reverse("my:prefer"), {"language": "de", "contact_frequency": "monthly"})
        assert answer.status_code == 302
        assert now(karl).customer.values["language"] == "de"
        assert now(karl).customer.values["contact_frequency"] == "monthly"

    def test_a_birth_date_waits_for_a_steward(self, his, karl, account):
        row = holdings([karl.pk]).rows("birth_date")[0]
        said = {"birth_date": "1985-11-03", "place": "0", "seen": row.seen}
        for nobodys in ("2099-01-01", "1600-01-01"):
            never = {**said, "birth_date": nobodys}
            assert his.post(reverse("my:correct", args=["birth_date"]), never).status_code == 422
        assert his.post(reverse("my:correct", args=["birth_date"]), said).status_code == 302

        [waiting] = Proposal.objects.open()
        assert (waiting.attributes, waiting.records) == (["birth_date"], [karl.pk])
        assert b"1985" not in bytes(waiting.sealed)
        assert now(karl).customer.values["birth_date"] == "1985-11-02"
        assert b"3 November 1985" in his.get(reverse("my:data")).content

        proposals.accept(waiting, actor=system_user())
        assert now(karl).customer.values["birth_date"] == "1985-11-03"

    def test_a_number_is_read_as_it_is_dialled_where_the_person_lives(self, his, karl):
        row = holdings([karl.pk]).rows("phone")[0]
        said = {"phone_value": "0176 81205599", "phone_kind": "mobile", "place": "0", "seen": row.seen}
        assert his.post(reverse("my:correct", args=["phone"]), said, follow=True).status_code == 200
        assert "+49 176 81205599" in his.get(reverse("my:data")).text

    def test_a_value_that_changed_meanwhile_is_not_replaced(self, his):
        answer = his.post(reverse("my:correct", args=["birth_date"]), {"birth_date": "1985-11-03", "seen": "1.1"})
        assert answer.status_code == 409
        assert not Proposal.objects.exists()

    def test_still_right_is_noted_as_the_persons_own_word(self, his, karl):
        row = holdings([karl.pk]).rows("name")[0]
        his.post(reverse("my:confirm", args=["name"]), {"place": "0", "seen": row.seen})
        name = holdings([karl.pk]).rows("name")[0]
        assert (name.text, name.confirmed, name.mine) == ("Karl Oberlaender jun.", True, True)

    def test_what_the_catalogue_hides_cannot_be_named(self, his):
        for attribute in ("identifier", "turnover", "points", "nothing"):
            assert his.get(reverse("my:correct", args=[attribute])).status_code == 404
            assert his.post(reverse("my:confirm", args=[attribute])).status_code == 404

    def test_what_is_not_mine_is_put_to_stewards_and_seen_no_longer(self, his, karl, account):
        answer = his.post(reverse("my:not_me"), {"records": [karl.pk], "note": "My father."})
        assert answer.status_code == 302
        [waiting] = Proposal.objects.open()
        assert (waiting.kind, waiting.records) == ("not_me", [karl.pk])
        assert OutboxEvent.objects.get(topic="portal.not_me").payload["record"] == karl.pk
        assert not PortalAnchor.objects.filter(account=account, ended_at__isnull=True).exists()

        proposals.refuse(waiting, actor=system_user())
        assert PortalAnchor.objects.filter(account=account, ended_at__isnull=True).count() == 1


def switch(karl, place=0):
    [topic] = topics([karl.pk], holdings([karl.pk]))
    return topic.switches[place]


def said(notice, found, answer):
    return {"purpose": "offers", "ref": found.ref, "answer": answer, "notice": notice.sha256}


class TestMyConsents:
    def test_nothing_is_on_that_nobody_turned_on(self, karl, offers):
        assert [(one.on, one.words) for one in [switch(karl), switch(karl, 1)]] == [(False, "never asked")] * 2

    def test_one_tap_allows_and_one_stops_each_with_its_receipt(self, his, karl, offers):
        _purpose, notice = offers
        his.get(reverse("my:consents"))
        answer = his.post(reverse("my:answer"), said(notice, switch(karl), "yes"), follow=True)
        assert b"Allowed." in answer.content
        assert (switch(karl).on, switch(karl, 1).on) == (True, False)

        assert AuditEntry.objects.get(deed="consent.granted").domains == [karl.domain_id]

        answer = his.post(reverse("my:answer"), said(notice, switch(karl), "no"), follow=True)
        assert b"Stopped." in answer.content
        assert not switch(karl).on
        for group in set(ConsentEvent.objects.values_list("group", flat=True)):
            page, file = reverse("my:receipt", args=[group]), his.get(reverse("my:receipt", args=[group]) + "?as=file")
            assert his.get(page).status_code == 200
            assert file.headers["Content-Disposition"].startswith("attachment")

    def test_who_is_asked_which_answer_is_right_learns_that_a_no_from_elsewhere_still_stands(self, his, karl, offers):
        other = stored(make_source(karl.domain), "9", {"given_name": "Carl", "family_name": "Overlander"})
        hub = system_user()
        consents.record([other], actor=hub, purpose=offers[0], act="refused", method="phone")
        his.get(reverse("my:consents"))
        his.post(reverse("my:answer"), said(offers[1], switch(karl), "yes"))
        pair = [now(karl).customer, now(other).customer]
        merged = ledger.merge(pair, actor=hub, seen=seen(*pair))
        ask_customer(merged, actor=hub, purpose=offers[0])
        assert "Which answer is right?" in his.get(reverse("my:consents")).text
        answered = his.post(reverse("my:answer"), said(offers[1], switch(karl), "yes"), follow=True)
        assert "The no that we hold from elsewhere still counts." in answered.text

    def test_another_text_by_now_is_shown_first(self, his, karl, offers):
        purpose, notice = offers
        his.get(reverse("my:consents"))
        newer = make_notice(purpose, key="offers", text="We write to you every day.")
        answer = his.post(reverse("my:answer"), said(notice, switch(karl), "yes"))

        assert answer.status_code == 409
        assert b"every day" in answer.content
        assert not ConsentEvent.objects.exists()
        assert his.post(reverse("my:answer"), said(newer, switch(karl), "yes")).status_code == 302

    def test_a_yes_counts_only_to_a_text_that_this_session_was_shown(self, his, karl, offers):
        for status in (409, 302):  # the refusal shows it
            assert his.post(reverse("my:answer"), said(offers[1], switch(karl), "yes")).status_code == status
        assert ConsentEvent.objects.get().evidence.form_hash == offers[1].sha256

    @pytest.mark.parametrize("forged", [{"purpose": "other"}, {"ref": "email-0"}, {"answer": "perhaps"}])
    def test_what_was_not_asked_is_not_answered(self, his, karl, offers, forged):
        found = switch(karl)
        his.get(reverse("my:consents"))
        make_purpose("other", channels=[], kind="contract")
        answer = his.post(reverse("my:answer"), {**said(offers[1], found, "yes"), **forged})
        assert answer.status_code == 409
        assert not ConsentEvent.objects.exists()

    def test_everything_is_stopped_by_one_press_an_act_for_each_purpose(self, his, karl, offers):
        sharing = make_purpose("partners", kind="opt_out", channels=[], channel_bound=False, sale_or_sharing=True)
        make_notice(sharing, key="partners")
        his.get(reverse("my:consents"))
        his.post(reverse("my:answer"), said(offers[1], switch_of(karl, "offers"), "yes"))
        his.post(reverse("my:stop_all"))

        assert not any(one.on for topic in topics([karl.pk], holdings([karl.pk])) for one in topic.switches)
        last = ConsentEvent.objects.order_by("-pk")[:2]
        assert {(one.purpose.key, one.act) for one in last} == {("offers", "withdrawn"), ("partners", "objected")}


def switch_of(karl, purpose):
    found = topics([karl.pk], holdings([karl.pk]))
    return next(topic for topic in found if topic.purpose.key == purpose).switches[0]


class TestMyRequests:
    def test_a_request_is_kept_with_its_day_and_its_words_sealed(self, his, karl, account):
        answer = his.post(reverse("my:ask", args=["erase"]), {"text": "All of it, Karl."}, follow=True)
        assert b"Your request has arrived" in answer.content
        assert b"All of it, Karl." in answer.content

        [row] = SubjectRequest.objects.all()
        assert (row.kind, row.records, row.domains) == ("erase", [karl.pk], [karl.domain_id])
        assert b"Karl" not in bytes(row.sealed)
        assert AuditEntry.objects.filter(deed="request.received").count() == 1

        jobs.run(str(Job.objects.get(name="portal.request_received").pk))
        [sent] = mail.outbox
        assert (sent.to, "Erase my data" in sent.body, "All of it" in sent.body) == ([MAIL], True, False)

        his.post(reverse("my:request_back", args=[row.pk]))
        row.refresh_from_db()
        assert (row.state, row.is_open) == ("withdrawn", False)

    def test_the_same_again_is_refused(self, his):
        assert his.post(reverse("my:ask", args=["access"]), {}).status_code == 302
        assert his.post(reverse("my:ask", args=["access"]), {}).status_code == 422
        assert his.post(reverse("my:ask", args=["access"]), {"text": "The orders, too."}).status_code == 302
        assert his.post(reverse("my:ask", args=["access"]), {"text": "The orders, too. "}).status_code == 422
        assert his.get(reverse("my:ask", args=["gold"])).status_code == 404


def test_a_yes_says_until_when_it_holds_can_be_renewed_and_says_when_it_ended(his, karl):
    purpose = make_purpose("raffle", channels=["email"], expires_after_days=20)
    make_notice(purpose, key="raffle")

    def asked():
        return topics([karl.pk], holdings([karl.pk]))[0]

    def agrees():
        yes = {"purpose": "raffle", "ref": asked().switches[0].ref, "answer": "yes", "notice": asked().notice.sha256}
        return his.post(reverse("my:answer"), yes)

    his.get(reverse("my:consents"))
    agrees()
    given = clock.now()
    ends = (given + timedelta(days=20)).date()
    assert f"until {day_in_words(ends)}" in asked().switches[0].words
    assert ">Renew<" in his.get(reverse("my:consents")).content.decode()
    with clock.at(given + timedelta(days=10)):
        assert agrees().status_code == 302
        ends += timedelta(days=10)
        assert f"until {day_in_words(ends)}" in asked().switches[0].words
    with clock.at(given + timedelta(days=35)):
        switch = asked().switches[0]
        assert not switch.on and switch.words == f"ended by itself on {day_in_words(ends)}"
        expiring.expire_due(actor=system_user())
        assert asked().switches[0].words == switch.words, "written down it is the same day"


def test_nothing_of_another_person_is_found(his, client, karl, offers):
    """Ids of another's proposal, request, receipt and record."""
    other = make_karl(make_domain(), given_name="Nadia", family_name="Brennwald", email=[{"value": "n@b.example"}])
    hers = make_account(other, address="n@b.example")
    nadia = sign_in(type(client)(), hers)
    nadia.post(reverse("my:ask", args=["access"]), {})
    born = {"birth_date": "1980-01-01", "seen": holdings([other.pk]).rows("birth_date")[0].seen}
    nadia.post(reverse("my:correct", args=["birth_date"]), born)
    found = topics([other.pk], holdings([other.pk]))[0].switches[0]
    nadia.get(reverse("my:consents"))
    nadia.post(reverse("my:answer"), said(offers[1], found, "yes"))
    group = ConsentEvent.objects.get().group

    assert nadia.get(reverse("my:receipt", args=[group])).status_code == 200
    assert his.get(reverse("my:receipt", args=[group])).status_code == 404
    assert his.post(reverse("my:request_back", args=[SubjectRequest.objects.get().pk])).status_code == 404
    assert his.post(reverse("my:take_back", args=[Proposal.objects.get().pk])).status_code == 404
    assert his.post(reverse("my:not_me"), {"records": [other.pk]}).status_code == 422
    assert his.post(reverse("my:answer"), said(offers[1], found, "no")).status_code == 409
    assert open_values(now(other).values)["given_name"] == "Nadia"
